#include "pipelines/segments/cluster_merge_stage.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/math/centroid_sums.h"
#include "pipelines/math/distances.h"
#include "pipelines/math/intervals.h"
#include "pipelines/math/member_sums.h"
#include "pipelines/segments/cluster_figures.h"
#include "pipelines/segments/cluster_sums_stage.h"
#include "pipelines/segments/cluster_words.h"
#include "pipelines/segments/segment_model.h"

namespace signet::pipelines {
namespace {

using Inputs = std::map<std::string, Schema>;

constexpr int kDigits = 10;

struct Parts {
  std::string learnt;
  std::string sums;
};

Result<Parts> PartsOf(const Inputs& inputs) {
  Parts parts;
  for (const auto& [name, schema] : inputs) {
    (IsClusterSums(schema) ? parts.sums : parts.learnt) = name;
  }
  const bool whole = inputs.size() == 2 && !parts.learnt.empty() && !parts.sums.empty();
  if (whole && IsSegmentModel(inputs.at(parts.learnt))) return parts;
  return Invalid("cluster_merge: learnt clusters and their sums are expected");
}

/// The clusters of the sample told anew for everybody.
class Everybody {
 public:
  Everybody(const SegmentModel& model, const Json& card, const MemberSums& sums, size_t group_min)
      : model_(model), card_(card), sums_(sums), group_min_(group_min) {
    std::vector<size_t> sizes;
    for (const ClusterMembers& cluster : sums.clusters()) sizes.push_back(cluster.count);
    order_ = OrderBySize(model.centroids, sizes);
  }

  /// Which cluster of the sample each number is.
  [[nodiscard]] const std::vector<uint32_t>& order() const { return order_; }

  [[nodiscard]] Json Clusters() const {
    Json clusters{Json::Array()};
    for (size_t j = 0; j < order_.size(); ++j) clusters.Push(ClusterAt(j));
    return clusters;
  }

  /// The hexagons of the sample with the clusters' numbers as they are now.
  [[nodiscard]] Json Hexagons() const {
    Json hexagons = card_["hexbins"];
    Json bins{Json::Array()};
    for (Json bin : hexagons["bins"].items()) {
      if (bin.Has("cluster")) bin.Set("cluster", NumberOf(bin["cluster"].AsInt()));
      bins.Push(std::move(bin));
    }
    hexagons.Set("bins", std::move(bins));
    return hexagons;
  }

  [[nodiscard]] double ShiftMax() const {
    double most = 0;
    for (size_t j = 0; j < order_.size(); ++j) {
      const ClusterMembers& members = sums_.clusters()[j];
      if (members.count == 0) continue;
      const std::vector<double> mean = MeansOf(members.scaled, members.count);
      most = std::max(most, SquaredDistance(mean.data(), model_.centroids.Row(j), mean.size()));
    }
    return std::sqrt(most);
  }

 private:
  static std::vector<double> MeansOf(const std::vector<ExactSum>& sums, uint64_t count) {
    std::vector<double> means;
    means.reserve(sums.size());
    const auto n = static_cast<double>(std::max<uint64_t>(1, count));
    for (const ExactSum& sum : sums) means.push_back(sum.Value() / n);
    return means;
  }

  [[nodiscard]] int64_t NumberOf(int64_t in_sample) const {
    const auto found =
        std::find(order_.begin(), order_.end(), static_cast<uint32_t>(in_sample - 1));
    return found - order_.begin() + 1;
  }

  [[nodiscard]] Json ClusterAt(size_t j) const {
    const Json& of_sample = card_["clusters"].items()[order_[j]];
    const ClusterMembers& members = sums_.clusters()[order_[j]];
    const std::vector<std::string> names = model_.scaling.Names();
    const std::vector<double> mean = MeansOf(members.original, members.count);
    const std::vector<double> scaled = MeansOf(members.scaled, members.count);
    const Json& all = card_["everybody"];
    Json means{Json::Object()};
    Json effects{Json::Object()};
    std::vector<ColumnContrast> contrasts;
    contrasts.reserve(names.size());
    for (size_t c = 0; c < names.size(); ++c) {
      const double deviation = all["deviations"].items()[c].AsDouble();
      const double effect = (scaled[c] - all["means"].items()[c].AsDouble()) / deviation;
      means.Set(names[c], Rounded(mean[c], kDigits));
      effects.Set(names[c], Rounded(effect, kDigits));
      contrasts.push_back({names[c], effect});
    }
    const auto rows = static_cast<double>(std::max<uint64_t>(1, sums_.rows()));
    Json cluster = of_sample;
    cluster.Set("cluster", j + 1);
    cluster.Set("size", members.count);
    cluster.Set("share", Rounded(static_cast<double>(members.count) / rows, kDigits));
    cluster.Set("mean", std::move(means));
    cluster.Set("effect", std::move(effects));
    cluster.Set("words", order_.size() == 1 ? "everybody" : ClusterWords(std::move(contrasts)));
    if (of_sample["size"].AsInt() < static_cast<int64_t>(group_min_)) {
      for (const char* few : {"silhouette", "rules", "rule_recall", "rule_precision"}) {
        cluster.Set(few, Json());
      }
    }
    return cluster;
  }

