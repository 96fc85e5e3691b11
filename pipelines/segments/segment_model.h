/// SegmentModel: a rule that puts each subject into a segment, learnt from all, applied anywhere.
///
/// The stages `cluster`, `rfm` and `tiers` learn one (one task over all partitions); `assign`
/// applies it partition by partition.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/column_scaling.h"
#include "pipelines/math/point_set.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "policies/model/label.h"

namespace signet::pipelines {

struct SegmentModel {
  enum class Kind { kClusters, kRfm, kTiers };

  Kind kind = Kind::kClusters;
  std::vector<std::string> columns;  ///< what it reads
  std::vector<std::string> names;    ///< of the segments, in order
  ColumnScaling scaling;             ///< clusters
  PointSet centroids;                ///< clusters, scaled
  std::vector<std::vector<double>>
      cuts;  ///< rfm (3 lists) and tiers (1): upper bounds (quantile_bands.h)

  /// The segment of a row (values in the order of `columns`), as an index into names; -1 where a
  /// value is missing or cannot be scaled.
  [[nodiscard]] int SegmentOf(const std::vector<double>& values) const;

  /// Canonical JSON.
  [[nodiscard]] Bytes Encode() const;
  /// kCorrupt unless it is what Encode gives.
  static Result<SegmentModel> Decode(ByteView bytes);
};

/// Recency band, frequency band (0 = worst) of `bands`: "champions", "at risk", ...
const std::string& RfmSegmentName(size_t recency, size_t frequency, size_t bands);
const std::vector<std::string>& RfmSegmentNames();

/// The columns of `input` as doubles, NaN for NULL. `where` is SQL or empty. kInvalid for text.
Result<std::vector<std::vector<double>>> ReadColumns(query::Connection& connection,
                                                     const std::string& input,
                                                     const std::vector<std::string>& columns,
                                                     const std::string& where);

/// Takes one row: its subject and its values, NaN for NULL.
using TakeSubject = std::function<Status(const Uuid& subject, std::span<const double> values)>;
/// Gives each row of `input` to `take`, one after the other: no more than a chunk is in memory.
Status ForEachSubject(query::Connection& connection,
                      const std::string& input,
                      const std::vector<std::string>& columns,
                      const std::string& where,
                      const TakeSubject& take);

/// {name TEXT, model BLOB, card TEXT}, labelled with all that the model has read.
Schema SegmentModelSchema(const policies::Label& label);
/// Fills `out` with the one row.
Status WriteSegmentModel(query::Connection& connection,
                         const Schema& schema,
                         const std::string& name,
                         const SegmentModel& model,
                         const Json& card);

/// Whether an input is what a stage that learns segments has left.
bool IsSegmentModel(const Schema& schema);
/// The model of such an input. kInvalid, in the name of `stage`, unless it holds exactly one.
Result<SegmentModel> ReadSegmentModel(query::Connection& connection,
                                      const std::string& stage,
                                      const std::string& input);

/// The input meant: the one named, or the only one there is; it must hold `columns` as numbers and
/// a subject. `read` receives their joined label and that of `where`.
struct SegmentSource {
  std::string stage;  ///< for messages
  std::string input;  ///< as named; empty: the only one
  std::vector<std::string> columns;
  std::string where;  ///< SQL, or empty
};
Result<std::string> SegmentInput(const SegmentSource& source,
                                 const std::map<std::string, Schema>& inputs,
                                 policies::Label& read);
/// The label of being among the rows of `input`: the subject's, joined with that of what `where`
/// reads. kInvalid when `where` is no condition.
Result<policies::Label> MemberLabel(const SegmentSource& source,
                                    const std::string& input,
                                    const Schema& schema);

}  // namespace signet::pipelines
