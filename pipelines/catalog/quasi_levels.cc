#include "pipelines/catalog/quasi_levels.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

using policies::Codes;

constexpr int kBandLevels = 6;  ///< the narrowest bands are a 64th of the range
constexpr char kMissing[] = "";

bool IsDigits(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "2026-01-09" and the like, perhaps with a time behind it.
bool IsDate(const std::string& text) {
  return text.size() >= 10 && IsDigits(text.substr(0, 4)) && text[4] == '-' && text[7] == '-';
}

bool AllAre(const std::vector<std::string>& texts, bool (*is)(const std::string&)) {
  bool any = false;
  for (const std::string& text : texts) {
    if (text == kMissing) continue;
    if (!is(text)) return false;
    any = true;
  }
  return any;
}

/// Numbers equal texts from 0 on, in order of appearance.
Codes CodesOfTexts(const std::vector<std::string>& texts) {
  std::map<std::string, uint32_t> known;
  Codes codes;
  codes.reserve(texts.size());
  for (const std::string& text : texts) {
    codes.push_back(known.emplace(text, static_cast<uint32_t>(known.size())).first->second);
  }
  return codes;
}

void AddPrefixes(const std::vector<std::string>& texts,
                 const std::vector<std::pair<size_t, const char*>>& lengths,
                 NamedLevels& levels) {
  for (const auto& length : lengths) {
    std::vector<std::string> shorter;
    shorter.reserve(texts.size());
    for (const std::string& text : texts) shorter.push_back(text.substr(0, length.first));
    levels.column.levels.push_back(CodesOfTexts(shorter));
    levels.names.emplace_back(length.second);
  }
}

/// Every text as a number; nothing when one is none.
std::optional<std::vector<double>> NumbersOf(const std::vector<std::string>& texts) {
  std::vector<double> numbers;
  numbers.reserve(texts.size());
  bool any = false;
  for (const std::string& text : texts) {
    const Result<double> number = text == kMissing ? Result<double>(0.0) : DoubleFromText(text);
    if (!number.ok() || !std::isfinite(*number)) return std::nullopt;
    numbers.push_back(*number);
    any = any || text != kMissing;
  }
  return any ? std::optional(std::move(numbers)) : std::nullopt;
}

void AddBands(const std::vector<std::string>& texts,
              const std::vector<double>& numbers,
              NamedLevels& levels) {
  const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
  // A power of two, so that bands lie within bands and their edges are exact.
  double width = std::exp2(std::ceil(std::log2(std::max(*high - *low, 1e-9)) - kBandLevels));
  for (int level = 0; level < kBandLevels; ++level, width *= 2) {
    std::vector<std::string> bands;
    bands.reserve(texts.size());
    for (size_t v = 0; v < texts.size(); ++v) {
      bands.push_back(texts[v] == kMissing ? kMissing
                                           : FixedText(std::floor(numbers[v] / width), 0));
    }
    levels.column.levels.push_back(CodesOfTexts(bands));
    levels.names.push_back("bands of " + FixedText(width, width < 1 ? 4 : 0));
  }
}

}  // namespace

NamedLevels LevelsOf(Codes values, const std::vector<std::string>& texts) {
  NamedLevels levels;
  levels.column.values = std::move(values);
  Codes same(texts.size());
  for (size_t v = 0; v < same.size(); ++v) same[v] = static_cast<uint32_t>(v);
  levels.column.levels.push_back(std::move(same));
  levels.names.emplace_back("as it is");
  if (AllAre(texts, IsDate)) {
    AddPrefixes(texts, {{7, "month"}, {4, "year"}, {3, "decade"}}, levels);
  } else if (AllAre(texts, IsDigits) && texts.front().size() > 3) {
    AddPrefixes(texts,
                {{3, "first 3 characters"}, {2, "first 2 characters"}, {1, "first character"}},
                levels);
  } else if (const auto numbers = NumbersOf(texts); numbers.has_value()) {
    AddBands(texts, *numbers, levels);
  }
  levels.column.levels.emplace_back(texts.size(), 0U);
  levels.names.emplace_back("*");
  return levels;
}

}  // namespace signet::pipelines
