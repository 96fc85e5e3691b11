#include "pipelines/govern/cell_cache.h"

#include <cstring>
#include <functional>

#include "crypto/base/secret.h"

namespace signet::pipelines {
namespace {

constexpr size_t kBlockBytes = size_t{1} << 20;
constexpr size_t kSlotsFirst = 1024;
constexpr size_t kHeadBytes = sizeof(Uuid) + 2 * sizeof(uint32_t);

uint64_t HashOf(const SubjectId& subject, std::string_view text) {
  uint64_t id = 0;  // random already
  std::memcpy(&id, subject.value.data(), sizeof(id));
  return id ^ std::hash<std::string_view>()(text);
}

uint32_t SizeAt(const uint8_t* at) {
  uint32_t size = 0;
  std::memcpy(&size, at, sizeof(size));
  return size;
}

std::string_view TextOf(const uint8_t* entry) {
  return AsText({entry + kHeadBytes, SizeAt(entry + sizeof(Uuid))});
}

ByteView CellOf(const uint8_t* entry) {
  const uint32_t text = SizeAt(entry + sizeof(Uuid));
  return {entry + kHeadBytes + text, SizeAt(entry + sizeof(Uuid) + sizeof(uint32_t))};
}

}  // namespace

CellCache::CellCache(size_t bytes_max)
    : bytes_left_(bytes_max), slots_(kSlotsFirst), used_(kBlockBytes) {}

CellCache::~CellCache() {
  for (const auto& block : blocks_) Wipe(block.get(), kBlockBytes);
}

CellCache::Key::Key(const SubjectId& subject_id, std::string_view of_text)
    : subject(subject_id), text(of_text), hash(HashOf(subject_id, of_text)) {}

void CellCache::Prefetch(std::span<const Key> keys) const {
  const size_t mask = slots_.size() - 1;
  for (const Key& key : keys) __builtin_prefetch(&slots_[key.hash & mask]);
  for (const Key& key : keys) {
    const uint8_t* entry = slots_[key.hash & mask].at;
    if (entry != nullptr) __builtin_prefetch(entry);
  }
}

std::optional<ByteView> CellCache::Find(const Key& key) const {
  const size_t mask = slots_.size() - 1;
  for (size_t slot = key.hash & mask; slots_[slot].at != nullptr; slot = (slot + 1) & mask) {
    const Entry& entry = slots_[slot];
    if (entry.hash != key.hash) continue;
    if (std::memcmp(entry.at, key.subject.value.data(), sizeof(Uuid)) != 0) continue;
    if (TextOf(entry.at) == key.text) return CellOf(entry.at);
  }
  return std::nullopt;
}

void CellCache::Add(const Key& key, ByteView cell) {
  uint8_t* entry = Reserve(kHeadBytes + key.text.size() + cell.size());
  if (entry == nullptr) return;
  const auto text_size = static_cast<uint32_t>(key.text.size());
  const auto cell_size = static_cast<uint32_t>(cell.size());
  std::memcpy(entry, key.subject.value.data(), sizeof(Uuid));
  std::memcpy(entry + sizeof(Uuid), &text_size, sizeof(text_size));
  std::memcpy(entry + sizeof(Uuid) + sizeof(text_size), &cell_size, sizeof(cell_size));
  if (!key.text.empty()) std::memcpy(entry + kHeadBytes, key.text.data(), key.text.size());
  if (!cell.empty()) std::memcpy(entry + kHeadBytes + key.text.size(), cell.data(), cell.size());
  if (size_ * 2 >= slots_.size()) Grow();
  const size_t mask = slots_.size() - 1;
  size_t slot = key.hash & mask;
  while (slots_[slot].at != nullptr) slot = (slot + 1) & mask;
  slots_[slot] = {key.hash, entry};
  ++size_;
}

uint8_t* CellCache::Reserve(size_t bytes) {
  if (bytes > kBlockBytes) return nullptr;
  if (used_ + bytes > kBlockBytes) {
    if (bytes_left_ < kBlockBytes) return nullptr;
    bytes_left_ -= kBlockBytes;
    blocks_.push_back(std::make_unique<uint8_t[]>(kBlockBytes));
    used_ = 0;
  }
  uint8_t* at = blocks_.back().get() + used_;
  used_ += bytes;
  return at;
}

void CellCache::Grow() {
  std::vector<Entry> old(slots_.size() * 2);
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const Entry& entry : old) {
    if (entry.at == nullptr) continue;
    size_t slot = entry.hash & mask;
    while (slots_[slot].at != nullptr) slot = (slot + 1) & mask;
    slots_[slot] = entry;
  }
}

}  // namespace signet::pipelines
