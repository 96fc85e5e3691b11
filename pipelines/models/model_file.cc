#include "pipelines/models/model_file.h"

#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signet::pipelines {
namespace {

constexpr int kFormat = 2;  // 1 held trees over raw values

constexpr std::array kKinds = {
    ModelKind::kChurn, ModelKind::kClv, ModelKind::kPropensity, ModelKind::kSurvival};

/// What a reason speaks of.
std::string_view OutcomeOf(ModelKind kind) {
  switch (kind) {
    case ModelKind::kChurn:
      return "churn";
    case ModelKind::kClv:
      return "value";
    case ModelKind::kPropensity:
      return "propensity";
    case ModelKind::kSurvival:
      break;
  }
  return "time to event";
}

}  // namespace

std::string_view ModelKindName(ModelKind kind) {
  switch (kind) {
    case ModelKind::kChurn:
      return "churn";
    case ModelKind::kClv:
      return "clv";
    case ModelKind::kPropensity:
      return "propensity";
    case ModelKind::kSurvival:
      break;
  }
  return "survival";
}

Result<ModelKind> ModelKindFromName(std::string_view name) {
  for (const ModelKind kind : kKinds) {
    if (ModelKindName(kind) == name) return kind;
  }
  return Corrupt("a model of an unknown kind");
}

Result<std::vector<double>> Model::Score(const FeatureMatrix& rows, int threads) const {
  return trees.Score({rows.cells, rows.columns}, threads);
}

std::string Model::Reason(size_t c, float cell, uint8_t code, bool raises) const {
  const std::string name = encoder.Names()[c];
  const std::string_view outcome = OutcomeOf(kind);
  if (std::isfinite(cell)) {
    switch (encoder.KindOf(c)) {
      case ValueKind::kFlag:
        return ReasonSentence(name, cell != 0 ? "yes" : "no", raises, outcome);
      case ValueKind::kCategory:
        return ReasonSentence(name, encoder.ValueOf(c, cell), raises, outcome);
      case ValueKind::kNumber:
        break;
    }
  }
  return ReasonSentence(name, words.Level(c, code), raises, outcome);
}

Result<Bytes> Model::Encode() const {
  ASSIGN_OR_RETURN(Json model, trees.ToJson());
  return ToBytes(Json::Of({{"signet_model", kFormat},
                           {"kind", ModelKindName(kind)},
                           {"columns", encoder.ToJson()},
                           {"model", std::move(model)},
                           {"levels", words.ToJson()}})
                     .Dump());
}

Result<Model> Model::Decode(ByteView bytes) {
  const Result<Json> json = Json::Parse(AsText(bytes));
  if (!json.ok() || (*json)["signet_model"].AsInt() != kFormat) {
    return Corrupt("not a model of this version");
  }
  ASSIGN_OR_RETURN(const ModelKind kind, ModelKindFromName((*json)["kind"].AsString()));
  ASSIGN_OR_RETURN(FeatureEncoder encoder, FeatureEncoder::FromJson((*json)["columns"]));
  ASSIGN_OR_RETURN(TreeModel trees, TreeModel::FromJson((*json)["model"]));
  ASSIGN_OR_RETURN(ReasonWords words, ReasonWords::FromJson((*json)["levels"]));
  if (trees.cuts.size() != encoder.size() || words.size() != encoder.size()) {
    return Corrupt("a model whose parts do not fit");
  }
  return Model{kind, std::move(encoder), std::move(trees), std::move(words)};
}

}  // namespace signet::pipelines
