#include "policies/consent/consent_import.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "crypto/base/json.h"
#include "crypto/base/text.h"
#include "policies/consent/gpp_string.h"
#include "policies/consent/tc_string.h"

namespace signet::policies {
namespace {

constexpr std::array<std::string_view, 6> kIdentifierTypes = {
    "email", "phone", "card", "cookie", "device", "id"};
constexpr std::array<std::string_view, 7> kStatementColumns = {
    "state", "opt_out_sale", "gpc", "limit_sensitive", "restricted", "tcf", "gpp"};

bool IsIdentifierColumn(std::string_view name) {
  if (name.starts_with("id:") && name.size() > 3) return true;
  return std::find(kIdentifierTypes.begin(), kIdentifierTypes.end(), name) !=
         kIdentifierTypes.end();
}

bool IsStatementColumn(std::string_view name) {
  return std::find(kStatementColumns.begin(), kStatementColumns.end(), name) !=
         kStatementColumns.end();
}

/// Records of RFC 4180, one at a time.
class CsvRecords {
 public:
  explicit CsvRecords(std::string_view text) : text_(text) {}

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] int line() const { return line_; }

  Result<std::vector<std::string>> Next() {
    std::vector<std::string> fields;
    begun_ = line_ + 1;
    bool more = true;
    while (more) {
      std::string field;
      TRY(Field(field));
      fields.push_back(std::move(field));
      more = at_ < text_.size() && text_[at_] == ',';
      if (more) ++at_;
    }
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
    return fields;
  }

 private:
  Status Field(std::string& field) {
    if (at_ < text_.size() && text_[at_] == '"') return Quoted(field);
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r') {
      field.push_back(text_[at_++]);
    }
    return OkStatus();
  }

  Status Quoted(std::string& field) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') {
        field.push_back(text_[at_]);
        continue;
      }
      if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        field.push_back('"');
        ++at_;
        continue;
      }
      ++at_;
      const bool ends =
          at_ >= text_.size() || text_[at_] == ',' || text_[at_] == '\n' || text_[at_] == '\r';
      if (ends) return OkStatus();
      break;
    }
    return Invalid("line " + std::to_string(begun_) + ": a quoted field does not end");
  }

  std::string_view text_;
  size_t at_ = 0;
  int line_ = 0;
  int begun_ = 1;
};

using Fields = std::map<std::string, std::string, std::less<>>;

std::string_view Value(const Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view() : Trim(found->second);
}

