#include "pipelines/identity/suppression_list.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace signet::pipelines {
namespace {

constexpr std::string_view kMagic("SGSUPP1\0", 8);

void SortUnique(std::vector<Uuid>& values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

SuppressionList::SuppressionList(std::vector<Uuid> values) : values_(std::move(values)) {
  SortUnique(values_);
}

bool SuppressionList::Contains(const Uuid& value) const {
  return std::ranges::binary_search(values_, value);
}

void SuppressionList::Add(std::span<const Uuid> values) {
  values_.insert(values_.end(), values.begin(), values.end());
  SortUnique(values_);
}

Bytes SuppressionList::Encode() const {
  Bytes bytes = ToBytes(kMagic);
  AppendU64(bytes, values_.size());
  for (const Uuid& value : values_) Append(bytes, value);
  return bytes;
}

Result<SuppressionList> SuppressionList::Decode(ByteView bytes) {
  SuppressionList list;
  if (bytes.empty()) return list;
  ByteReader reader(bytes);
  ASSIGN_OR_RETURN(const ByteView magic, reader.Take(kMagic.size()));
  if (AsText(magic) != kMagic) return Corrupt("this is not a suppression list");
  ASSIGN_OR_RETURN(const uint64_t count, reader.U64());
  if (reader.rest().size() / sizeof(Uuid) != count || reader.rest().size() % sizeof(Uuid) != 0) {
    return Corrupt("the suppression list is cut short");
  }
  list.values_.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const ByteView raw, reader.Take(sizeof(Uuid)));
    Uuid value{};
    std::memcpy(value.data(), raw.data(), value.size());
    if (!list.values_.empty() && !(list.values_.back() < value)) {
      return Corrupt("the suppression list is not in order");
    }
    list.values_.push_back(value);
  }
  return list;
}

}  // namespace signet::pipelines
