/// How good recommendations are: judged by what customers took after the cut.
#pragma once

#include <cstddef>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/recommend.h"

namespace signet::pipelines {

/// For each kind of candidates and method, over customers known before the cut who took at least
/// one such item after it: hit rate@k (any hit), recall@k (hits / items taken), precision@k (hits /
/// k), NDCG@k (binary gains, ideal order of min(k, taken)), each with a 95 % interval over
/// customers; coverage (share of all items that anybody was recommended); recall's gain over
/// popularity with its interval (paired). Items that nobody took before the cut count as taken, and
/// cannot be hit. At most `customers_max` customers, spread evenly over all. kInvalid when nobody
/// known took anything after the cut. Independent of threads.
Result<Json> EvaluateRecommendations(const RecommendData& data,
                                     const std::vector<RecommendMethod>& methods,
                                     const RecommendOptions& options,
                                     size_t customers_max);

}  // namespace signet::pipelines
