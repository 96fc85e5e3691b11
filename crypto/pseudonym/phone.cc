#include "crypto/pseudonym/phone.h"

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <phonenumbers/phonenumberutil.h>

namespace signet::crypto::phone {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr size_t kTextBytesMax = 250;  // libphonenumber's own limit on its input
constexpr size_t kDigitsMax = 15;      // E.164
constexpr int kPassesMax = 4;

const PhoneNumberUtil& Library() {
  static const PhoneNumberUtil* const kLibrary = PhoneNumberUtil::GetInstance();
  return *kLibrary;
}

/// How a country dials at home.
enum class Trunk {
  kZero,  ///< "0" before the national number, none of which begins with 0
  kNone,  ///< the national number as it is, none of which begins with 0
  kOne,   ///< North America: ten digits from 2 upward, or "1" before them
};

/// A country whose numbering is so regular that the digits decide alone. Rests on libphonenumber's
/// metadata: the national prefix is the plain "0" (or "1", or none), international calls begin with
/// "00" (or "011", or 99...), and no number of the country begins with its own prefix.
struct Plan {
  const char* region;
  const char* calling_code;
  Trunk trunk;
  /// Bit n: a national number of n digits is possible. Asked of the library once.
  uint32_t lengths = 0;
};

std::vector<Plan> MakeFastPlans() {
  std::vector<Plan> plans = {{"FI", "358", Trunk::kZero},
                             {"SE", "46", Trunk::kZero},
                             {"DE", "49", Trunk::kZero},
                             {"GB", "44", Trunk::kZero},
                             {"FR", "33", Trunk::kZero},
                             {"NL", "31", Trunk::kZero},
                             {"BE", "32", Trunk::kZero},
                             {"CH", "41", Trunk::kZero},
                             {"IE", "353", Trunk::kZero},
                             {"ES", "34", Trunk::kNone},
                             {"NO", "47", Trunk::kNone},
                             {"DK", "45", Trunk::kNone},
                             {"PT", "351", Trunk::kNone},
                             {"US", "1", Trunk::kOne},
                             {"CA", "1", Trunk::kOne}};
  for (Plan& plan : plans) {
    uint64_t national = 2;
    for (size_t length = 1; length <= kDigitsMax; ++length, national *= 10) {
      PhoneNumber number;
      number.set_country_code(std::stoi(plan.calling_code));
      number.set_national_number(national);
      if (Library().IsPossibleNumberWithReason(number) == PhoneNumberUtil::IS_POSSIBLE) {
        plan.lengths |= uint32_t{1} << length;
      }
    }
  }
  return plans;
}

const std::vector<Plan>& FastPlans() {
  static const auto& plans = *new std::vector<Plan>(MakeFastPlans());
  return plans;
}

/// The digits of a number that consists of them and of the usual separators only.
struct Digits {
  std::array<char, kDigitsMax + 3> text{};
  size_t size = 0;
  bool plus = false;
  [[nodiscard]] std::string_view view() const { return {text.data(), size}; }
};

bool ReadDigits(std::string_view text, Digits& digits) {
  if (!text.empty() && text.front() == '+') {
    digits.plus = true;
    text.remove_prefix(1);
  }
  // A separator at an end is for the library to judge.
  if (text.empty() || text.back() < '0' || text.back() > '9') return false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      if (digits.size == digits.text.size()) return false;
      digits.text[digits.size++] = c;
    } else if (c != ' ' && c != '-' && c != '.' && c != '(' && c != ')') {
      return false;
    }
  }
  return digits.size != 0;
}

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool IsPossible(const Plan& plan, std::string_view national) {
  if (national.size() < 4 || national.size() > kDigitsMax) return false;
  const char first = national.front();
  if (first == '0' || (plan.trunk == Trunk::kOne && first == '1')) return false;
  return (plan.lengths >> national.size() & 1) != 0;
}

void AppendNumber(const Plan& plan, std::string_view national, std::string& out) {
  out += '+';
  out += plan.calling_code;
  out += national;
}

/// "+358401234567".
bool FastInternational(std::string_view digits, std::string& out) {
  for (const Plan& plan : FastPlans()) {
    const std::string_view code = plan.calling_code;
    if (!StartsWith(digits, code)) continue;
    const std::string_view national = digits.substr(code.size());
    if (!IsPossible(plan, national)) return false;
    AppendNumber(plan, national, out);
    return true;
  }
  return false;
}

/// "040 1234567" in FI, "(415) 555-0100" in US, "612 34 56 78" in ES.
bool FastNational(std::string_view digits, std::string_view region, std::string& out) {
  for (const Plan& plan : FastPlans()) {
    if (region != plan.region) continue;
    std::string_view national = digits;
    if (plan.trunk == Trunk::kZero) {
      if (national.front() != '0') return false;
      national.remove_prefix(1);
      if (national.empty()) return false;
    } else if (StartsWith(digits, plan.calling_code)) {
      return false;  // the country's code without "+", perhaps
    }
    if (plan.trunk == Trunk::kOne && national.size() != 10) return false;
    if (!IsPossible(plan, national)) return false;
    AppendNumber(plan, national, out);
    return true;
  }
  return false;
}

bool FormatOnce(const std::string& text, const std::string& region, std::string& out) {
  PhoneNumber number;
  if (Library().Parse(text, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR ||
      !Library().IsPossibleNumber(number)) {
    return false;
  }
  Library().Format(number, PhoneNumberUtil::E164, &out);
  return true;
}

}  // namespace

bool AppendE164ByLibrary(std::string_view text, std::string_view default_region, std::string& out) {
  if (text.empty() || text.size() > kTextBytesMax) return false;
  const std::string region = default_region.empty() ? "ZZ" : std::string(default_region);
  // "+44 00 568..." loses one zero at each reading: read until nothing changes.
  std::string from(text);
  std::string to;
  for (int pass = 0; pass < kPassesMax; ++pass) {
    if (!FormatOnce(from, region, to)) return false;
    if (to == from) {
      out += to;
      return true;
    }
    std::swap(from, to);
  }
  return false;
}

bool AppendE164(std::string_view text, std::string_view default_region, std::string& out) {
  Digits digits;
  if (ReadDigits(text, digits)) {
    if (digits.plus ? FastInternational(digits.view(), out)
                    : FastNational(digits.view(), default_region, out)) {
      return true;
    }
  }
  return AppendE164ByLibrary(text, default_region, out);
}

bool IsRegion(std::string_view region) {
  std::set<std::string> regions;
  Library().GetSupportedRegions(&regions);
  return regions.count(std::string(region)) != 0;
}

}  // namespace signet::crypto::phone
