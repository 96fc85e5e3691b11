/// The `features` stage: what each subject did before a cut-off, as one typed row per subject.
///
/// In: governed event inputs (and, optionally, a population); out: kind features, one row per
/// subject, columns named `<input>_<what>[_<window>]`. Strictly before the cut-off: a row at the
/// cut-off never counts. Deterministic: integers and DECIMAL sums only; a double is a function of
/// those. Independent of row order; partition by partition (no shuffle). Memory: one hash table
/// over the partition's subjects with the times of their orders, and one over its orders where
/// `order` is named.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

/// The column in which features carry their cut-off, so that labels can be proved to come after it.
inline constexpr std::string_view kFeaturesAtColumn = "features_at";

/// One input of events and what its columns mean. Empty column names: the input has none.
struct EventOptions {
  enum class Kind { kPurchase, kWeb, kLoyalty };

  std::string input;  ///< the view's name, and the prefix of its features
  Kind kind = Kind::kPurchase;
  std::string time;
  // Purchases. Lines with one order id are one order; without it each row is an order.
  std::string order, amount, discount, returned, item, channel, category;
  std::vector<std::string> channels, categories;  ///< values that get features of their own
  // Web events and loyalty activity. `type` is the page or event type.
  std::string type, session, points;
  std::vector<std::string> types;
  int64_t session_gap_seconds = 1800;
};

/// Subjects who get a row even without events, and attributes carried over from that input.
struct PopulationOptions {
  std::string input;
  std::string since;  ///< only subjects known before the cut-off, by this column
  std::vector<std::string> carry;
};

struct FeatureOptions {
  std::string cutoff = "as_of";  ///< see ResolveMoment
  std::vector<int64_t> window_seconds;
  std::vector<EventOptions> events;
  PopulationOptions population;

  /// kInvalid with the option's name; unknown keys are refused.
  static Result<FeatureOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

/// `subject`, `features_at`, carried columns, then features; labels joined from what flows in.
/// kInvalid for a missing input or column, or a column of a type that cannot serve.
Result<Schema> FeaturesOutputSchema(const FeatureOptions& options,
                                    const std::map<std::string, Schema>& inputs);

/// Creates the table `out`. Figures: subjects, rows read and used per input, rows without time.
Result<Json> RunFeatures(query::Connection& connection,
                         const FeatureOptions& options,
                         const std::map<std::string, Schema>& inputs,
                         const StageContext& context);

/// The SELECT behind RunFeatures, for the plan's derivation and for people. `cutoff` is resolved.
Result<std::string> FeaturesSql(const FeatureOptions& options,
                                const std::map<std::string, Schema>& inputs,
                                Timestamp cutoff);

}  // namespace signet::pipelines
