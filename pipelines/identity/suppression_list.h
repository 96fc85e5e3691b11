/// The suppression list: what keeps the erased from returning (GDPR Art. 17(3)(b)).
#pragma once

#include <span>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"

namespace signet::pipelines {

/// Values of SuppressionHasher::Of, sorted, each once.
class SuppressionList {
 public:
  SuppressionList() = default;
  explicit SuppressionList(std::vector<Uuid> values);

  [[nodiscard]] bool Contains(const Uuid& value) const;
  [[nodiscard]] std::span<const Uuid> values() const { return values_; }
  [[nodiscard]] bool empty() const { return values_.empty(); }
  [[nodiscard]] size_t size() const { return values_.size(); }
  void Add(std::span<const Uuid> values);

  /// "SGSUPP1\0" ‖ count (8 bytes, big-endian) ‖ count × 16 bytes, ascending.
  [[nodiscard]] Bytes Encode() const;
  /// kCorrupt unless it is what Encode gives. No bytes at all: the empty list.
  static Result<SuppressionList> Decode(ByteView bytes);

 private:
  std::vector<Uuid> values_;
};

}  // namespace signet::pipelines
