#include "pipelines/models/model_file.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signet::pipelines {
namespace {

constexpr int kFormat = 1;

}  // namespace

std::string_view ModelKindName(ModelKind kind) {
  switch (kind) {
    case ModelKind::kChurn:
      return "churn";
    case ModelKind::kClv:
      break;
  }
  return "clv";
}

Result<ModelKind> ModelKindFromName(std::string_view name) {
  if (name == "churn") return ModelKind::kChurn;
  if (name == "clv") return ModelKind::kClv;
  return Corrupt("a model of an unknown kind");
}

Result<std::vector<double>> Model::Score(const FeatureMatrix& rows, int threads) const {
  ASSIGN_OR_RETURN(std::vector<double> scores, booster.Predict(rows, threads));
  for (double& score : scores) {
    if (!std::isfinite(score)) return Internal("the model gave a score that is not a number");
    score = kind == ModelKind::kChurn ? std::clamp(calibrator.Apply(score), 0.0, 1.0)
                                      : std::max(score, 0.0);
  }
  return scores;
}

Result<Bytes> Model::Encode() const {
  ASSIGN_OR_RETURN(const Bytes trees, booster.Save());
  return ToBytes(Json::Of({{"signet_model", kFormat},
                           {"kind", ModelKindName(kind)},
                           {"columns", encoder.ToJson()},
                           {"calibration", calibrator.ToJson()},
                           {"trees", ToBase64(trees)}})
                     .Dump());
}

Result<Model> Model::Decode(ByteView bytes) {
  const Result<Json> json = Json::Parse(AsText(bytes));
  if (!json.ok() || (*json)["signet_model"].AsInt() != kFormat) {
    return Corrupt("not a model of this version");
  }
  ASSIGN_OR_RETURN(const ModelKind kind, ModelKindFromName((*json)["kind"].AsString()));
  ASSIGN_OR_RETURN(FeatureEncoder encoder, FeatureEncoder::FromJson((*json)["columns"]));
  ASSIGN_OR_RETURN(Calibrator calibrator, Calibrator::FromJson((*json)["calibration"]));
  ASSIGN_OR_RETURN(const Bytes trees, FromBase64((*json)["trees"].AsString()));
  ASSIGN_OR_RETURN(Booster booster, Booster::Load(trees));
  return Model{kind, std::move(encoder), std::move(calibrator), std::move(booster)};
}

}  // namespace signet::pipelines
