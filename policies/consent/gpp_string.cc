#include "policies/consent/gpp_string.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "crypto/base/text.h"
#include "policies/consent/bit_reader.h"

namespace signet::policies {
namespace {

constexpr uint64_t kType = 3;
constexpr uint64_t kVersion = 1;
constexpr int kTcfEu = 2;
constexpr int kUspV1 = 6;
constexpr int kUsNat = 7;
constexpr int kUsCa = 8;
constexpr int kSectionsMax = 64;
constexpr uint64_t kOptedOut = 1;
constexpr uint64_t kNotOptedOut = 2;

/// "Int(12) count { range(1) Fibonacci offset [Fibonacci length] }"
Result<std::vector<int>> SectionIds(BitReader& bits) {
  std::vector<int> ids;
  ASSIGN_OR_RETURN(const uint64_t count, bits.Number(12));
  uint64_t last = 0;
  for (uint64_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const bool is_range, bits.Flag());
    ASSIGN_OR_RETURN(const uint64_t offset, bits.Fibonacci());
    const uint64_t first = last + offset;
    last = first;
    if (is_range) {
      ASSIGN_OR_RETURN(const uint64_t length, bits.Fibonacci());
      last = first + length;
    }
    if (last - first + ids.size() >= kSectionsMax || last > UINT16_MAX) {
      return Corrupt("the header lists too many sections");
    }
    for (uint64_t id = first; id <= last; ++id) ids.push_back(static_cast<int>(id));
  }
  return ids;
}

std::optional<bool> OptOut(uint64_t field) {
  if (field == kOptedOut) return true;
  if (field == kNotOptedOut) return false;
  return std::nullopt;
}

/// True if one says so, false if one denies it and none says so.
void Add(std::optional<bool>& to, std::optional<bool> more) {
  if (more.has_value()) to = to.value_or(false) || *more;
}

/// "1YNN": version, notice given, opted out of sale, covered by the limited agreement.
Result<UsChoices> ReadUsp(std::string_view section) {
  constexpr size_t kLength = 4;
  constexpr size_t kOptOutAt = 2;
  if (section.size() != kLength || section.front() != '1') {
    return Corrupt("the section uspv1 is not of version 1");
  }
  UsChoices choices;
  const char opted_out = section[kOptOutAt];
  if (opted_out == 'Y' || opted_out == 'N') choices.sale_opt_out = opted_out == 'Y';
  return choices;
}

/// The bits of one of the two sections, up to what is read here.
struct UsLayout {
  int notices;           ///< fields of two bits before the opt-outs
  bool has_advertising;  ///< an opt-out of targeted advertising stands behind that of sharing
  int sensitive[2];      ///< fields about sensitive data in version 1 and 2
  int children[2];       ///< fields about known children
};
constexpr UsLayout kNational = {6, true, {12, 16}, {2, 3}};
constexpr UsLayout kCalifornia = {3, false, {9, 9}, {2, 2}};

Status ReadUsFields(BitReader& bits, const UsLayout& layout, UsChoices& choices) {
  ASSIGN_OR_RETURN(const uint64_t version, bits.Number(6));
  if (version < 1 || version > 2) return Corrupt("a US section of an unknown version");
  const size_t v = version - 1;
  TRY(bits.Number(2 * layout.notices).status());
  ASSIGN_OR_RETURN(const uint64_t sale, bits.Number(2));
  ASSIGN_OR_RETURN(const uint64_t sharing, bits.Number(2));
  choices.sale_opt_out = OptOut(sale);
  choices.sharing_opt_out = OptOut(sharing);
  if (layout.has_advertising) {
    ASSIGN_OR_RETURN(const uint64_t advertising, bits.Number(2));
    choices.advertising_opt_out = OptOut(advertising);
  }
  for (int i = 0; i < layout.sensitive[v]; ++i) {
    ASSIGN_OR_RETURN(const uint64_t field, bits.Number(2));
    Add(choices.limit_sensitive, OptOut(field));
  }
  for (int i = 0; i < layout.children[v]; ++i) {
    ASSIGN_OR_RETURN(const uint64_t field, bits.Number(2));
    choices.known_child = choices.known_child || field != 0;
  }
  return OkStatus();
}

/// Core, and behind a point the segment of type 1: the Global Privacy Control.
Result<UsChoices> ReadUs(std::string_view section, const UsLayout& layout) {
  UsChoices choices;
  const std::vector<std::string> segments = Split(section, '.');
  ASSIGN_OR_RETURN(BitReader core, BitReader::FromBase64Url(segments.front()));
  TRY(ReadUsFields(core, layout, choices));
  for (size_t i = 1; i < segments.size(); ++i) {
    ASSIGN_OR_RETURN(BitReader bits, BitReader::FromBase64Url(segments[i]));
    ASSIGN_OR_RETURN(const uint64_t type, bits.Number(2));
    if (type != 1) continue;
    ASSIGN_OR_RETURN(const bool gpc, bits.Flag());
    choices.gpc = gpc;
  }
  return choices;
}

Result<UsChoices> ReadUsSection(int id, std::string_view section) {
  if (id == kUspV1) return ReadUsp(section);
  return ReadUs(section, id == kUsNat ? kNational : kCalifornia);
}

void Merge(const UsChoices& more, std::optional<UsChoices>& into) {
  if (!into.has_value()) into.emplace();
  Add(into->sale_opt_out, more.sale_opt_out);
  Add(into->sharing_opt_out, more.sharing_opt_out);
  Add(into->advertising_opt_out, more.advertising_opt_out);
  Add(into->limit_sensitive, more.limit_sensitive);
  Add(into->gpc, more.gpc);
  into->known_child = into->known_child || more.known_child;
}

}  // namespace

Result<GppString> GppString::Parse(std::string_view text) {
  const std::vector<std::string> parts = Split(text, '~');
  ASSIGN_OR_RETURN(BitReader header, BitReader::FromBase64Url(parts.front()));
  ASSIGN_OR_RETURN(const uint64_t type, header.Number(6));
  ASSIGN_OR_RETURN(const uint64_t version, header.Number(6));
  if (type != kType || version != kVersion) return Corrupt("not a GPP string of version 1");
  GppString string;
  ASSIGN_OR_RETURN(string.section_ids, SectionIds(header));
  if (parts.size() != string.section_ids.size() + 1) {
    return Corrupt("the GPP string has other sections than its header lists");
  }
  for (size_t i = 0; i < string.section_ids.size(); ++i) {
    const int id = string.section_ids[i];
    if (id == kTcfEu) {
      ASSIGN_OR_RETURN(string.tcf, TcString::Parse(parts[i + 1]));
    } else if (id == kUspV1 || id == kUsNat || id == kUsCa) {
      ASSIGN_OR_RETURN(const UsChoices choices, ReadUsSection(id, parts[i + 1]));
      Merge(choices, string.us);
    } else {
      string.unread.push_back(id);
    }
  }
  return string;
}

}  // namespace signet::policies
