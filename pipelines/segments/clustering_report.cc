#include "pipelines/segments/clustering_report.h"

#include <cmath>
#include <string>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/math/intervals.h"
#include "pipelines/segments/cluster_words.h"

namespace signet::pipelines {
namespace {

constexpr int kDigits = 10;
constexpr size_t kMergesMax = 20'000;

Json Named(const std::vector<std::string>& names, const std::vector<double>& values) {
  Json json{Json::Object()};
  for (size_t c = 0; c < names.size(); ++c) json.Set(names[c], Rounded(values[c], kDigits));
  return json;
}

Json CandidateJson(const KCandidate& candidate) {
  Json sizes{Json::Array()};
  for (const size_t size : candidate.fit.sizes) sizes.Push(size);
  return Json::Of(
      {{"k", candidate.clusters},
       {"inertia", Rounded(candidate.fit.inertia, kDigits)},
       {"silhouette", candidate.clusters < 2 ? Json() : Rounded(candidate.silhouette, kDigits)},
       {"stability",
        candidate.stability.resamples == 0
            ? Json()
            : Json::Of({{"adjusted_rand_mean", Rounded(candidate.stability.mean, kDigits)},
                        {"adjusted_rand_low", Rounded(candidate.stability.low, kDigits)},
                        {"resamples", candidate.stability.resamples}})},
       {"iterations", candidate.fit.iterations},
       {"converged", candidate.fit.converged},
       {"sizes", sizes}});
}

Json ProfileJson(const std::vector<std::string>& names, const ClusterProfile& profile, size_t j) {
  return Json::Of({{"cluster", j + 1},
                   {"size", profile.rows},
                   {"share", Rounded(profile.share, kDigits)},
                   {"silhouette", Rounded(profile.silhouette, kDigits)},
                   {"centroid", Named(names, profile.centroid)},
                   {"mean", Named(names, profile.mean)},
                   {"effect", Named(names, profile.effect)},
                   {"words", profile.words},
                   {"rules", Json::Strings(profile.rules)},
                   {"rule_recall", Rounded(profile.recall, kDigits)},
                   {"rule_precision", Rounded(profile.precision, kDigits)}});
}

Json TreeJson(const std::vector<std::string>& names, const Clustering& clustering) {
  Json nodes{Json::Array()};
  for (const ClassTreeNode& node : clustering.tree.nodes()) {
    Json json = Json::Of(
        {{"rows", node.rows}, {"cluster", node.label + 1}, {"rows_of_cluster", node.hits}});
    if (node.left != 0) {
      json.Set("column", names[node.column]);
      json.Set("threshold", Rounded(node.threshold, kDigits));
      json.Set("left", node.left);
      json.Set("right", node.right);
    }
    nodes.Push(std::move(json));
  }
  return Json::Of({{"fidelity", Rounded(clustering.fidelity, kDigits)}, {"nodes", nodes}});
}

/// "scipy's linkage matrix": only over rows, and only while somebody could read it.
Json HierarchyJson(const KChoice& choice) {
  const Linkage& linkage = *choice.linkage;
  Json json = Json::Of({{"leaves", linkage.rows},
                        {"micro_clusters", choice.micro_clusters},
                        {"tied_merges", linkage.tied}});
  Json merges{Json::Array()};
  const size_t first = linkage.merges.size() > kMergesMax ? linkage.merges.size() - kMergesMax : 0;
  for (size_t i = first; i < linkage.merges.size(); ++i) {
    const Merge& merge = linkage.merges[i];
    merges.Push(Json::List({merge.a, merge.b, Rounded(merge.height, 12), Rounded(merge.size, 15)}));
  }
  json.Set("merges", std::move(merges));
  return json;
}

std::string Padded(const std::string& text, size_t width) {
  return text.size() >= width ? text : text + std::string(width - text.size(), ' ');
}

void AppendCandidates(const Clustering& clustering, std::string& text) {
  text += "  k   inertia        silhouette  stability (adjusted Rand, mean / lowest)\n";
  for (size_t i = 0; i < clustering.choice.candidates.size(); ++i) {
    const KCandidate& c = clustering.choice.candidates[i];
    text += (i == clustering.choice.chosen ? "* " : "  ") + Padded(std::to_string(c.clusters), 4) +
            Padded(ShortNumber(c.fit.inertia), 15) +
            Padded(c.clusters < 2 ? "-" : FixedText(c.silhouette, 4), 12) +
            (c.stability.resamples == 0
                 ? "-"
                 : FixedText(c.stability.mean, 3) + " / " + FixedText(c.stability.low, 3)) +
            "\n";
  }
}

void AppendProfile(const std::vector<std::string>& names,
                   const ClusterProfile& profile,
                   size_t j,
                   std::string& text) {
  text += "\ncluster " + std::to_string(j + 1) + ": " +
          WithThousands(static_cast<int64_t>(profile.rows)) + " rows (" +
          FixedText(100 * profile.share, 1) + " %), " + profile.words + "\n";
  for (size_t c = 0; c < names.size(); ++c) {
    text += "  " + Padded(names[c], 28) + " centre " +
            Padded(ShortNumber(profile.centroid[c]), 12) + " mean " +
            Padded(ShortNumber(profile.mean[c]), 12) + " effect " +
            FixedText(profile.effect[c], 2) + "\n";
  }
  for (const std::string& rule : profile.rules) text += "  if " + rule + "\n";
  if (profile.rules.empty()) text += "  no leaf of the tree says this cluster\n";
  text += "  the rules find " + FixedText(100 * profile.recall, 0) + " % of it, and " +
          FixedText(100 * profile.precision, 0) + " % of what they find is it\n";
}

}  // namespace

Json ClusteringJson(const Clustering& clustering) {
  const std::vector<std::string> names = clustering.scaling.Names();
  const KChoice& choice = clustering.choice;
  Json candidates{Json::Array()};
  for (const KCandidate& c : choice.candidates) candidates.Push(CandidateJson(c));
  Json clusters{Json::Array()};
  for (size_t j = 0; j < clustering.profiles.size(); ++j) {
    clusters.Push(ProfileJson(names, clustering.profiles[j], j));
  }
  Json notes{Json::Array()};
  if (!choice.note.empty()) notes.Push(choice.note);
  if (!clustering.scaling.constant().empty()) {
    notes.Push("constant columns left out: " + Join(clustering.scaling.constant(), ", "));
  }
  Json json = Json::Of(
      {{"method", ClusterMethodName(clustering.method)},
       {"columns", Json::Strings(names)},
       {"constant_columns", Json::Strings(clustering.scaling.constant())},
       {"log", clustering.scaling.options().log},
       {"standardise", clustering.scaling.options().standardise},
       {"rows", clustering.rows_given},
       {"rows_used", clustering.rows.size()},
       {"rows_missing_a_value", clustering.scaling.rows_missing()},
       {"candidates", candidates},
       {"chosen_k", clustering.chosen().clusters},
       {"reason", choice.reason},
       {"inertia", Rounded(clustering.chosen().fit.inertia, kDigits)},
       {"silhouette",
        clustering.chosen().clusters < 2 ? Json()
                                         : Rounded(clustering.chosen().silhouette, kDigits)},
       {"silhouette_rows", choice.silhouette_rows},
       {"stability_rows", choice.stability_rows},
       {"clusters", clusters},
       {"tree", TreeJson(names, clustering)},
       {"notes", notes}});
  if (choice.linkage) json.Set("hierarchy", HierarchyJson(choice));
  return json;
}

std::string ClusteringText(const Clustering& clustering) {
  const std::vector<std::string> names = clustering.scaling.Names();
  const KChoice& choice = clustering.choice;
  std::string text = std::string(ClusterMethodName(clustering.method)) + " over " +
                     WithThousands(static_cast<int64_t>(clustering.rows.size())) + " rows and " +
                     std::to_string(names.size()) + " columns\n";
  if (clustering.scaling.rows_missing() > 0) {
    text += WithThousands(static_cast<int64_t>(clustering.scaling.rows_missing())) +
            " rows miss a value and are left out\n";
  }
  if (!clustering.scaling.constant().empty()) {
    text += "constant columns left out: " + Join(clustering.scaling.constant(), ", ") + "\n";
  }
  if (!choice.note.empty()) text += choice.note + "\n";
  if (choice.micro_clusters > 0) {
    text += "the tree joins " + std::to_string(choice.micro_clusters) +
            " micro-clusters of k-means, since there are many rows\n";
  }
  AppendCandidates(clustering, text);
  text += "chosen: " + choice.reason + "\n";
  if (choice.silhouette_rows < clustering.rows.size()) {
    text += "silhouettes over a sample of " +
            WithThousands(static_cast<int64_t>(choice.silhouette_rows)) + " rows\n";
  }
  for (size_t j = 0; j < clustering.profiles.size(); ++j) {
    AppendProfile(names, clustering.profiles[j], j, text);
  }
  text += "\nthe tree of " + std::to_string(clustering.tree.nodes().size() / 2 + 1) +
          " leaves puts " + FixedText(100 * clustering.fidelity, 1) +
          " % of the rows into their cluster\n";
  return text;
}

}  // namespace signet::pipelines
