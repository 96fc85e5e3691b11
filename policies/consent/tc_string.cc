#include "policies/consent/tc_string.h"

#include <algorithm>

#include "policies/consent/bit_reader.h"

namespace signet::policies {
namespace {

constexpr uint64_t kVersion = 2;
constexpr int kPurposes = 24;
constexpr int kSpecialFeatures = 12;

Result<int> Int(BitReader& bits, int width) {
  ASSIGN_OR_RETURN(const uint64_t number, bits.Number(width));
  return static_cast<int>(number);
}

/// "NumEntries(12) { IsARange(1) Start(16) [End(16)] }"
Result<std::vector<int>> Ranges(BitReader& bits, int max) {
  std::vector<int> vendors;
  ASSIGN_OR_RETURN(const int entries, Int(bits, 12));
  for (int i = 0; i < entries; ++i) {
    ASSIGN_OR_RETURN(const bool is_range, bits.Flag());
    ASSIGN_OR_RETURN(const int first, Int(bits, 16));
    int last = first;
    if (is_range) {
      ASSIGN_OR_RETURN(last, Int(bits, 16));
    }
    if (first < 1 || last < first || last > max) {
      return Corrupt("a range of vendors is not within the vendors");
    }
    for (int vendor = first; vendor <= last; ++vendor) vendors.push_back(vendor);
  }
  std::sort(vendors.begin(), vendors.end());
  vendors.erase(std::unique(vendors.begin(), vendors.end()), vendors.end());
  return vendors;
}

/// "MaxVendorId(16) IsRangeEncoding(1) BitField(MaxVendorId) | ranges"
Result<std::vector<int>> Vendors(BitReader& bits) {
  ASSIGN_OR_RETURN(const int max, Int(bits, 16));
  ASSIGN_OR_RETURN(const bool ranges, bits.Flag());
  return ranges ? Ranges(bits, max) : bits.BitField(max);
}

Status ReadHead(BitReader& bits, TcString& string) {
  ASSIGN_OR_RETURN(string.created, bits.Deciseconds());
  ASSIGN_OR_RETURN(string.updated, bits.Deciseconds());
  ASSIGN_OR_RETURN(string.cmp_id, Int(bits, 12));
  ASSIGN_OR_RETURN(string.cmp_version, Int(bits, 12));
  ASSIGN_OR_RETURN(string.consent_screen, Int(bits, 6));
  ASSIGN_OR_RETURN(string.language, bits.Letters(2));
  ASSIGN_OR_RETURN(string.vendor_list_version, Int(bits, 12));
  ASSIGN_OR_RETURN(string.policy_version, Int(bits, 6));
  ASSIGN_OR_RETURN(string.service_specific, bits.Flag());
  return bits.Flag().status().ok() ? OkStatus() : Corrupt("the string ends too early");
}

Status ReadChoices(BitReader& bits, TcString& string) {
  ASSIGN_OR_RETURN(string.special_features, bits.BitField(kSpecialFeatures));
  ASSIGN_OR_RETURN(string.purposes, bits.BitField(kPurposes));
  ASSIGN_OR_RETURN(string.purposes_legitimate, bits.BitField(kPurposes));
  ASSIGN_OR_RETURN(string.purpose_one_treatment, bits.Flag());
  ASSIGN_OR_RETURN(string.publisher_country, bits.Letters(2));
  ASSIGN_OR_RETURN(string.vendors, Vendors(bits));
  ASSIGN_OR_RETURN(string.vendors_legitimate, Vendors(bits));
  return OkStatus();
}

}  // namespace

bool TcString::Consents(int purpose) const {
  return std::binary_search(purposes.begin(), purposes.end(), purpose);
}

Result<TcString> TcString::Parse(std::string_view text) {
  const std::string_view core = text.substr(0, text.find('.'));
  ASSIGN_OR_RETURN(BitReader bits, BitReader::FromBase64Url(core));
  ASSIGN_OR_RETURN(const uint64_t version, bits.Number(6));
  if (version != kVersion) {
    return Invalid("a consent string of version " + std::to_string(version) +
                   "; version 2 is read");
  }
  TcString string;
  TRY(ReadHead(bits, string));
  TRY(ReadChoices(bits, string));
  return string;
}

}  // namespace signet::policies
