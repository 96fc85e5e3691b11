#include "pipelines/models/label_window.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/query/analyse_select.h"
#include "pipelines/record/label_flow.h"
#include "pipelines/record/option_doc.h"

namespace signet::pipelines {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr double kMicrosPerDay = 86'400e6;

/// Purchases and their sum per subject in the label's window.
std::string LabelSql(const LabelOptions& label, Timestamp from, Timestamp to) {
  const std::string amount = label.amount.empty() ? "0"
                                                  : "coalesce(TRY_CAST(" + SqlName(label.amount) +
                                                        " AS DECIMAL(18,4)), 0)";
  std::string kept = amount + " >= 0";
  if (!label.returned.empty()) kept += " AND NOT coalesce(" + SqlName(label.returned) + ", FALSE)";
  return "SELECT subject, count(*) AS purchases, sum(" + amount + ") AS spent, min(epoch_us(CAST(" +
         SqlName(label.time) + " AS TIMESTAMP))) AS first_at FROM " + SqlName(label.input) +
         " WHERE subject IS NOT NULL AND " + SqlName(label.time) + " >= " + TimestampSql(from) +
         " AND " + SqlName(label.time) + " < " + TimestampSql(to) + " AND " + kept +
         " GROUP BY subject";
}

Result<std::string> EligibleSql(const TrainOptions& options, const Schema& schema) {
  const std::string view = SqlName(options.features);
  if (options.where.empty()) return view;
  TRY(query::AnalyseExpression(options.where, options.features, schema)
          .status()
          .WithContext("train: where"));
  return "(SELECT * FROM " + view + " WHERE (" + options.where + "\n))";
}

}  // namespace

Result<Timestamp> FeaturesCutoff(query::Connection& connection, const std::string& input) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   connection.Query("SELECT min(features_at), max(features_at), count(*) - "
                                    "count(features_at) FROM " +
                                    SqlName(input)));
  query::Chunk chunk;
  ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
  if (!more || chunk.size() != 1) return Internal("the cut-off's query gave no row");
  if (chunk.IsNull(0, 0)) return Invalid("train: there are no rows of features");
  if (chunk.Int64(0, 0) != chunk.Int64(1, 0) || chunk.Int64(2, 0) != 0) {
    return Invalid("train: the features have more than one cut-off");
  }
  return Timestamp{chunk.Int64(0, 0)};
}

Result<LabelWindow> LabelWindowOf(query::Connection& connection,
                                  const TrainOptions& options,
                                  Timestamp as_of) {
  LabelWindow window;
  ASSIGN_OR_RETURN(window.cutoff, FeaturesCutoff(connection, options.features));
  const LabelOptions& label = options.label;
  window.from.micros = window.cutoff.micros + label.gap_seconds * kMicrosPerSecond;
  window.to.micros = window.from.micros + label.window_seconds * kMicrosPerSecond;
  if (window.to <= as_of) return window;
  return Invalid("train: the label's window ends " + TimestampText(window.to) + ", after as_of " +
                 TimestampText(as_of) +
                 ": labels would be censored; take features at an earlier cut-off");
}

Result<std::string> LabelledSql(const TrainOptions& options,
                                const Schema& schema,
                                const LabelWindow& window) {
  ASSIGN_OR_RETURN(const std::string eligible, EligibleSql(options, schema));
  return eligible + " f LEFT JOIN (" + LabelSql(options.label, window.from, window.to) +
         ") l ON l.subject = f.subject";
}

std::vector<std::string> LabelColumnsSql() {
  return {"l.purchases", "l.spent", "l.first_at"};
}

void Labels::Add(const FeatureMatrix& rows, size_t i, ModelKind kind, const LabelWindow& window) {
  const bool event = rows.extras[0][i] > 0;
  switch (kind) {
    case ModelKind::kChurn:
      labels.push_back(event ? 0.0F : 1.0F);
      break;
    case ModelKind::kPropensity:
      labels.push_back(event ? 1.0F : 0.0F);
      break;
    case ModelKind::kClv:
      labels.push_back(static_cast<float>(std::max(0.0, rows.extras[1][i])));
      break;
    case ModelKind::kSurvival: {
      const double days_max =
          static_cast<double>(window.to.micros - window.from.micros) / kMicrosPerDay;
      const double days =
          (rows.extras[2][i] - static_cast<double>(window.from.micros)) / kMicrosPerDay;
      labels.push_back(static_cast<float>(event ? std::clamp(days, 1e-3, days_max) : days_max));
      happened.push_back(event ? 1 : 0);
      break;
    }
  }
}

std::vector<uint8_t> Labels::Classes() const {
  std::vector<uint8_t> classes;
  classes.reserve(labels.size());
  for (const float label : labels) classes.push_back(label > 0 ? 1 : 0);
  return classes;
}

std::vector<double> Labels::Values() const {
  return {labels.begin(), labels.end()};
}

}  // namespace signet::pipelines
