#include "pipelines/models/surrogate_tree.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/check.h"
#include "pipelines/math/exact_sum.h"
#include "pipelines/math/intervals.h"

namespace signet::pipelines {
namespace {

/// A number with up to five significant digits, for people.
std::string NumberText(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::general, 5);
  return {text, end.ptr};
}

struct BinSum {
  double rows = 0, sum = 0;
};
using Bins = std::array<BinSum, 256>;

/// The rows of each code of a column, and the sums of their scores about `mean`.
Bins BinsOf(const CodeMatrix& codes,
            std::span<const double> scores,
            const std::vector<size_t>& rows,
            size_t column,
            double mean) {
  Bins bins{};
  for (const size_t row : rows) {
    BinSum& bin = bins[codes.codes[row * codes.columns + column]];
    bin.rows += 1;
    bin.sum += scores[row] - mean;
  }
  return bins;
}

/// Where to cut a column, with `least` rows on either side; code 0 for nowhere.
struct Cut {
  double gain = 0;
  uint8_t code = 0;
};

/// The first cut that beats `gain_min`, and then every one that beats it.
Cut BestCut(const Bins& bins, bool missing_left, double rows, double least, double gain_min) {
  Cut best{gain_min, 0};
  BinSum left = missing_left ? bins[CodeMatrix::kMissing] : BinSum{};
  for (uint8_t code = 1; code < CodeMatrix::kMissing; ++code) {
    left.rows += bins[code - 1].rows;
    left.sum += bins[code - 1].sum;
    const double right = rows - left.rows;
    if (left.rows < least || right < least || bins[code - 1].rows == 0) continue;
    // Sums are around the node's mean, so the right one is the left one's negative.
    const double gain = left.sum * left.sum * (1 / left.rows + 1 / right);
    if (gain > best.gain * (1 + 1e-9) + 1e-18) best = {gain, code};
  }
  return best;
}

/// A split's condition on one side, for people.
std::string ValuesText(const SurrogateColumn& column, double edge, bool left) {
  if (column.values.empty()) return column.name + (left ? " < " : " >= ") + NumberText(edge);
  std::string list;
  for (size_t v = 0; v < column.values.size(); ++v) {
    if ((static_cast<double>(v) < edge) != left) continue;
    list += (list.empty() ? "" : ", ") + column.values[v];
  }
  return column.name + " in {" + list + "}";
}

}  // namespace

struct SurrogateTree::Split {
  double gain = 0;
  int column = -1;
  uint8_t code = 0;
  bool missing_left = true;
  bool missing = false;
};

SurrogateTree SurrogateTree::Grow(const CodeMatrix& codes,
                                  std::span<const double> scores,
                                  const SurrogateOptions& options) {
  CHECK(codes.rows() == scores.size() && !scores.empty());
  SurrogateTree tree;
  std::vector<size_t> rows(scores.size());
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = i;
  tree.nodes_.emplace_back();
  tree.Divide(codes, scores, options, std::move(rows), 0, 0);
  const std::vector<double> told = tree.Predict(codes);
  std::vector<double> rest(scores.size());
  for (size_t i = 0; i < rest.size(); ++i) rest[i] = std::pow(scores[i] - told[i], 2);
  const double variance = VarianceOf(scores) * static_cast<double>(scores.size() - 1);
  tree.fidelity_ = variance > 1e-30 ? std::max(0.0, 1 - SumOf(rest) / variance) : 1;
  return tree;
}

SurrogateTree::Split SurrogateTree::BestSplit(const CodeMatrix& codes,
                                              std::span<const double> scores,
                                              const std::vector<size_t>& rows,
                                              double mean,
                                              size_t leaf_rows_min) {
  const auto n = static_cast<double>(rows.size());
  const auto least = static_cast<double>(leaf_rows_min);
  Split best;
  for (size_t c = 0; c < codes.columns; ++c) {
    const Bins bins = BinsOf(codes, scores, rows, c, mean);
    const bool missing = bins[CodeMatrix::kMissing].rows > 0;
    for (const bool missing_left : {true, false}) {
      const Cut cut = BestCut(bins, missing_left, n, least, best.gain);
      if (cut.code != 0) best = {cut.gain, static_cast<int>(c), cut.code, missing_left, missing};
      if (!missing) break;
    }
  }
  return best;
}

