#include "crypto/store/kv_store.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace signet::crypto {

void WriteBatch::Put(std::string key, Bytes value) {
  operations_.push_back({std::move(key), std::move(value)});
}

void WriteBatch::Put(std::string key, std::string_view value) {
  operations_.push_back({std::move(key), ToBytes(value)});
}

void WriteBatch::Delete(std::string key) {
  operations_.push_back({std::move(key), std::nullopt});
}

void WriteBatch::Append(const WriteBatch& later) {
  operations_.insert(operations_.end(), later.operations_.begin(), later.operations_.end());
}

void WriteBatch::Clear() {
  operations_.clear();
}

const WriteBatch::Operation* WriteBatch::Find(std::string_view key) const {
  const auto found = std::find_if(
      operations_.rbegin(), operations_.rend(), [key](const Operation& o) { return o.key == key; });
  return found == operations_.rend() ? nullptr : &*found;
}

Bytes* WriteBatch::ValueAt(size_t operation, std::string_view key) {
  if (operation >= operations_.size()) return nullptr;
  Operation& found = operations_[operation];
  return found.key == key && found.value.has_value() ? &*found.value : nullptr;
}

Result<Bytes> KvStore::Require(std::string_view key) {
  ASSIGN_OR_RETURN(std::optional<Bytes> value, Get(key));
  if (!value.has_value()) return NotFound("the state has no entry " + std::string(key));
  return *std::move(value);
}

Status KvStore::Put(std::string key, Bytes value, Durability durability) {
  WriteBatch batch;
  batch.Put(std::move(key), std::move(value));
  return Write(batch, durability);
}

}  // namespace signet::crypto
