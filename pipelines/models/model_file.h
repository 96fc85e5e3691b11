/// A trained model as one value: what it reads, its trees, its calibration, its card.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/calibration.h"
#include "pipelines/models/booster.h"
#include "pipelines/models/feature_encoder.h"
#include "pipelines/models/train.h"

namespace signet::pipelines {

/// "churn", "clv".
std::string_view ModelKindName(ModelKind kind);
Result<ModelKind> ModelKindFromName(std::string_view name);

struct Model {
  ModelKind kind = ModelKind::kChurn;
  FeatureEncoder encoder;
  Calibrator calibrator;
  Booster booster;

  /// Churn: probabilities in [0, 1]; value: amounts >= 0. Never NaN.
  [[nodiscard]] Result<std::vector<double>> Score(const FeatureMatrix& rows, int threads) const;

  /// Canonical JSON: {"signet_model": 1, "kind", "columns", "calibration", "trees": base64 of
  /// XGBoost's UBJSON}. Equal training gives equal bytes.
  [[nodiscard]] Result<Bytes> Encode() const;
  /// kCorrupt unless it is what Encode gives.
  static Result<Model> Decode(ByteView bytes);
};

}  // namespace signet::pipelines
