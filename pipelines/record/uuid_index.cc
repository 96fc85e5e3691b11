#include "pipelines/record/uuid_index.h"

#include <cstring>
#include <limits>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

constexpr size_t kSlotsFirst = 1024;

uint64_t HashOf(const Uuid& uuid) {
  uint64_t hash = 0;
  std::memcpy(&hash, uuid.data() + 8, sizeof(hash));
  return hash;
}

}  // namespace

UuidIndex::UuidIndex() : slots_(kSlotsFirst, 0) {}

size_t UuidIndex::SlotOf(const Uuid& uuid) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = HashOf(uuid) & mask;
  while (slots_[slot] != 0 && uuids_[slots_[slot] - 1] != uuid) slot = (slot + 1) & mask;
  return slot;
}

void UuidIndex::Prefetch(const Uuid& uuid) const {
  __builtin_prefetch(&slots_[HashOf(uuid) & (slots_.size() - 1)]);
}

uint32_t UuidIndex::Add(const Uuid& uuid) {
  size_t slot = SlotOf(uuid);
  if (slots_[slot] != 0) return slots_[slot] - 1;
  if (uuids_.size() * 2 >= slots_.size()) {
    Grow();
    slot = SlotOf(uuid);
  }
  CHECK(uuids_.size() < std::numeric_limits<uint32_t>::max() - 1);
  uuids_.push_back(uuid);
  slots_[slot] = static_cast<uint32_t>(uuids_.size());
  return slots_[slot] - 1;
}

std::optional<uint32_t> UuidIndex::Find(const Uuid& uuid) const {
  const size_t slot = SlotOf(uuid);
  if (slots_[slot] == 0) return std::nullopt;
  return slots_[slot] - 1;
}

void UuidIndex::Grow() {
  slots_.assign(slots_.size() * 2, 0);
  const size_t mask = slots_.size() - 1;
  for (uint32_t number = 0; number < uuids_.size(); ++number) {
    size_t slot = HashOf(uuids_[number]) & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = number + 1;
  }
}

}  // namespace signet::pipelines
