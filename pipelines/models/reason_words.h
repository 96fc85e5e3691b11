/// Reason codes in words: what about a person moved a score, and which way (GDPR Art. 22,
/// 15(1)(h)).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/code_rows.h"

namespace signet::pipelines {

/// How a column's value is told.
enum class ValueKind {
  kNumber,    ///< as a level among the people learnt from: "very low" ... "very high"
  kFlag,      ///< "yes" or "no"
  kCategory,  ///< its text
};

/// Knows, for each column, which codes were low and high among the rows learnt from: the lowest
/// tenth is "very low", the next fifth "low", the middle "typical". A level of too few people is
/// told as the next one towards the middle.
class ReasonWords {
 public:
  ReasonWords() = default;
  /// kCorrupt or kUnavailable when the disk that holds the codes fails.
  static Result<ReasonWords> Learn(CodeRows codes, int64_t people_min = 0);

  /// "very low", "low", "typical", "high", "very high" or "missing".
  [[nodiscard]] std::string_view Level(size_t column, uint8_t code) const;
  [[nodiscard]] Json ToJson() const;
  static Result<ReasonWords> FromJson(const Json& json);
  [[nodiscard]] size_t size() const { return bounds_.size(); }

 private:
  /// The first codes that are low, typical, high, very high; of a column.
  using Bounds = std::array<uint8_t, 4>;
  std::vector<Bounds> bounds_;
};

/// "orders recency days is very high: raises churn".
std::string ReasonSentence(std::string_view feature,
                           std::string_view value,
                           bool raises,
                           std::string_view outcome);

}  // namespace signet::pipelines
