#include "coordinator/cli/lab_metric.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

using pipelines::MetricColumns;
using pipelines::MetricKind;

constexpr const char* kForms =
    "write proportion:C, mean:C, ratio:A/B, median:C or quantile:C@0.9, where C is a column or an "
    "SQL expression";

/// Letters, digits, underscores and the like: a name, and no expression.
bool IsPlainName(const std::string& text) {
  const bool digits = std::all_of(text.begin(), text.end(), [](unsigned char letter) {
    return std::isdigit(letter) != 0 || letter == '.';
  });
  return !digits && std::all_of(text.begin(), text.end(), [](unsigned char letter) {
    return std::isalnum(letter) != 0 || letter == '_' || letter >= 0x80;
  });
}

/// Where to cut "A/B": a slash with columns on both sides, or the only slash outside of brackets.
Result<size_t> RatioCut(const LabInput& input, const std::string& text) {
  std::vector<size_t> cuts;
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    if (text[i] != '/') continue;
    if (input.Has(text.substr(0, i)) && input.Has(text.substr(i + 1))) return i;
    if (depth == 0) cuts.push_back(i);
  }
  if (cuts.size() == 1 && cuts[0] > 0 && cuts[0] + 1 < text.size()) return cuts[0];
  return Invalid("--metric: 'ratio:" + text + "' does not say which two columns are divided")
      .WithRemedy("write ratio:A/B; put brackets around an expression with a slash of its own");
}

Status ReadRatio(const LabInput& input, const std::string& text, MetricColumns& metric) {
  ASSIGN_OR_RETURN(const size_t cut, RatioCut(input, text));
  ASSIGN_OR_RETURN(metric.value, ColumnSql(input, text.substr(0, cut)));
  ASSIGN_OR_RETURN(metric.per, ColumnSql(input, text.substr(cut + 1)));
  return OkStatus();
}

Status ReadQuantile(const LabInput& input, const std::string& text, MetricColumns& metric) {
  const size_t at = text.rfind('@');
  const Result<double> p =
      at == std::string::npos ? Invalid("no @") : DoubleFromText(text.substr(at + 1));
  if (!p.ok() || !(*p > 0 && *p < 1)) {
    return Invalid("--metric: 'quantile:" + text + "' does not say which quantile")
        .WithRemedy("write quantile:C@0.9 for the 90th percentile of C");
  }
  metric.design.quantile = *p;
  ASSIGN_OR_RETURN(metric.value, ColumnSql(input, text.substr(0, at)));
  return OkStatus();
}

}  // namespace

Result<std::string> ColumnSql(const LabInput& input, const std::string& text) {
  if (input.Has(text)) return input.ColumnSql(text);
  if (IsPlainName(text)) {
    // DuckDB finds columns whatever their case: so does a plain name here.
    for (const std::string& column : input.columns()) {
      const auto same = [](unsigned char a, unsigned char b) {
        return std::tolower(a) == std::tolower(b);
      };
      if (std::equal(column.begin(), column.end(), text.begin(), text.end(), same)) {
        return input.ColumnSql(column);
      }
    }
    TRY(input.Require(text));
  }
  return "(" + text + ")";
}

Result<MetricColumns> MetricFromText(const LabInput& input, const std::string& text) {
  const size_t colon = text.find(':');
  const std::string kind = text.substr(0, colon);
  const std::string rest = colon == std::string::npos ? "" : text.substr(colon + 1);
  MetricColumns metric;
  metric.design.definition = text;
  metric.design.name = rest;
  if (rest.empty()) return Invalid("--metric: '" + text + "' names no column").WithRemedy(kForms);
  if (kind == "ratio") {
    metric.design.kind = MetricKind::kRatio;
    TRY(ReadRatio(input, rest, metric));
    return metric;
  }
  if (kind == "quantile") {
    metric.design.kind = MetricKind::kQuantile;
    TRY(ReadQuantile(input, rest, metric));
    return metric;
  }
  if (kind == "median") {
    metric.design.kind = MetricKind::kQuantile;
  } else if (kind == "proportion") {
    metric.design.kind = MetricKind::kProportion;
  } else if (kind != "mean") {
    return Invalid("--metric: '" + kind + "' is no kind of metric").WithRemedy(kForms);
  }
  ASSIGN_OR_RETURN(metric.value, ColumnSql(input, rest));
  return metric;
}

Result<std::map<std::string, double>> SharesFromText(const std::string& text) {
  std::map<std::string, double> shares;
  if (text.empty()) return shares;
  for (const std::string& part : Split(text, ',')) {
    const size_t equals = part.rfind('=');
    const Result<double> share = equals == std::string::npos
                                     ? Invalid("no =")
                                     : DoubleFromText(Trim(part.substr(equals + 1)));
    if (!share.ok() || !(*share > 0) || !std::isfinite(*share)) {
      return Invalid("'" + text + "' is no list of shares")
          .WithRemedy("write each arm with its share: control=0.5,offer=0.5");
    }
    shares[std::string(Trim(part.substr(0, equals)))] = *share;
  }
  return shares;
}

}  // namespace signet::coordinator
