#include "crypto/store/faulting_store.h"

#include <string>
#include <string_view>
#include <utility>

namespace signet::crypto {

Result<std::optional<Bytes>> FaultingStore::Get(std::string_view key) {
  TRY(ReadFault());
  return under_.Get(key);
}

Status FaultingStore::Scan(std::string_view prefix,
                           std::string_view from,
                           const ScanVisitor& visit) {
  TRY(ReadFault());
  return under_.Scan(prefix, from, visit);
}

Status FaultingStore::Write(const WriteBatch& batch, Durability durability) {
  const std::scoped_lock lock(mutex_);
  if (write_fault_.has_value() && write_fault_after_-- == 0) {
    const WriteFault fault = *std::exchange(write_fault_, std::nullopt);
    if (fault == WriteFault::kRefused) return Unavailable("injected: the write was refused");
    if (fault == WriteFault::kApplied) {
      TRY(Remember(batch));
      TRY(under_.Write(batch, durability));
    }
    return UnknownOutcome("injected: the write may have happened");
  }
  TRY(Remember(batch));
  TRY(under_.Write(batch, durability));
  if (durability == Durability::kSync) unsynced_.clear();
  ++writes_;
  return OkStatus();
}

void FaultingStore::FailWrite(WriteFault fault, uint64_t after) {
  const std::scoped_lock lock(mutex_);
  write_fault_ = fault;
  write_fault_after_ = after;
}

void FaultingStore::FailRead(uint64_t after) {
  const std::scoped_lock lock(mutex_);
  read_fault_ = true;
  read_fault_after_ = after;
}

Status FaultingStore::LosePower() {
  const std::scoped_lock lock(mutex_);
  WriteBatch undo;
  for (auto it = unsynced_.rbegin(); it != unsynced_.rend(); ++it) {
    if (it->before.has_value()) {
      undo.Put(it->key, *it->before);
    } else {
      undo.Delete(it->key);
    }
  }
  unsynced_.clear();
  return under_.Write(undo, Durability::kSync);
}

uint64_t FaultingStore::writes() const {
  const std::scoped_lock lock(mutex_);
  return writes_;
}

Status FaultingStore::ReadFault() {
  const std::scoped_lock lock(mutex_);
  if (!read_fault_ || read_fault_after_-- != 0) return OkStatus();
  read_fault_ = false;
  return Unavailable("injected: the read failed");
}

Status FaultingStore::Remember(const WriteBatch& batch) {
  for (const WriteBatch::Operation& operation : batch.operations()) {
    ASSIGN_OR_RETURN(std::optional<Bytes> before, under_.Get(operation.key));
    unsynced_.push_back({operation.key, std::move(before)});
  }
  return OkStatus();
}

}  // namespace signet::crypto