std::optional<bool> FlagFrom(std::string_view text) {
  for (const std::string_view yes : {"true", "yes", "1", "Y"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"false", "no", "0", "N"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

std::optional<bool> GivenFrom(std::string_view text) {
  for (const std::string_view yes : {"given", "granted", "opt_in", "accepted"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"withdrawn", "denied", "opt_out", "refused", "rejected"}) {
    if (text == no) return false;
  }
  return FlagFrom(text);
}

/// Turns one row's fields into facts; the first reason why it cannot stays.
class RowReader {
 public:
  RowReader(const ImportOptions& options, const Fields& fields)
      : options_(options), fields_(fields) {}

  std::optional<ImportRow> Read(int line) {
    row_.line = line;
    TakeIdentifiers();
    TakeMoment();
    TakeStatements();
    TakeTcf();
    TakeGpp();
    if (reason_.empty() && row_.identifiers.empty()) Refuse("names nobody");
    if (reason_.empty() && row_.facts.empty()) Refuse("says nothing");
    if (!reason_.empty()) return std::nullopt;
    return std::move(row_);
  }
  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  void Refuse(std::string reason) {
    if (reason_.empty()) reason_ = std::move(reason);
  }

  void TakeIdentifiers() {
    for (const auto& field : fields_) {
      const std::string_view value = Trim(field.second);
      if (value.empty() || !IsIdentifierColumn(field.first)) continue;
      row_.identifiers.push_back({field.first, PersonalText(std::string(value))});
    }
  }

  void TakeMoment() {
    moment_ = options_.as_of;
    const std::string_view text = Value(fields_, "time");
    if (text.empty()) return;
    // "2026-01-31 10:00:00" is what many platforms write for UTC.
    std::string iso(text);
    if (iso.size() >= 19 && iso[10] == ' ') iso[10] = 'T';
    if (iso.size() == 19) iso += 'Z';
    const Result<Timestamp> time = TimestampFromText(iso);
    if (!time.ok()) return Refuse("has a time that is none");
    moment_ = *time;
  }

  void Add(Fact::Kind kind, std::string purpose, bool protective, Timestamp time) {
    Fact fact;
    fact.kind = kind;
    fact.purpose = std::move(purpose);
    fact.value = kind == Fact::kConsent ? (protective ? "withdrawn" : "given")
                                        : (protective ? "true" : "false");
    fact.time_micros = time.micros;
    fact.source = "import." + options_.source;
    fact.wording = wording_.empty() ? std::string(Value(fields_, "wording")) : wording_;
    if (const Status valid = ValidateFact(fact); !valid.ok()) return Refuse(valid.message());
    row_.facts.push_back(std::move(fact));
  }

  void TakeFlag(std::string_view column, Fact::Kind kind) {
    const std::string_view text = Value(fields_, column);
    if (text.empty()) return;
    const std::optional<bool> flag = FlagFrom(text);
    if (!flag.has_value()) return Refuse("has a flag that is neither true nor false");
    Add(kind, "", *flag, moment_);
  }

  void TakeStatements() {
    const std::string_view state = Value(fields_, "state");
    if (!state.empty()) {
      const std::optional<bool> given = GivenFrom(state);
      const std::string_view purpose = Value(fields_, "purpose");
      if (!given.has_value()) return Refuse("has a state that is neither given nor withdrawn");
      if (purpose.empty()) return Refuse("has a state and no purpose");
      Add(Fact::kConsent, std::string(purpose), !*given, moment_);
    }
    TakeFlag("opt_out_sale", Fact::kOptOutSale);
    TakeFlag("gpc", Fact::kGpc);
    TakeFlag("limit_sensitive", Fact::kLimitSensitive);
    TakeFlag("restricted", Fact::kRestriction);
  }

  void AddTcf(const TcString& string) {
    wording_ = "tcf-" + std::to_string(string.policy_version) + "/gvl-" +
               std::to_string(string.vendor_list_version) + "/cmp-" + std::to_string(string.cmp_id);
    for (const auto& purpose : options_.tcf) {
      const bool given = std::all_of(purpose.second.begin(),
                                     purpose.second.end(),
                                     [&string](int number) { return string.Consents(number); });
      Add(Fact::kConsent, purpose.first, !given, string.updated);
    }
    wording_.clear();
  }

  void TakeTcf() {
    const std::string_view text = Value(fields_, "tcf");
    if (text.empty()) return;
    const Result<TcString> string = TcString::Parse(text);
    if (!string.ok()) return Refuse("has a TCF string that cannot be read");
    AddTcf(*string);
  }

  void TakeGpp() {
    const std::string_view text = Value(fields_, "gpp");
    if (text.empty()) return;
    const Result<GppString> string = GppString::Parse(text);
    if (!string.ok()) return Refuse("has a GPP string that cannot be read");
    if (string->tcf.has_value()) AddTcf(*string->tcf);
    if (!string->us.has_value()) return;
    const UsChoices& us = *string->us;
    wording_ = "gpp";
    std::optional<bool> sale;
    for (const std::optional<bool>& choice :
         {us.sale_opt_out, us.sharing_opt_out, us.advertising_opt_out}) {
      if (choice.has_value()) sale = sale.value_or(false) || *choice;
    }
    if (sale.has_value()) Add(Fact::kOptOutSale, "", *sale, moment_);
    if (us.limit_sensitive.has_value()) {
      Add(Fact::kLimitSensitive, "", *us.limit_sensitive, moment_);
    }
    if (us.gpc.value_or(false)) Add(Fact::kGpc, "", /*protective=*/true, moment_);
    if (us.known_child) Add(Fact::kMinor, "", /*protective=*/true, moment_);
    wording_.clear();
  }

  const ImportOptions& options_;
  const Fields& fields_;
  ImportRow row_;
  Timestamp moment_;
  std::string wording_;  ///< of what is read from a string
  std::string reason_;
};

Status CheckColumns(const std::vector<std::string>& names) {
  const bool names_somebody =
      std::any_of(names.begin(), names.end(), [](const auto& n) { return IsIdentifierColumn(n); });
  const bool says_something =
      std::any_of(names.begin(), names.end(), [](const auto& n) { return IsStatementColumn(n); });
  if (!names_somebody) {
    return Invalid("no column names a person")
        .WithRemedy("name columns email, phone, card, cookie, device, id or id:DOMAIN");
  }
  if (!says_something) {
    return Invalid("no column says what was chosen")
        .WithRemedy("give purpose and state, opt_out_sale, gpc, limit_sensitive, tcf or gpp");
  }
  return OkStatus();
}

void Take(const Fields& fields, int line, const ImportOptions& options, ConsentImport& import) {
  RowReader reader(options, fields);
  std::optional<ImportRow> row = reader.Read(line);
  if (row.has_value()) {
    import.rows.push_back(*std::move(row));
  } else {
    ++import.refused[reader.reason()];
  }
}

Result<ConsentImport> ReadCsv(std::string_view text, const ImportOptions& options) {
  ConsentImport import;
  CsvRecords records(text);
  ASSIGN_OR_RETURN(std::vector<std::string> names, records.Next());
  for (std::string& name : names) name = std::string(Trim(name));
  TRY(CheckColumns(names));
  while (!records.done()) {
    ASSIGN_OR_RETURN(std::vector<std::string> values, records.Next());
    if (values.size() == 1 && Trim(values.front()).empty()) continue;
    if (values.size() != names.size()) {
      ++import.refused["has another number of fields than the header"];
      continue;
    }
    Fields fields;
    for (size_t i = 0; i < names.size(); ++i) fields[names[i]] = std::move(values[i]);
    Take(fields, records.line(), options, import);
  }
  return import;
}

std::string TextOf(const Json& value) {
  if (value.is_string()) return value.AsString();
  if (value.is_bool()) return value.AsBool() ? "true" : "false";
  if (value.is_int()) return std::to_string(value.AsInt());
  return {};
}

Result<ConsentImport> ReadJsonLines(std::string_view text, const ImportOptions& options) {
  ConsentImport import;
  int line = 0;
  std::vector<std::string> seen;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view record = Trim(text.substr(begin, end - begin));
    begin = end + 1;
    ++line;
    if (record.empty()) continue;
    const Result<Json> json = Json::Parse(record);
    if (!json.ok() || !json->is_object()) {
      ++import.refused["is no JSON object"];
      continue;
    }
    Fields fields;
    for (const auto& field : json->fields()) {
      fields[field.first] = TextOf(field.second);
      if (import.rows.empty()) seen.push_back(field.first);
    }
    Take(fields, line, options, import);
  }
  if (import.rows.empty()) TRY(CheckColumns(seen));
  return import;
}

}  // namespace

TcfPurposes DefaultTcfPurposes() {
  return {{"marketing.advertising.audiences", {3, 4}}, {"personalize.offers", {5, 6}}};
}

Status AddTcfPurpose(std::string_view text, TcfPurposes& purposes) {
  Status wrong = Invalid("'" + std::string(text) + "' is not PURPOSE=N+N")
                     .WithRemedy("for example marketing.email=3+4: all of them must be given");
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return wrong;
  std::vector<int> numbers;
  for (const std::string& part : Split(text.substr(equals + 1), '+')) {
    const Result<int64_t> number = IntegerFromText(part);
    if (!number.ok() || *number < 1 || *number > 24) return wrong;
    numbers.push_back(static_cast<int>(*number));
  }
  purposes[std::string(text.substr(0, equals))] = std::move(numbers);
  return OkStatus();
}

Result<ConsentImport> ReadConsentImport(std::string_view text, const ImportOptions& options) {
  if (text.size() > kImportBytesMax) return Exhausted("the export is larger than 512 MiB");
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::string_view begin = Trim(text.substr(0, text.find('\n')));
  if (begin.empty()) return Invalid("the export is empty or begins with an empty line");
  return begin.front() == '{' ? ReadJsonLines(text, options) : ReadCsv(text, options);
}

}  // namespace signet::policies
