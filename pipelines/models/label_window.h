/// Labels: what people did in a window after the cut-off of their features.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/status.h"
#include "pipelines/models/feature_encoder.h"
#include "pipelines/models/train.h"

namespace signet::pipelines {

/// Labels lie in [from, to).
struct LabelWindow {
  Timestamp cutoff, from, to;
};

/// By the features' cut-off; kInvalid for a window that is still open at `as_of`.
Result<LabelWindow> LabelWindowOf(query::Connection& connection,
                                  const TrainOptions& options,
                                  Timestamp as_of);

/// The one cut-off that all rows of an input of features carry; kInvalid for none or several.
Result<Timestamp> FeaturesCutoff(query::Connection& connection, const std::string& input);

/// A label per row.
struct Labels {
  std::vector<float> labels;      ///< class (1: the event named by the model), money, or days
  std::vector<uint8_t> happened;  ///< survival: 0 = censored; else empty

  [[nodiscard]] size_t size() const { return labels.size(); }
  /// labels as 0 / 1.
  [[nodiscard]] std::vector<uint8_t> Classes() const;
  [[nodiscard]] std::vector<double> Values() const;
  /// Adds those of row i of `rows`, whose first extras are LabelColumnsSql().
  void Add(const FeatureMatrix& rows, size_t i, ModelKind kind, const LabelWindow& window);
};

/// The content of a FROM clause: eligible people `f` with what happened in the window, `l`.
Result<std::string> LabelledSql(const TrainOptions& options,
                                const Schema& schema,
                                const LabelWindow& window);
/// What Labels::Add reads of it.
std::vector<std::string> LabelColumnsSql();

}  // namespace signet::pipelines
