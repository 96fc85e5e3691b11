/// FaultingStore: a KvStore that fails on demand, in front of any other.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"

namespace signet::crypto {

/// What an injected write fault does to the batch.
enum class WriteFault {
  kRefused,  ///< nothing is written, kUnavailable
  kApplied,  ///< the batch is written, yet kUnknownOutcome is returned
  kLost,     ///< nothing is written, yet kUnknownOutcome is returned
};

/// Passes everything through until told to fail. A crash loses what was not synced, as a power cut
/// does. For one thread that drives it; the calls themselves are safe from any thread.
class FaultingStore final : public KvStore {
 public:
  /// `under` must outlive this store.
  explicit FaultingStore(KvStore& under) : under_(under) {}

  Result<std::optional<Bytes>> Get(std::string_view key) override;
  Status Write(const WriteBatch& batch, Durability durability) override;
  using KvStore::Scan;
  Status Scan(std::string_view prefix, std::string_view from, const ScanVisitor& visit) override;

  /// The write that follows `after` successful ones fails once.
  void FailWrite(WriteFault fault, uint64_t after = 0);
  /// The read (Get or Scan) that follows `after` successful ones fails once, with kUnavailable.
  void FailRead(uint64_t after = 0);
  /// Undoes every batch that was written without sync and not followed by a synced one.
  Status LosePower();

  [[nodiscard]] uint64_t writes() const;

 private:
  struct Undo {
    std::string key;
    std::optional<Bytes> before;
  };

  Status ReadFault();
  Status Remember(const WriteBatch& batch);

  KvStore& under_;
  mutable std::mutex mutex_;
  std::vector<Undo> unsynced_;
  std::optional<WriteFault> write_fault_;
  uint64_t write_fault_after_ = 0;
  bool read_fault_ = false;
  uint64_t read_fault_after_ = 0;
  uint64_t writes_ = 0;
};

}  // namespace signet::crypto
