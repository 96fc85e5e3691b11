/// SQL that turns source text into typed values, with a reason where it cannot.
#pragma once

#include <string>

#include "crypto/base/json.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines {

/// The expressions for one text column.
struct CastExpressions {
  std::string value;   ///< typed; NULL for missing or unusable text
  std::string reason;  ///< "bad_date", ... when there was text and it could not be used, else NULL
};

/// Casts SQL expression `column` (VARCHAR; NULL = missing) to `type`. Surrounding blanks are
/// ignored; blank text is missing. Options of the source:
///   time_zone      IANA name, default UTC: for timestamps that carry no offset. ICU's rule holds
///   for
///                  an hour that a clock change skips or repeats.
///   decimal_comma  bool: "1.234,50"
///   date_format    strptime, default ISO 8601 (a time behind the date is dropped)
/// Bool: true/false, t/f, yes/no, y/n, 1/0, on/off. Decimals are rounded to 4 places.
/// Reasons: bad_bool, bad_int, bad_number, bad_decimal, bad_date, bad_timestamp, bad_uuid.
CastExpressions CastSql(const std::string& column, ColumnType type, const Json& options);

/// kInvalid (SIG-4012) for a time zone that ICU does not know or an option of the wrong type.
Status CheckCastOptions(const Json& options);

}  // namespace signet::pipelines
