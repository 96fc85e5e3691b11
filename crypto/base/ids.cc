#include "crypto/base/ids.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace signet {

std::string UuidText(const Uuid& uuid) {
  std::string hex = ToHex(uuid);
  for (const size_t at : {8U, 13U, 18U, 23U}) hex.insert(at, "-");
  return hex;
}

Result<Uuid> UuidFromText(std::string_view text) {
  std::string hex(text);
  if (hex.size() != 36) return Invalid("a UUID has 36 characters");
  for (const size_t at : {23U, 18U, 13U, 8U}) {
    if (hex[at] != '-') return Invalid("not a UUID");
    hex.erase(at, 1);
  }
  ASSIGN_OR_RETURN(const Bytes bytes, FromHex(hex));
  Uuid uuid{};
  if (bytes.size() != uuid.size()) return Invalid("not a UUID");
  std::copy(bytes.begin(), bytes.end(), uuid.begin());
  return uuid;
}

uint32_t PartitionOf(const SubjectId& subject, uint32_t partitions) {
  CHECK(partitions > 0);
  const Uuid& v = subject.value;
  const uint32_t head = static_cast<uint32_t>(v[0]) << 24 | static_cast<uint32_t>(v[1]) << 16 |
                        static_cast<uint32_t>(v[2]) << 8 | v[3];
  return head % partitions;
}

}  // namespace signet

size_t std::hash<signet::SubjectId>::operator()(const signet::SubjectId& id) const noexcept {
  // The bits are random already.
  size_t head = 0;
  std::memcpy(&head, id.value.data(), sizeof(head));
  return head;
}
