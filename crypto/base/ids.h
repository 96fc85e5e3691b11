/// Ids as distinct types, so that a RunId is never taken for a TaskId.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/base/bytes.h"

namespace signet {

/// A named text that is no other named text.
template <typename Tag>
class NamedId {
 public:
  NamedId() = default;
  explicit NamedId(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  friend auto operator<=>(const NamedId&, const NamedId&) = default;

 private:
  std::string text_;
};

using RunId = NamedId<struct RunTag>;
using StepId = NamedId<struct StepTag>;
using TaskId = NamedId<struct TaskTag>;
using WorkerId = NamedId<struct WorkerTag>;
/// Names one data encryption key in the vault.
using DekId = NamedId<struct DekTag>;

/// 128 bits in RFC 9562 byte order: SubjectIds, link values and recipient tokens.
using Uuid = std::array<uint8_t, 16>;
/// "8-4-4-4-12" lower-case hexadecimal.
std::string UuidText(const Uuid& uuid);
Result<Uuid> UuidFromText(std::string_view text);

/// A person within one state: 128 random bits assigned at first sight. Never leaves Signet.
struct SubjectId {
  Uuid value{};
  friend auto operator<=>(const SubjectId&, const SubjectId&) = default;
};

/// The partition of a subject: the first 4 bytes, big-endian, modulo `partitions`.
uint32_t PartitionOf(const SubjectId& subject, uint32_t partitions);

}  // namespace signet

template <typename Tag>
struct std::hash<signet::NamedId<Tag>> {
  size_t operator()(const signet::NamedId<Tag>& id) const noexcept {
    return std::hash<std::string>()(id.text());
  }
};

template <>
struct std::hash<signet::SubjectId> {
  size_t operator()(const signet::SubjectId& id) const noexcept;
};
