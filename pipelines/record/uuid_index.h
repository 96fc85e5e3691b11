/// A dense numbering of uuids: each different one gets the next number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "crypto/base/ids.h"

namespace signet::pipelines {

/// Open addressing, linear probing, at most half full. Made for values that are uniformly random
/// already (link values, SubjectIds): their first bytes are the hash.
class UuidIndex {
 public:
  UuidIndex();

  /// The number of `uuid`, a new one (size() before the call) if it was not there.
  uint32_t Add(const Uuid& uuid);
  [[nodiscard]] std::optional<uint32_t> Find(const Uuid& uuid) const;
  /// Asks the processor to fetch the place where `uuid` would be.
  void Prefetch(const Uuid& uuid) const;

  [[nodiscard]] const Uuid& operator[](uint32_t number) const { return uuids_[number]; }
  [[nodiscard]] size_t size() const { return uuids_.size(); }

 private:
  [[nodiscard]] size_t SlotOf(const Uuid& uuid) const;
  void Grow();

  std::vector<uint32_t> slots_;  ///< number + 1; 0 = free
  std::vector<Uuid> uuids_;
};

}  // namespace signet::pipelines
