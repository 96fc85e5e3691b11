#include "pipelines/segments/projection.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "crypto/base/text.h"
#include "pipelines/math/intervals.h"
#include "pipelines/segments/cluster_words.h"

namespace signet::pipelines {
namespace {

constexpr int kDigits = 10;

/// The rows that t-SNE places: all, or the first of the canonical order.
PointSet Sample(const PointSet& points, const ProjectionOptions& options, Projection& projection) {
  if (points.rows() <= options.tsne_rows_max) return points;
  std::vector<uint32_t> order = CanonicalOrder(points, options.seed);
  order.resize(options.tsne_rows_max);
  std::sort(order.begin(), order.end());
  PointSet sample = points.Taken(order);
  for (uint32_t& row : order) row = projection.rows[row];
  projection.rows = std::move(order);
  return sample;
}

Status PlaceByTsne(const PointSet& points, const ProjectionOptions& options, Projection& out) {
  const PointSet sample = Sample(points, options, out);
  TsneOptions tsne = options.tsne;
  const double most = (static_cast<double>(sample.rows()) - 1) / 3;
  if (!options.perplexity_given) tsne.perplexity = std::max(1.0, std::min(tsne.perplexity, most));
  out.perplexity = tsne.perplexity;
  ASSIGN_OR_RETURN(out.tsne, FitTsne(sample, tsne));
  out.map = std::move(out.tsne.points);
  return OkStatus();
}

/// One column only lies on a line.
PointSet OnPlane(PointSet scores) {
  if (scores.columns == 2) return scores;
  PointSet plane;
  plane.columns = 2;
  for (const double score : scores.cells) {
    plane.cells.push_back(score);
    plane.cells.push_back(0);
  }
  return plane;
}

Json Numbers(const std::vector<double>& values) {
  Json list{Json::Array()};
  for (const double value : values) list.Push(Rounded(value, kDigits));
  return list;
}

}  // namespace

Result<ProjectionMethod> ProjectionMethodFromName(std::string_view name) {
  if (name == "pca") return ProjectionMethod::kPca;
  if (name == "tsne") return ProjectionMethod::kTsne;
  return Invalid("the method must be pca or tsne");
}

Result<Projection> ProjectColumns(const std::vector<std::string>& names,
                                  const std::vector<std::vector<double>>& columns,
                                  const ProjectionOptions& options) {
  Projection projection;
  projection.method = options.method;
  projection.group_min = options.group_min;
  ASSIGN_OR_RETURN(projection.scaling, ColumnScaling::Learn(names, columns, options.scaling));
  projection.rows_given = columns.front().size();
  const PointSet points = projection.scaling.Apply(columns, projection.rows);
  ASSIGN_OR_RETURN(projection.components, FitPrincipalComponents(points));
  if (options.method == ProjectionMethod::kTsne) {
    TRY(PlaceByTsne(points, options, projection));
  } else {
    projection.map =
        OnPlane(projection.components.Project(points, std::min<size_t>(2, points.columns)));
  }
  projection.bins = HexBinsOf(projection.map, {}, options.group_min);
  return projection;
}

Json HexBinsJson(const HexBins& bins, size_t group_min) {
  Json list{Json::Array()};
  for (const HexBin& bin : bins.bins) {
    Json json =
        Json::Of({{"x", Rounded(bin.x, 6)}, {"y", Rounded(bin.y, 6)}, {"count", bin.count}});
    if (bin.label >= 0) json.Set("cluster", bin.label + 1);
    list.Push(std::move(json));
  }
  return Json::Of({{"radius", Rounded(bins.radius, 6)},
                   {"group_min", group_min},
                   {"hidden_share", Rounded(bins.hidden_share, 2)},
                   {"bins", list}});
}

Json ProjectionJson(const Projection& p) {
  const std::vector<std::string> names = p.scaling.Names();
  Json components{Json::Array()};
  double cumulative = 0;
  for (size_t j = 0; j < p.components.variance.size(); ++j) {
    cumulative += p.components.variance_ratio[j];
    Json loadings{Json::Object()};
    for (size_t c = 0; c < names.size(); ++c) {
      loadings.Set(names[c], Rounded(p.components.loadings.Row(j)[c], kDigits));
    }
    components.Push(
        Json::Of({{"component", j + 1},
                  {"explained_variance", Rounded(p.components.variance[j], kDigits)},
                  {"explained_variance_ratio", Rounded(p.components.variance_ratio[j], kDigits)},
                  {"cumulative_ratio", Rounded(std::min(1.0, cumulative), kDigits)},
                  {"loadings", loadings}}));
  }
  Json json = Json::Of({{"method", p.method == ProjectionMethod::kPca ? "pca" : "tsne"},
                        {"columns", Json::Strings(names)},
                        {"constant_columns", Json::Strings(p.scaling.constant())},
                        {"log", p.scaling.options().log},
                        {"standardise", p.scaling.options().standardise},
                        {"rows", p.rows_given},
                        {"rows_placed", p.rows.size()},
                        {"rows_missing_a_value", p.scaling.rows_missing()},
                        {"mean", Numbers(p.components.mean)},
                        {"components", components},
                        {"hexbins", HexBinsJson(p.bins, p.group_min)}});
  if (p.method == ProjectionMethod::kTsne) {
    json.Set("tsne",
             Json::Of({{"perplexity", Rounded(p.perplexity, kDigits)},
                       {"iterations", p.tsne.iterations},
                       {"kl_divergence", Rounded(p.tsne.kl_divergence, kDigits)},
                       {"trustworthiness", Rounded(p.tsne.trustworthiness, kDigits)},
                       {"trustworthiness_rows", p.tsne.trust_rows}}));
  }
  return json;
}

std::string ProjectionText(const Projection& p) {
  const std::vector<std::string> names = p.scaling.Names();
  const auto count = [](size_t n) { return WithThousands(static_cast<int64_t>(n)); };
  std::string text = std::string(p.method == ProjectionMethod::kPca ? "PCA" : "t-SNE") + " over " +
                     count(p.rows.size()) + " rows and " + std::to_string(names.size()) +
                     " columns\n";
  if (p.scaling.rows_missing() > 0) {
    text += count(p.scaling.rows_missing()) + " rows miss a value and are left out\n";
  }
  if (!p.scaling.constant().empty()) {
    text += "constant columns left out: " + Join(p.scaling.constant(), ", ") + "\n";
  }
  for (size_t j = 0; j < p.components.variance.size(); ++j) {
    text += "component " + std::to_string(j + 1) + ": variance " +
            ShortNumber(p.components.variance[j]) + ", " +
            FixedText(100 * p.components.variance_ratio[j], 2) + " % of all\n";
    for (size_t c = 0; c < names.size(); ++c) {
      text += "  " + names[c] + " " + FixedText(p.components.loadings.Row(j)[c], 4) + "\n";
    }
  }
  if (p.method == ProjectionMethod::kTsne) {
    text += "t-SNE: perplexity " + ShortNumber(p.perplexity) + ", Kullback-Leibler divergence " +
            FixedText(p.tsne.kl_divergence, 4) + ", trustworthiness " +
            FixedText(p.tsne.trustworthiness, 4) + " over " + count(p.tsne.trust_rows) + " rows\n";
  }
  text += count(p.bins.bins.size()) + " hexagons of at least " + count(p.group_min) + " rows; " +
          FixedText(100 * p.bins.hidden_share, 0) + " % of the rows lie in smaller ones\n";
  return text;
}

}  // namespace signet::pipelines
