/// What is true about the generated customers, and how well an oracle could predict them.
///
/// The oracle of a cut-off knows each customer's parameters (lambda, mu, nu) and history, not the
/// drop-out time: no model can do better on average. Its churn score is P(no purchase within the
/// horizon); its value is the expected net spend within the horizon.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "pipelines/synthetic/catalogue.h"
#include "pipelines/synthetic/customer_model.h"
#include "pipelines/synthetic/demographics.h"
#include "pipelines/synthetic/text_buffer.h"

namespace signet::pipelines::synthetic {

/// Area under the ROC curve of `scores` for `labels` (ties count half): Mann-Whitney's U.
double AreaUnderCurve(const std::vector<double>& scores, const std::vector<uint8_t>& labels);
/// Spearman's rank correlation, ties by average ranks.
double RankCorrelation(const std::vector<double>& a, const std::vector<double>& b);

/// Predictions and outcomes of customers who joined before one cut-off.
struct OracleSample {
  std::vector<double> churn_scores;
  std::vector<uint8_t> churned;
  std::vector<double> expected_values;
  std::vector<double> realised_values;

  void Merge(const OracleSample& other);
  /// {customers, churned_share, churn_auc, clv_rank_correlation}.
  [[nodiscard]] Json ToJson() const;
};

/// Both arms' potential outcomes, summed over the assigned customers alive at the start.
struct ExperimentTruth {
  uint64_t assigned = 0, treated = 0, exposed_treated = 0;
  double orders_control = 0;    ///< expected orders in the window if nobody were treated
  double orders_treatment = 0;  ///< if everybody were
  double buyers_control = 0;    ///< expected customers with at least one order
  double buyers_treatment = 0;

  void Merge(const ExperimentTruth& other);
};

/// What a customer bought around as_of: net of returned orders, before offer discounts.
struct WindowValues {
  int64_t before_cents = 0;  ///< within the horizon before as_of
  int64_t after_cents = 0;   ///< within the horizon after it: withheld
};

/// One customer with all that is drawn about it.
struct CustomerLife {
  const Customer& customer;
  const Person& person;
  const Activity& activity;
};

/// Collects the truth of one chunk of customers. Merged in chunk order.
struct TruthChunk {
  OracleSample at_as_of;
  OracleSample at_training;  ///< as_of - horizon, outcomes in the files
  ExperimentTruth experiment;

  /// Adds one customer and its row in truth/customers.csv.
  void Add(const CustomerModel& model,
           const Catalogue& catalogue,
           const CustomerLife& life,
           const WindowValues& values,
           TextBuffer& out);
  void Merge(const TruthChunk& other);
};

}  // namespace signet::pipelines::synthetic
