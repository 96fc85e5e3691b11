/// The `next_best_offer` stage: who gets which offer under budgets, with exploration kept.
///
/// In: `candidates` (features or scores; one row per eligible pair: subject, offer, expected
/// incremental value; built by sql from eligibility, consent and models) and `offers` (reference:
/// name, cost, limit). Out: kind features: subject, offer TEXT, value DOUBLE (net of cost),
/// propensity DOUBLE, explored BOOL. One task over all partitions; deterministic by seed,
/// independent of row order. Memory: 24 bytes a pair.
///
/// A share `exploration` of the subjects (by a salted hash) gets an offer drawn evenly from their
/// own eligible ones, so that redemptions keep teaching what the rule would never try; the
/// propensity of each decision is written beside it, for off-policy evaluation.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

struct NextBestOfferOptions {
  std::string candidates = "candidates";
  std::string offer = "offer";  ///< column of candidates
  std::string value = "value";  ///< column of candidates
  std::string contacts;         ///< column of candidates: recent contacts of the subject
  int64_t contacts_max = 0;     ///< pairs of subjects with as many or more are left out
  std::string offers = "offers";
  std::string name = "offer";  ///< columns of offers
  std::string cost;
  std::string limit;  ///< how often an offer may be given
  double budget = 0;  ///< sum of costs; 0: none
  int per_subject = 1;
  double exploration = 0.05;

  static Result<NextBestOfferOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> NextBestOfferOutputSchema(const NextBestOfferOptions& options,
                                         const std::map<std::string, Schema>& inputs);

/// Figures: pairs, subjects, uses and price per offer, value, cost, bound. kInvalid for an offer
/// that the reference lacks or has twice, or a value that is missing.
Result<Json> RunNextBestOffer(query::Connection& connection,
                              const NextBestOfferOptions& options,
                              const std::map<std::string, Schema>& inputs,
                              const StageContext& context);

}  // namespace signet::pipelines
