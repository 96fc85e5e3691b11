#include "pipelines/segments/cluster_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <string_view>

#include "crypto/base/text.h"
#include "pipelines/math/intervals.h"

namespace signet::pipelines {
namespace {

constexpr double kEffectMin = 0.5;

/// Name parts, most telling first: the first row with a part in the column's name gives the words.
struct Entry {
  std::string_view part;
  std::string_view low;
  std::string_view high;
};

constexpr std::array<Entry, 31> kGlossary = {{
    {"discount", "full-price", "discount-driven"},
    {"coupon", "rarely with coupons", "coupon-driven"},
    {"promo", "full-price", "promotion-driven"},
    {"return", "returns little", "returns often"},
    {"refund", "returns little", "returns often"},
    {"churn", "staying", "at risk"},
    {"recency", "recent", "lapsed"},
    {"tenure", "new", "long-standing"},
    {"overdue", "on schedule", "overdue"},
    {"gap", "short gaps", "long gaps"},
    {"breadth", "few categories", "many categories"},
    {"categories", "few categories", "many categories"},
    {"session", "rarely on the web", "often on the web"},
    {"web", "little web", "web"},
    {"online", "little online", "online"},
    {"app", "little app", "app"},
    {"social", "little social", "social"},
    {"store", "little store", "store"},
    {"redeem", "rarely redeems", "redeems offers"},
    {"viewed", "overlooks offers", "views offers"},
    {"points", "few points", "many points"},
    {"basket", "small baskets", "large baskets"},
    {"value_mean", "small baskets", "large baskets"},
    {"clv", "low value", "high value"},
    {"frequency", "infrequent", "frequent"},
    {"count", "infrequent", "frequent"},
    {"orders", "infrequent", "frequent"},
    {"spend", "low-spending", "high-spending"},
    {"monetary", "low-spending", "high-spending"},
    {"amount", "low-spending", "high-spending"},
    {"age", "young", "old"},
}};

/// Parts are whole words of the name ("age" is none of "percentage"), plural or not.
bool HasPart(const std::string& name, std::string_view part) {
  for (size_t at = name.find(part); at != std::string::npos; at = name.find(part, at + 1)) {
    const bool starts = at == 0 || std::isalnum(static_cast<unsigned char>(name[at - 1])) == 0;
    size_t end = at + part.size();
    if (end < name.size() && name[end] == 's') ++end;
    const bool ends =
        end >= name.size() || std::isalnum(static_cast<unsigned char>(name[end])) == 0;
    if (starts && ends) return true;
  }
  return false;
}

}  // namespace

ContrastWords WordsFor(const std::string& column) {
  std::string name = column;
  for (char& letter : name) {
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  for (const Entry& entry : kGlossary) {
    if (HasPart(name, entry.part)) return {std::string(entry.low), std::string(entry.high)};
  }
  return {"low " + column, "high " + column};
}

std::string ClusterWords(std::vector<ColumnContrast> contrasts, size_t words_max) {
  std::stable_sort(
      contrasts.begin(), contrasts.end(), [](const ColumnContrast& a, const ColumnContrast& b) {
        return std::fabs(a.effect) > std::fabs(b.effect);
      });
  std::vector<std::string> words;
  for (const ColumnContrast& contrast : contrasts) {
    if (words.size() == words_max || std::fabs(contrast.effect) < kEffectMin) break;
    const ContrastWords pair = WordsFor(contrast.column);
    const std::string& word = contrast.effect > 0 ? pair.high : pair.low;
    const std::string& opposite = contrast.effect > 0 ? pair.low : pair.high;
    const bool told = std::find(words.begin(), words.end(), word) != words.end() ||
                      std::find(words.begin(), words.end(), opposite) != words.end();
    if (!told) words.push_back(word);
  }
  return words.empty() ? "average" : Join(words, ", ");
}

std::string ShortNumber(double value) {
  std::string text = Rounded(value, 5).Dump();
  if (text.size() > 2 && text.compare(text.size() - 2, 2, ".0") == 0) text.resize(text.size() - 2);
  return text;
}

}  // namespace signet::pipelines
