// Options of the `check` stage: reading and documentation.
#include <string>
#include <utility>
#include <vector>

#include "pipelines/segments/quality_check.h"

namespace signet::pipelines {
namespace {

using Kind = AssertionOptions::Kind;

/// {max_null_share: {column: x, share: 0.01}} and the like: exactly one kind per assertion.
void ReadKind(OptionReader& reader, const std::string& name, AssertionOptions& a) {
  int kinds = 0;
  if (reader.Has("min_rows")) {
    ++kinds;
    a.kind = Kind::kMinRows;
    a.limit = static_cast<double>(reader.Integer("min_rows", 1, 0, 1'000'000'000'000));
  }
  if (reader.Has("max_null_share")) {
    ++kinds;
    a.kind = Kind::kMaxNullShare;
    OptionReader inner("check: " + name + ": max_null_share", reader.Map("max_null_share"));
    a.columns = {inner.RequiredText("column")};
    a.limit = inner.Number("share", 0, 0, 1);
    const Status status = inner.Finish();
    if (!status.ok()) reader.Fail(status.message());
  }
  if (reader.Has("unique")) {
    ++kinds;
    a.kind = Kind::kUnique;
    a.columns = reader.Texts("unique");
    if (a.columns.empty()) reader.Fail("'unique' lists at least one column");
  }
  if (reader.Has("range")) {
    ++kinds;
    a.kind = Kind::kRange;
    OptionReader inner("check: " + name + ": range", reader.Map("range"));
    a.columns = {inner.RequiredText("column")};
    a.low = inner.OptionalNumber("min");
    a.high = inner.OptionalNumber("max");
    if (!a.low && !a.high) inner.Fail("'min' or 'max' is missing");
    const Status status = inner.Finish();
    if (!status.ok()) reader.Fail(status.message());
  }
  if (reader.Has("always")) {
    ++kinds;
    a.kind = Kind::kAlways;
    a.expression = reader.RequiredText("always");
  }
  if (reader.Has("sql")) {
    ++kinds;
    a.kind = Kind::kSql;
    a.expression = reader.RequiredText("sql");
  }
  if (kinds != 1) {
    reader.Fail("give one of min_rows, max_null_share, unique, range, always, sql");
  }
}

}  // namespace

Result<CheckOptions> CheckOptions::FromJson(const Json& json) {
  OptionReader reader("check", json);
  CheckOptions options;
  const bool blocks = reader.OneOf("level", {"block", "warn"}) == "block";
  for (const auto& [name, assertion] : reader.Map("assert").fields()) {
    OptionReader inner("check: assert." + name, assertion);
    AssertionOptions a;
    a.name = name;
    a.input = inner.Text("input");
    const std::string level = inner.OneOf("level", {blocks ? "block" : "warn", "block", "warn"});
    a.blocks = level == "block";
    ReadKind(inner, name, a);
    if (a.kind != Kind::kMinRows && a.kind != Kind::kMaxNullShare) {
      a.limit = static_cast<double>(inner.Integer("allow", 0, 0, 1'000'000'000'000));
    }
    TRY(inner.Finish());
    options.assertions.push_back(std::move(a));
  }
  if (options.assertions.empty()) reader.Fail("'assert' must name at least one assertion");
  TRY(reader.Finish());
  return options;
}

std::vector<OptionDoc> CheckOptions::Options() {
  return {
      {"level",
       "one of block|warn",
       "",
       "block",
       "What a failed assertion does unless it says otherwise."},
      {"assert", "map of map", "", "required", "Assertions by name; each has exactly one kind."},
      {"assert.*.input", "input", "", "the only input", "What it speaks of."},
      {"assert.*.level", "one of block|warn", "", "the step's", "What its failure does."},
      {"assert.*.min_rows", "integer", "rows", "", "At least so many rows."},
      {"assert.*.max_null_share", "map", "", "", "{column, share}: at most this share of NULLs."},
      {"assert.*.unique", "list of column", "", "", "No two rows share these values."},
      {"assert.*.range", "map", "", "", "{column, min, max}: values lie within; NULL is allowed."},
      {"assert.*.always", "expression", "", "", "Boolean SQL, true for every row; NULL violates."},
      {"assert.*.sql", "expression", "", "", "One SELECT of one number: the violations."},
      {"assert.*.allow",
       "integer",
       "rows",
       "0",
       "Violations allowed (unique, range, always, sql)."},
  };
}

}  // namespace signet::pipelines
