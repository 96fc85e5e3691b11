/// EnumNames: an enumeration's stable texts in one table, both ways.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/base/check.h"
#include "crypto/base/status.h"

namespace signet::policies {

template <typename Enum, size_t kCount>
using EnumNames = std::array<std::pair<Enum, std::string_view>, kCount>;

/// The text of `value`; a value without text is a bug.
template <typename Enum, size_t kCount>
std::string_view NameIn(const EnumNames<Enum, kCount>& names, Enum value) {
  for (const auto& entry : names) {
    if (entry.first == value) return entry.second;
  }
  CHECK(false);
  return {};
}

/// The value of `name`; kInvalid naming `what` when there is none.
template <typename Enum, size_t kCount>
Result<Enum> ValueIn(const EnumNames<Enum, kCount>& names,
                     std::string_view name,
                     std::string_view what) {
  for (const auto& entry : names) {
    if (entry.second == name) return entry.first;
  }
  return Invalid("unknown " + std::string(what));
}

}  // namespace signet::policies
