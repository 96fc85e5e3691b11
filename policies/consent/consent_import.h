/// What a consent platform exports: rows that name a person and say what the person chose.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "policies/consent/fact.h"

namespace signet::policies {

/// How one row names its person: "email", "phone", "card", "cookie", "device", "id" or "id:DOMAIN".
struct ImportIdentifier {
  std::string type;
  PersonalText value;
};

struct ImportRow {
  int line = 0;
  std::vector<ImportIdentifier> identifiers;
  std::vector<Fact> facts;  ///< about nobody yet: `subject` is nil
};

struct ConsentImport {
  std::vector<ImportRow> rows;
  /// Rows that could not be used, by reason; a row is whole or not taken.
  std::map<std::string, uint64_t> refused;
};

/// Which of our purposes the purposes of a TC string stand for: all of the numbers must be
/// consented.
using TcfPurposes = std::map<std::string, std::vector<int>, std::less<>>;
/// 3 and 4 (profiles for advertising) for marketing.advertising.audiences, 5 and 6 (profiles for
/// content) for personalize.offers: TCF policies v5, appendix A.
TcfPurposes DefaultTcfPurposes();
/// "marketing.email=3+4" into `purposes`, in place of what was there; kInvalid.
Status AddTcfPurpose(std::string_view text, TcfPurposes& purposes);

struct ImportOptions {
  std::string source;  ///< facts say "import.SOURCE"
  /// The moment of rows that state none; 0: they are undated facts, the weakest there are.
  Timestamp as_of;
  TcfPurposes tcf = DefaultTcfPurposes();
};

/// Reads CSV (RFC 4180, a header) or JSONL (an object a line; told apart by the first letter).
/// Columns: identifiers as above; `time` (ISO 8601); `wording`; and any of
///   purpose + state    given, withdrawn (also granted/denied, true/false, opt_in/opt_out, yes/no)
///   opt_out_sale, gpc, limit_sensitive, restricted    true or false
///   tcf                an IAB TCF v2 string: its purposes, dated by the string
///   gpp                an IAB GPP string: its TCF section, its US sections
/// Other columns are passed over. kInvalid (nothing is read) when the columns name nobody or say
/// nothing, for a file over kImportBytesMax, and for CSV whose quotes do not close.
inline constexpr size_t kImportBytesMax = size_t{512} << 20U;
Result<ConsentImport> ReadConsentImport(std::string_view text, const ImportOptions& options);

}  // namespace signet::policies
