/// Recommendations: for each customer the items they will most likely take next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/implicit_factors.h"
#include "pipelines/math/item_similarity.h"
#include "pipelines/models/recommend_data.h"

namespace signet::pipelines {

enum class RecommendMethod {
  kPopularity,        ///< what most customers took
  kRecentPopularity,  ///< what most customers took lately
  kOwnFrequency,      ///< what the customer took most often, then popularity
  kOwnRecency,        ///< what the customer took last, then popularity
  kItemItem,          ///< ItemSimilarity, then popularity
  kFactors,           ///< ImplicitFactors
};
inline constexpr RecommendMethod kRecommendMethods[] = {RecommendMethod::kPopularity,
                                                        RecommendMethod::kRecentPopularity,
                                                        RecommendMethod::kOwnFrequency,
                                                        RecommendMethod::kOwnRecency,
                                                        RecommendMethod::kItemItem,
                                                        RecommendMethod::kFactors};
/// "popularity", "recent_popularity", "own_frequency", "own_recency", "item_item", "als".
std::string_view RecommendMethodName(RecommendMethod method);
Result<RecommendMethod> RecommendMethodFromName(std::string_view name);

/// Which items may be recommended to a customer.
enum class Candidates {
  kAll,   ///< all items
  kNew,   ///< items that the customer never took
  kRare,  ///< items that the customer took, but rarely: where a personal discount moves something,
          ///< while one on what they buy anyway gives margin away
};
inline constexpr Candidates kCandidates[] = {Candidates::kAll, Candidates::kNew, Candidates::kRare};
/// "all", "new", "rare".
std::string_view CandidatesName(Candidates candidates);
Result<Candidates> CandidatesFromName(std::string_view name);

struct RecommendOptions {
  size_t top = 10;
  float rare_count = 1;  ///< kRare: taken at most so often
  int threads = 1;
  ItemSimilarityOptions similarity;
  ImplicitFactorsOptions factors;
};

/// One item recommended.
struct Recommended {
  uint32_t item = 0;
  float score = 0;
};

/// A fitted method. Immutable; safe to share between threads. Outlived by the data.
class Recommender {
 public:
  static std::unique_ptr<Recommender> Fit(RecommendMethod method,
                                          const RecommendData& data,
                                          const RecommendOptions& options);

  [[nodiscard]] RecommendMethod method() const { return method_; }
  /// The customer's top items among the candidates, best first (ties: more popular first); fewer
  /// when there are fewer candidates. `scores` is scratch of data.items.size() numbers.
  [[nodiscard]] std::vector<Recommended> Recommend(size_t customer,
                                                   Candidates candidates,
                                                   std::vector<float>& scores) const;
  /// The same scores for several kinds of candidates.
  void Score(size_t customer, std::vector<float>& scores) const;
  [[nodiscard]] std::vector<Recommended> Top(size_t customer,
                                             Candidates candidates,
                                             const std::vector<float>& scores) const;

 private:
  Recommender(RecommendMethod method, const RecommendData& data, const RecommendOptions& options)
      : method_(method), data_(data), options_(options) {}

  RecommendMethod method_;
  const RecommendData& data_;
  RecommendOptions options_;
  std::vector<float> base_;  ///< scores that do not depend on the customer
  std::unique_ptr<ItemSimilarity> similarity_;
  std::unique_ptr<ImplicitFactors> factors_;
};

}  // namespace signet::pipelines
