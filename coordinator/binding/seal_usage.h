/// SealUsage: how often a run's data keys have been used to seal, and when that is enough.
#pragma once

#include <cstdint>
#include <map>

#include "crypto/base/ids.h"
#include "crypto/base/status.h"
#include "pipelines/record/task.h"

namespace signet::coordinator {

/// How many times a task's streams called the cipher: their chunks.
uint64_t SealCalls(const pipelines::TaskResult& result);

/// Counts the calls of the cipher under each data key, from what tasks hand back. Each stream has a
/// key of its own (HKDF of the data key and a random salt) and stops before 2^32 calls; this bound
/// over all streams of a data key comes on top. Belongs to one thread.
class SealUsage {
 public:
  /// No lease to write is given for a data key from here on: half of 2^32 (NIST SP 800-38D section
  /// 8.3), so that attempts that are out, or ended without a word, have the other half.
  static constexpr uint64_t kCallsMax = uint64_t{1} << 31;

  /// The attempt's streams count, again after a restart from its kept result.
  void Add(const pipelines::TaskResult& result);
  /// kExhausted when the key has sealed enough: run the pipeline again, it gets new keys.
  [[nodiscard]] Status Check(const DekId& dek) const;
  [[nodiscard]] uint64_t Of(const DekId& dek) const;

 private:
  void Add(const pipelines::Stream& stream);

  std::map<DekId, uint64_t> calls_;
};

}  // namespace signet::coordinator