  const SegmentModel& model_;
  const Json& card_;
  const MemberSums& sums_;
  size_t group_min_;
  std::vector<uint32_t> order_;
};

Json SampledJson(const Json& card, double shift_max) {
  Json of_the_sample = Json::Strings({"candidates",
                                      "clusters.centroid",
                                      "clusters.rule_precision",
                                      "clusters.rule_recall",
                                      "clusters.rules",
                                      "clusters.silhouette",
                                      "hexbins",
                                      "silhouette",
                                      "tree"});
  if (card.Has("hierarchy")) of_the_sample.Push("hierarchy");
  Json of_everybody = Json::Strings({"clusters.effect",
                                     "clusters.mean",
                                     "clusters.share",
                                     "clusters.size",
                                     "clusters.words",
                                     "inertia",
                                     "rows",
                                     "rows_missing_a_value",
                                     "rows_used"});
  return Json::Of({{"rows", card["rows"]},
                   {"of", card["everybody"]["rows_used"]},
                   {"shift_max", Rounded(shift_max, kDigits)},
                   {"of_the_sample", std::move(of_the_sample)},
                   {"of_everybody", std::move(of_everybody)}});
}

std::string LearntFrom(const Json& sampled) {
  return "; learnt from a sample of " + WithThousands(sampled["rows"].AsInt()) + " of the " +
         WithThousands(sampled["of"].AsInt()) + " subjects; sizes and means are of all";
}

}  // namespace

Result<Schema> ClusterMergeOutputSchema(const ClusterOptions& /*options*/, const Inputs& inputs) {
  TRY(PartsOf(inputs).status());
  policies::Label read;
  for (const auto& input : inputs) {
    for (const Column& column : input.second.columns) {
      read = policies::Label::Join(read, column.label);
    }
  }
  return SegmentModelSchema(read);
}

Result<Json> RunClusterMerge(query::Connection& connection,
                             const ClusterOptions& options,
                             const Inputs& inputs,
                             const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, ClusterMergeOutputSchema(options, inputs));
  ASSIGN_OR_RETURN(const Parts parts, PartsOf(inputs));
  ASSIGN_OR_RETURN(SegmentModel model, ReadSegmentModel(connection, "cluster", parts.learnt));
  ASSIGN_OR_RETURN(const std::string text,
                   connection.QueryText("SELECT card FROM " + SqlName(parts.learnt)));
  ASSIGN_OR_RETURN(const Json card, Json::Parse(text));
  ASSIGN_OR_RETURN(const MemberSums sums, MergedMembers(connection, model, parts.sums));
  if (card["clusters"].size() != sums.clusters().size()) return Corrupt("clusters without a card");
  const Everybody everybody(model, card, sums, options.group_min);
  const Json& all = card["everybody"];
  const Json sampled = SampledJson(card, everybody.ShiftMax());
  Json figures{Json::Object()};
  for (const auto& [key, value] : card.fields()) {
    if (key != "everybody" && key != "hexbins") figures.Set(key, value);
  }
  figures.Set("clusters", everybody.Clusters());
  figures.Set("inertia", Rounded(sums.Inertia(), kDigits));
  figures.Set("rows", all["rows"]);
  figures.Set("rows_used", all["rows_used"]);
  figures.Set("reason", card["reason"].AsString() + LearntFrom(sampled));
  figures.Set("sampled", sampled);
  figures = ToldFigures(std::move(figures), options.group_min);
  const Json hexagons = everybody.Hexagons();
  model.centroids = model.centroids.Taken(everybody.order());
  TRY(WriteSegmentModel(connection, schema, "clusters", model, figures));
  if (!card["hexbins"].is_null()) {
    figures.Set("hexbins", hexagons);
    figures.Set("title", "A sample by cluster, on the first two principal components");
  }
  if (context.progress) context.progress(1);
  return figures;
}

}  // namespace signet::pipelines
