/// A trained model as one value: what it reads, its trees, what its scores mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/feature_encoder.h"
#include "pipelines/models/reason_words.h"
#include "pipelines/models/train.h"
#include "pipelines/models/tree_model.h"

namespace signet::pipelines {

/// "churn", "clv", "propensity", "survival".
std::string_view ModelKindName(ModelKind kind);
Result<ModelKind> ModelKindFromName(std::string_view name);

struct Model {
  ModelKind kind = ModelKind::kChurn;
  FeatureEncoder encoder;
  TreeModel trees;
  ReasonWords words;

  /// Probabilities in [0, 1]; amounts >= 0; days. Never NaN.
  [[nodiscard]] Result<std::vector<double>> Score(const FeatureMatrix& rows, int threads) const;
  /// Why column `c` of a row moved its score: `cell` is its value, `code` its bin.
  [[nodiscard]] std::string Reason(size_t c, float cell, uint8_t code, bool raises) const;

  /// Canonical JSON: {"signet_model": 2, "kind", "columns", "model": TreeModel, "levels"}. Equal
  /// training gives equal bytes.
  [[nodiscard]] Result<Bytes> Encode() const;
  /// kCorrupt unless it is what Encode gives.
  static Result<Model> Decode(ByteView bytes);
};

}  // namespace signet::pipelines
