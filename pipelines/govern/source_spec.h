/// What the planner tells about one file of one source: columns, treatments, links, facts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "crypto/pseudonym/link_type.h"
#include "pipelines/ingest/source.h"
#include "pipelines/record/dataset.h"
#include "policies/model/label.h"
#include "policies/model/treatment.h"

namespace signet::pipelines {

/// What a column tells the consent ledger, beside its value.
enum class ColumnRole {
  kValue,        ///< nothing
  kCountry,      ///< the jurisdiction's country
  kRegion,       ///< the jurisdiction's region (a US state)
  kConsent,      ///< consent to `purpose`, a yes or no
  kOptOutSale,   ///< opted out of sale (CCPA 1798.120), a yes or no
  kOptOutShare,  ///< opted out of sharing, a yes or no (the ledger keeps one opt-out for both)
  kGpc,          ///< Global Privacy Control signal, a yes or no
  kBirthDate,    ///< a birth date: minors are found by it
  kMinor,        ///< a minor, a yes or no
};

/// "value", "jurisdiction_country", "jurisdiction_region", "consent", "opt_out_sale",
/// "opt_out_share", "signal_gpc", "minor_birth_date", "minor_flag".
std::string_view ColumnRoleName(ColumnRole role);
Result<ColumnRole> ColumnRoleFromName(std::string_view name);

/// What happens to rows without a usable identifier.
enum class Unidentified {
  kDrop,           ///< they are left out and counted
  kAggregateOnly,  ///< they are left out of the rows; counts and money sums go into the figures
};

/// One declared column of the file.
struct SourceColumn {
  std::string name;
  ColumnType type = ColumnType::kText;
  std::string category;           ///< Fideslang key
  policies::Treatment treatment;  ///< the strictest of the policies
  policies::Label label;          ///< of the governed column
  ColumnRole role = ColumnRole::kValue;
  std::string purpose;    ///< kConsent only
  std::string as_of;      ///< the timestamp column with the fact's time; empty: undated
  std::string wording;    ///< kConsent only: the version of the text consented to
  bool required = false;  ///< a row without it is quarantined
};

/// One column that identifies the person.
struct SourceLink {
  std::string column;
  crypto::LinkType type = crypto::LinkType::kId;
  std::string id_domain;  ///< separates id spaces; empty for e-mail and phone
};

/// One file of a source. A source without links is reference data: its tokenised form is final.
struct SourceSpec {
  std::string name;
  std::string path;
  SourceFormat format;
  std::string default_region;  ///< for phone numbers without "+"; ISO 3166-1 alpha-2
  std::vector<SourceLink> links;
  std::vector<SourceColumn> columns;
  Unidentified unidentified = Unidentified::kDrop;
  double quarantine_share_max = 0.05;
  std::vector<std::string> unique;  ///< rows equal in these columns are one row (within the file)

  [[nodiscard]] bool is_reference() const { return links.empty(); }
  [[nodiscard]] const SourceColumn* Find(std::string_view column) const;

  /// {"name", "path", "read": {SourceFormat}, "default_region", "links": [{"column", "type",
  /// "domain"}], "columns": [{"name", "type", "category", "treatment": {"kind", "options", "rule"},
  /// "label": {...}, "role", "purpose", "as_of", "wording", "required"}], "unidentified":
  /// "drop|aggregate_only", "quarantine_share_max", "unique": [...]}.
  [[nodiscard]] Json ToJson() const;
  /// kInvalid, naming the column, for an unknown type, role or treatment, a column that is not
  /// declared, an option that its treatment does not know, or reference data with facts, escrow
  /// or encrypted cells.
  static Result<SourceSpec> FromJson(const Json& json);
  /// What FromJson checks, for specifications built in memory.
  [[nodiscard]] Status Check() const;
};

/// "link_1": the tokenised column of spec.links[0], and so on.
std::string LinkColumnName(size_t link);
/// "fact_3", "fact_3_at": what spec.columns[2] tells the ledger, and since when.
std::string FactColumnName(size_t column);
std::string FactTimeColumnName(size_t column);

/// The type of a column once its treatment is done; nothing when it is dropped.
/// keep: as declared. generalise: {band: n} the lower bound of the band, an int (of the year, for a
/// date or timestamp); {truncate: n} the first n characters, a text; {year: true} an int; {top: n}
/// as declared, at most n. pseudonymise: a keyed uuid. encrypt, escrow: sealed bytes.
std::optional<ColumnType> GovernedTypeOf(const SourceColumn& column);

/// Columns of `out` after RunTokenise: a uuid per link (class links), the values (class of their
/// label; those to be sealed as text in class escrow), the facts (class facts).
Result<Schema> TokenisedSchema(const SourceSpec& spec);

/// Columns of `out` after RunGate: `subject` first, then the values that are not dropped, with the
/// planner's labels.
Result<Schema> GovernedSchema(const SourceSpec& spec);

}  // namespace signet::pipelines