void SurrogateTree::Divide(const CodeMatrix& codes,
                           std::span<const double> scores,
                           const SurrogateOptions& options,
                           std::vector<size_t> rows,
                           int depth,
                           size_t node) {
  double total = 0;
  for (const size_t row : rows) total += scores[row];
  const auto n = static_cast<double>(rows.size());
  nodes_[node].rows = rows.size();
  nodes_[node].mean = total / n;
  if (depth >= options.max_depth || rows.size() < 2 * options.leaf_rows_min) return;
  const Split best = BestSplit(codes, scores, rows, nodes_[node].mean, options.leaf_rows_min);
  if (best.column < 0) return;
  std::vector<size_t> sides[2];
  for (const size_t row : rows) {
    const uint8_t code = codes.codes[row * codes.columns + static_cast<size_t>(best.column)];
    const bool left = code == CodeMatrix::kMissing ? best.missing_left : code < best.code;
    sides[left ? 0 : 1].push_back(row);
  }
  rows = {};
  const size_t first = nodes_.size();
  nodes_.resize(first + 2);
  nodes_[node].column = best.column;
  nodes_[node].code = best.code;
  nodes_[node].missing_left = best.missing_left;
  nodes_[node].missing = best.missing;
  nodes_[node].left = first;
  nodes_[node].right = first + 1;
  Divide(codes, scores, options, std::move(sides[0]), depth + 1, first);
  Divide(codes, scores, options, std::move(sides[1]), depth + 1, first + 1);
}

std::vector<double> SurrogateTree::Predict(const CodeMatrix& codes) const {
  std::vector<double> told(codes.rows());
  for (size_t row = 0; row < told.size(); ++row) {
    size_t at = 0;
    while (nodes_[at].column >= 0) {
      const Node& node = nodes_[at];
      const uint8_t code = codes.codes[row * codes.columns + static_cast<size_t>(node.column)];
      const bool left = code == CodeMatrix::kMissing ? node.missing_left : code < node.code;
      at = left ? node.left : node.right;
    }
    told[row] = nodes_[at].mean;
  }
  return told;
}

void SurrogateTree::CollectRules(size_t node,
                                 const std::vector<std::string>& when,
                                 const CutList& cuts,
                                 const std::vector<SurrogateColumn>& columns,
                                 std::vector<Rule>& rules) const {
  const Node& at = nodes_[node];
  if (at.column < 0) {
    rules.push_back({when, node});
    return;
  }
  const SurrogateColumn& column = columns[static_cast<size_t>(at.column)];
  const std::vector<float>& edges = cuts.of(static_cast<size_t>(at.column));
  for (const bool left : {true, false}) {
    std::vector<std::string> next = when;
    const bool missing_here = left == at.missing_left;
    if (at.code > edges.size()) {
      // A code beyond the last cut divides missing from present values alone.
      next.push_back(column.name + (missing_here ? " is missing" : " is present"));
    } else {
      next.push_back(ValuesText(column, static_cast<double>(edges[at.code - 1]), left));
      if (at.missing && missing_here) next.back() += " or missing";
    }
    CollectRules(left ? at.left : at.right, next, cuts, columns, rules);
  }
}

Json SurrogateTree::ToJson(const CutList& cuts, const std::vector<SurrogateColumn>& columns) const {
  std::vector<Rule> rules;
  CollectRules(0, {}, cuts, columns, rules);
  std::stable_sort(rules.begin(), rules.end(), [&](const Rule& a, const Rule& b) {
    return nodes_[a.leaf].mean > nodes_[b.leaf].mean;
  });
  Json list{Json::Array()};
  for (const Rule& rule : rules) {
    const Node& node = nodes_[rule.leaf];
    list.Push(Json::Of(
        {{"when", Json::Strings(rule.when)},
         {"rows", node.rows},
         {"share",
          Rounded(static_cast<double>(node.rows) / static_cast<double>(nodes_[0].rows), 4)},
         {"mean_score", Rounded(node.mean, 4)}}));
  }
  return Json::Of({{"fidelity_r2", Rounded(fidelity_, 4)}, {"rules", std::move(list)}});
}

}  // namespace signet::pipelines
