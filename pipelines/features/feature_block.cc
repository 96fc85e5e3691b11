#include "pipelines/features/feature_block.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

}  // namespace

int64_t BlockContext::StartOf(int64_t window_seconds) const {
  return cutoff_micros - window_seconds * kMicrosPerSecond;
}

std::string BlockContext::Name(std::string_view what, int64_t window_seconds) const {
  std::string name = NamePart(options.input) + "_" + std::string(what);
  if (window_seconds != 0) name += "_" + DurationText(window_seconds);
  return name;
}

std::string BlockContext::DaysBefore(const std::string& micros_sql) const {
  return "(" + std::to_string(cutoff_micros) + " - " + micros_sql + ")::DOUBLE / 86400000000.0";
}

std::string BlockContext::FromBefore() const {
  return "FROM " + SqlName(options.input) + " WHERE subject IS NOT NULL AND " +
         SqlName(options.time) + " < " + TimestampSql(Timestamp{cutoff_micros});
}

std::string BlockContext::Money(const std::string& column) {
  return "coalesce(TRY_CAST(" + SqlName(column) + " AS DECIMAL(18,4)), 0)";
}

std::string NamePart(std::string_view value) {
  std::string part;
  for (const char c : value) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    const bool capital = c >= 'A' && c <= 'Z';
    part += plain ? c : capital ? static_cast<char>(c - 'A' + 'a') : '_';
  }
  return part;
}

std::string DecimalSum(const std::string& sql) {
  return "TRY_CAST(" + sql + " AS DECIMAL(18,4))";
}

std::string Ratio(const std::string& a, const std::string& b) {
  return "(" + a + ")::DOUBLE / nullif((" + b + ")::DOUBLE, 0)";
}

Status CheckColumn(const BlockContext& context,
                   std::string_view option,
                   const std::string& column,
                   const std::vector<ColumnType>& types) {
  if (column.empty()) return OkStatus();
  const Result<const Column*> found = ColumnNamed(context.schema, context.options.input, column);
  if (!found.ok()) return found.status().WithContext(option);
  if (types.empty() || std::find(types.begin(), types.end(), (*found)->type) != types.end()) {
    return OkStatus();
  }
  std::vector<std::string> names;
  names.reserve(types.size());
  for (const ColumnType type : types) names.emplace_back(ColumnTypeName(type));
  return Invalid("input '" + context.options.input + "': " + std::string(option) +
                 " needs a column of type " + Join(names, " or ") + ", but '" + column + "' is " +
                 std::string(ColumnTypeName((*found)->type)));
}

}  // namespace signet::pipelines
