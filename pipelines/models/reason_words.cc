#include "pipelines/models/reason_words.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/check.h"
#include "pipelines/models/code_blocks.h"

namespace signet::pipelines {
namespace {

constexpr std::array kShares = {0.1, 0.3, 0.7, 0.9};
constexpr std::array<std::string_view, 5> kLevels = {
    "very low", "low", "typical", "high", "very high"};

using Counts = std::array<uint64_t, 256>;

/// How many rows have each code, of each column.
Result<std::vector<Counts>> CountsOf(CodeRows codes) {
  std::vector<Counts> counts(codes.columns());
  CodeBlocks blocks(codes, {});
  for (auto block = blocks.Next(); !block.empty(); block = blocks.Next()) {
    for (size_t i = 0; i < block.size(); ++i) ++counts[i % codes.columns()][block[i]];
  }
  TRY(blocks.status());
  return counts;
}

/// For each share the first code whose people's middle reaches it.
std::array<uint8_t, kShares.size()> BoundsOf(const Counts& counts) {
  uint64_t present = 0;
  for (size_t code = 0; code < CodeMatrix::kMissing; ++code) present += counts[code];
  std::array<uint8_t, kShares.size()> bounds{};
  bounds.fill(CodeMatrix::kMissing);
  uint64_t below = 0;
  for (size_t code = 0; code < CodeMatrix::kMissing; ++code) {
    // A code lies where the middle of its people lies.
    const double middle =
        present == 0 ? 0.5
                     : (static_cast<double>(below) + static_cast<double>(counts[code]) / 2) /
                           static_cast<double>(present);
    for (size_t k = 0; k < bounds.size(); ++k) {
      const bool reached = bounds[k] == CodeMatrix::kMissing && middle >= kShares[k];
      if (reached) bounds[k] = static_cast<uint8_t>(code);
    }
    below += counts[code];
  }
  return bounds;
}

/// Merges levels of fewer people into the next one towards the middle.
void MergeSmall(const Counts& counts,
                int64_t people_min,
                std::array<uint8_t, kShares.size()>& bounds) {
  const auto people = [&counts](size_t from, size_t to) {
    uint64_t sum = 0;
    for (size_t code = from; code < to; ++code) sum += counts[code];
    return static_cast<int64_t>(sum);
  };
  if (people(0, bounds[0]) < people_min) bounds[0] = 0;
  if (people(bounds[0], bounds[1]) < people_min) bounds[1] = bounds[0];
  if (people(bounds[3], CodeMatrix::kMissing) < people_min) bounds[3] = CodeMatrix::kMissing;
  if (people(bounds[2], bounds[3]) < people_min) bounds[2] = bounds[3];
}

}  // namespace

Result<ReasonWords> ReasonWords::Learn(CodeRows codes, int64_t people_min) {
  ASSIGN_OR_RETURN(const std::vector<Counts> columns, CountsOf(codes));
  ReasonWords words;
  words.bounds_.reserve(columns.size());
  for (const Counts& counts : columns) {
    words.bounds_.push_back(BoundsOf(counts));
    if (people_min > 0) MergeSmall(counts, people_min, words.bounds_.back());
  }
  return words;
}

std::string_view ReasonWords::Level(size_t column, uint8_t code) const {
  if (code == CodeMatrix::kMissing) return "missing";
  CHECK(column < bounds_.size());
  size_t level = 0;
  while (level < kShares.size() && code >= bounds_[column][level]) ++level;
  return kLevels[level];
}

Json ReasonWords::ToJson() const {
  Json list{Json::Array()};
  for (const Bounds& bounds : bounds_) {
    Json column{Json::Array()};
    for (const uint8_t bound : bounds) column.Push(static_cast<int>(bound));
    list.Push(std::move(column));
  }
  return list;
}

Result<ReasonWords> ReasonWords::FromJson(const Json& json) {
  ReasonWords words;
  for (const Json& column : json.items()) {
    Bounds bounds{};
    if (column.size() != bounds.size()) return Corrupt("a model with broken levels");
    for (size_t k = 0; k < bounds.size(); ++k) {
      const int64_t bound = column.items()[k].AsInt(-1);
      if (bound < 0 || bound > 255) return Corrupt("a model with broken levels");
      bounds[k] = static_cast<uint8_t>(bound);
    }
    words.bounds_.push_back(bounds);
  }
  return words;
}

std::string ReasonSentence(std::string_view feature,
                           std::string_view value,
                           bool raises,
                           std::string_view outcome) {
  std::string name(feature);
  std::replace(name.begin(), name.end(), '_', ' ');
  return name + " is " + std::string(value) + (raises ? ": raises " : ": lowers ") +
         std::string(outcome);
}

}  // namespace signet::pipelines
