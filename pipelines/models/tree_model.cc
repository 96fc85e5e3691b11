#include "pipelines/models/tree_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "pipelines/models/tree_reasons.h"

namespace signet::pipelines {
namespace {

constexpr std::array kMethods = {TreeMethod::kLogistic,
                                 TreeMethod::kForestClass,
                                 TreeMethod::kForestValue,
                                 TreeMethod::kTweedie,
                                 TreeMethod::kTwoPart,
                                 TreeMethod::kSquared,
                                 TreeMethod::kSurvival};

/// The loss of the main trees.
Loss LossOf(TreeMethod method) {
  switch (method) {
    case TreeMethod::kLogistic:
    case TreeMethod::kTwoPart:
      return Loss::kLogistic;
    case TreeMethod::kTweedie:
      return Loss::kTweedie;
    case TreeMethod::kSurvival:
      return Loss::kSurvival;
    case TreeMethod::kForestClass:
    case TreeMethod::kForestValue:
    case TreeMethod::kSquared:
      break;
  }
  return Loss::kSquared;
}

Json EndsJson(const EndNodes& ends) {
  Json list{Json::Array()};
  for (const std::vector<int32_t>& tree : ends) {
    Json nodes{Json::Array()};
    for (const int32_t node : tree) nodes.Push(node);
    list.Push(std::move(nodes));
  }
  return list;
}

EndNodes EndsFrom(const Json& json) {
  EndNodes ends;
  ends.reserve(json.size());
  for (const Json& tree : json.items()) {
    std::vector<int32_t> nodes;
    nodes.reserve(tree.size());
    for (const Json& node : tree.items()) nodes.push_back(static_cast<int32_t>(node.AsInt(-1)));
    ends.push_back(std::move(nodes));
  }
  return ends;
}

int64_t CountOf(const EndNodes& ends) {
  size_t count = 0;
  for (const std::vector<int32_t>& tree : ends) count += tree.size();
  return static_cast<int64_t>(count);
}

Status AddContributions(const Booster& booster,
                        const EndNodes& ends,
                        const CodeMatrix& codes,
                        std::vector<double>& contributions) {
  ASSIGN_OR_RETURN(std::vector<Tree> trees, booster.Trees());
  EndAt(ends, trees);
  TreeReasons reasons(trees, codes.columns);
  constexpr size_t kBatchRows = 4096;
  for (size_t first = 0; first < codes.rows(); first += kBatchRows) {
    const std::vector<float> cells =
        codes.Floats(first, std::min(kBatchRows, codes.rows() - first));
    const std::vector<double> part = reasons.Explain(cells);
    for (size_t i = 0; i < part.size(); ++i) contributions[first * codes.columns + i] += part[i];
  }
  return OkStatus();
}

}  // namespace

std::string_view TreeMethodName(TreeMethod method) {
  switch (method) {
    case TreeMethod::kLogistic:
      return "logistic";
    case TreeMethod::kForestClass:
      return "forest";
    case TreeMethod::kForestValue:
      return "forest_value";
    case TreeMethod::kTweedie:
      return "tweedie";
    case TreeMethod::kTwoPart:
      return "two_part";
    case TreeMethod::kSquared:
      return "squared";
    case TreeMethod::kSurvival:
      break;
  }
  return "survival";
}

bool GivesProbability(TreeMethod method) {
  return method == TreeMethod::kLogistic || method == TreeMethod::kForestClass;
}

Result<std::vector<double>> TreeModel::Score(const RowMatrix& rows, int threads) const {
  return ScoreCodes(cuts.Encode(rows, threads), threads);
}

Result<std::vector<double>> TreeModel::ScoreCodes(CodeRows codes,
                                                  int threads,
                                                  bool calibrated) const {
  ASSIGN_OR_RETURN(const std::vector<float> margins, main.Margins(codes, threads));
  std::vector<float> amounts;
  if (amount.has_value()) {
    ASSIGN_OR_RETURN(amounts, amount->Margins(codes, threads));
  }
  std::vector<double> scores(margins.size());
  for (size_t i = 0; i < scores.size(); ++i) {
    double score = LinkOf(LossOf(method), static_cast<double>(margins[i]));
    if (GivesProbability(method) || method == TreeMethod::kTwoPart) {
      score = std::clamp(score, 0.0, 1.0);
      if (calibrated) score = std::clamp(calibrator.Apply(score), 0.0, 1.0);
    }
    if (!amounts.empty()) score *= LinkOf(Loss::kGamma, static_cast<double>(amounts[i]));
    if (!GivesProbability(method)) score *= unit;
    if (!std::isfinite(score)) return Internal("the model gave a score that is not a number");
    scores[i] = score;
  }
  return scores;
}

Result<std::vector<double>> TreeModel::Contributions(const RowMatrix& rows) const {
  const CodeMatrix codes = cuts.Encode(rows, 1);
  std::vector<double> contributions(rows.cells.size(), 0);
  TRY(AddContributions(main, ends, codes, contributions));
  if (amount.has_value()) TRY(AddContributions(*amount, amount_ends, codes, contributions));
  return contributions;
}

Result<int64_t> TreeModel::ExplainGroupsOnly(const CodeMatrix& learnt_from,
                                             const CodeMatrix& paid,
                                             int64_t people_min) {
  ASSIGN_OR_RETURN(const std::vector<Tree> trees, main.Trees());
  ends = NodesOfFew(trees, learnt_from, people_min);
  if (amount.has_value()) {
    ASSIGN_OR_RETURN(const std::vector<Tree> amounts, amount->Trees());
    amount_ends = NodesOfFew(amounts, paid, people_min);
  }
  return CountOf(ends) + CountOf(amount_ends);
}

Result<Json> TreeModel::ToJson() const {
  ASSIGN_OR_RETURN(const Bytes trees, main.Save());
  Json json = Json::Of({{"method", TreeMethodName(method)},
                        {"cuts", cuts.ToJson()},
                        {"calibration", calibrator.ToJson()},
                        {"unit", unit},
                        {"sigma", sigma},
                        {"trees", ToBase64(trees)}});
  if (CountOf(ends) > 0) json.Set("ends", EndsJson(ends));
  if (CountOf(amount_ends) > 0) json.Set("amount_ends", EndsJson(amount_ends));
  if (amount.has_value()) {
    ASSIGN_OR_RETURN(const Bytes amounts, amount->Save());
    json.Set("amount_trees", ToBase64(amounts));
  }
  return json;
}

Result<TreeModel> TreeModel::FromJson(const Json& json) {
  const auto method = std::find_if(kMethods.begin(), kMethods.end(), [&](TreeMethod m) {
    return TreeMethodName(m) == json["method"].AsString();
  });
  if (method == kMethods.end()) return Corrupt("a model of an unknown method");
  ASSIGN_OR_RETURN(CutList cuts, CutList::FromJson(json["cuts"]));
  ASSIGN_OR_RETURN(Calibrator calibrator, Calibrator::FromJson(json["calibration"]));
  ASSIGN_OR_RETURN(const Bytes trees, FromBase64(json["trees"].AsString()));
  ASSIGN_OR_RETURN(Booster main, Booster::Load(trees));
  TreeModel model{*method,
                  std::move(cuts),
                  std::move(main),
                  std::nullopt,
                  std::move(calibrator),
                  json["unit"].AsDouble(),
                  json["sigma"].AsDouble(),
                  EndsFrom(json["ends"]),
                  EndsFrom(json["amount_ends"])};
  if (!(model.unit > 0) || !(model.sigma > 0)) return Corrupt("a model without its unit");
  if ((*method == TreeMethod::kTwoPart) != json.Has("amount_trees")) {
    return Corrupt("a model lacks a part");
  }
  if (json.Has("amount_trees")) {
    ASSIGN_OR_RETURN(const Bytes amounts, FromBase64(json["amount_trees"].AsString()));
    ASSIGN_OR_RETURN(Booster amount, Booster::Load(amounts));
    model.amount = std::move(amount);
  }
  return model;
}

}  // namespace signet::pipelines
