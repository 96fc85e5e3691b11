#include "policies/disclosure/generalisation_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

namespace signet::policies {
namespace {

// Multiplication by an odd constant spreads sums over the table's upper bits (Fibonacci hashing).
constexpr uint64_t kGolden = 0x9E3779B97F4A7C15ULL;

/// A level may merge classes of the one before, never split them.
bool OnlyMerges(const Codes& before, const Codes& level) {
  std::unordered_map<uint32_t, uint32_t> became;
  for (size_t v = 0; v < level.size(); ++v) {
    if (became.emplace(before[v], level[v]).first->second != level[v]) return false;
  }
  return true;
}

Status CheckColumn(const QuasiColumn& column) {
  if (column.levels.empty()) return Invalid("a column without levels");
  const size_t values = column.levels.front().size();
  for (const Codes& level : column.levels) {
    if (level.size() != values) return Invalid("the levels differ in their values");
  }
  for (const uint32_t value : column.values) {
    if (value >= values) return Invalid("a row has a value that the hierarchy lacks");
  }
  for (size_t l = 1; l < column.levels.size(); ++l) {
    if (!OnlyMerges(column.levels[l - 1], column.levels[l])) {
      return Invalid("a level of the hierarchy splits what the one before merges");
    }
  }
  return OkStatus();
}

Status CheckColumns(const std::vector<QuasiColumn>& columns) {
  if (columns.empty()) return Invalid("a generalisation needs at least one column");
  const size_t rows = columns.front().values.size();
  for (const QuasiColumn& column : columns) {
    if (column.values.size() != rows) return Invalid("the columns differ in their rows");
    TRY(CheckColumn(column));
  }
  return OkStatus();
}

// The rows once each, and a hash table that counts the classes of a node.
class ClassCounter {
 public:
  explicit ClassCounter(const std::vector<QuasiColumn>& columns) : columns_(columns) {
    Codes class_of(columns.front().values.size());
    std::vector<Codes> quasi;
    quasi.reserve(columns.size());
    for (const QuasiColumn& column : columns) quasi.push_back(column.values);
    weights_.assign(MeasureClasses(quasi, 0, &class_of).classes, 0);
    values_.assign(columns.size(), Codes(weights_.size(), 0));
    for (size_t row = 0; row < class_of.size(); ++row) {
      ++weights_[class_of[row]];
      for (size_t c = 0; c < columns.size(); ++c) {
        values_[c][class_of[row]] = columns[c].values[row];
      }
    }
    size_t slots = 64;
    while (slots < weights_.size() * 2) {
      slots *= 2;
      --shift_;
    }
    keys_.resize(slots);
  }

  struct Count {
    size_t below_k = 0;
    size_t classes = 0;
  };

  Count Of(const std::vector<size_t>& levels, int64_t k) {
    MakeKeys(levels);
    counts_.assign(keys_.size(), 0U);
    const size_t mask = keys_.size() - 1;
    for (size_t i = 0; i < weights_.size(); ++i) {
      const uint64_t key = keys_of_rows_[i];
      auto slot = static_cast<size_t>((key * kGolden) >> shift_);
      while (counts_[slot] != 0 && keys_[slot] != key) slot = (slot + 1) & mask;
      keys_[slot] = key;
      counts_[slot] += weights_[i];
    }
    Count count;
    for (const uint32_t size : counts_) {
      count.classes += size > 0 ? 1U : 0U;
      if (static_cast<int64_t>(size) < k) count.below_k += size;
    }
    return count;
  }

 private:
  // A row's key is a number in a mixed radix; columns that are one value at their level cost
  // nothing. Should the radix overflow, keys of different rows could meet: then they are renumbered
  // on the way.
  void MakeKeys(const std::vector<size_t>& levels) {
    keys_of_rows_.assign(weights_.size(), 0);
    uint64_t radix = 1;
    for (size_t c = 0; c < columns_.size(); ++c) {
      const Codes& level = columns_[c].levels[levels[c]];
      const uint64_t width = uint64_t{*std::max_element(level.begin(), level.end())} + 1;
      if (width == 1) continue;
      if (radix > (uint64_t{1} << 62U) / width) radix = Renumber();
      const Codes& values = values_[c];
      for (size_t i = 0; i < values.size(); ++i) keys_of_rows_[i] += radix * level[values[i]];
      radix *= width;
    }
  }

  uint64_t Renumber() {
    std::unordered_map<uint64_t, uint64_t> numbers;
    for (uint64_t& key : keys_of_rows_) {
      key = numbers.emplace(key, numbers.size()).first->second;
    }
    return numbers.size();
  }

  const std::vector<QuasiColumn>& columns_;
  std::vector<uint32_t> weights_;
  std::vector<Codes> values_;  // by column
  std::vector<uint64_t> keys_of_rows_;
  std::vector<uint64_t> keys_;
  std::vector<uint32_t> counts_;
  unsigned shift_ = 58;  // 64 slots
};

// Bits lost by one column at each of its levels.
std::vector<double> LossesOf(const QuasiColumn& column) {
  std::vector<double> rows(column.levels.front().size(), 0.0);
  for (const uint32_t value : column.values) rows[value] += 1.0;
  std::vector<double> losses;
  losses.reserve(column.levels.size());
  for (const Codes& level : column.levels) {
    std::vector<double> merged(*std::max_element(level.begin(), level.end()) + size_t{1}, 0.0);
    for (size_t v = 0; v < level.size(); ++v) merged[level[v]] += rows[v];
    double loss = 0;
    for (size_t v = 0; v < level.size(); ++v) {
      if (rows[v] > 0) loss -= rows[v] * std::log2(rows[v] / merged[level[v]]);
    }
    losses.push_back(loss);
  }
  return losses;
}

/// The lattice of levels, nodes numbered in a mixed radix, and what is known of each.
class Search {
 public:
  Search(const std::vector<QuasiColumn>& columns, const GeneralisationGoal& goal)
      : counter_(columns), goal_(goal) {
    const size_t rows = columns.front().values.size();
    suppressed_max_ =
        static_cast<size_t>(std::floor(goal.suppressed_max * static_cast<double>(rows) + 1e-9));
    size_t nodes = 1;
    for (const QuasiColumn& column : columns) {
      strides_.push_back(nodes);
      heights_.push_back(column.levels.size());
      losses_.push_back(LossesOf(column));
      nodes *= column.levels.size();
    }
    known_.assign(nodes, kUnknown);
    loss_.resize(nodes);
    for (size_t node = 0; node < nodes; ++node) loss_[node] = LossAt(node);
  }

  Result<Generalisation> Run() {
    const size_t top = known_.size() - 1;
    if (!Keeps(top)) return NotFound("not even the coarsest generalisation reaches the group");
    best_ = top;
    Descend();
    std::vector<uint32_t> order(known_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
      return loss_[a] != loss_[b] ? loss_[a] > loss_[b] : a > b;
    });
    // From the costliest node that could still be better downwards: a failure there settles the
    // many finer nodes below it.
    for (const uint32_t node : order) {
      if (!IsBetter(node) || known_[node] != kUnknown) continue;
      if (!Keeps(node)) continue;
      best_ = node;
      Descend();
    }
    return Report(best_);
  }

 private:
  static constexpr uint8_t kUnknown = 0;
  static constexpr uint8_t kFails = 1;
  static constexpr uint8_t kKeeps = 2;

  [[nodiscard]] size_t LevelOf(size_t node, size_t column) const {
    return node / strides_[column] % heights_[column];
  }

  [[nodiscard]] double LossAt(size_t node) const {
    double loss = 0;
    for (size_t c = 0; c < strides_.size(); ++c) loss += losses_[c][LevelOf(node, c)];
    return loss;
  }

  [[nodiscard]] bool IsBetter(size_t node) const {
    return loss_[node] < loss_[best_] || (loss_[node] == loss_[best_] && node < best_);
  }

  bool Keeps(size_t node) {
    if (known_[node] != kUnknown) return known_[node] == kKeeps;
    std::vector<size_t> levels(strides_.size());
    for (size_t c = 0; c < levels.size(); ++c) levels[c] = LevelOf(node, c);
    ++checked_;
    const bool keeps = counter_.Of(levels, goal_.k).below_k <= suppressed_max_;
    known_[node] = keeps ? kKeeps : kFails;
    if (!keeps) FailFiner(levels);
    return keeps;
  }

  // All nodes at or below `levels` fail too: counts through them like an odometer.
  void FailFiner(const std::vector<size_t>& levels) {
    std::vector<size_t> at(levels.size(), 0);
    size_t node = 0;
    while (true) {
      known_[node] = kFails;
      size_t c = 0;
      while (c < at.size() && at[c] == levels[c]) {
        node -= at[c] * strides_[c];
        at[c++] = 0;
      }
      if (c == at.size()) return;
      ++at[c];
      node += strides_[c];
    }
  }

  // From the best node on, a level less at a time, the costliest first, while the goal is kept.
  void Descend() {
    bool moved = true;
    while (moved) {
      moved = false;
      std::vector<std::pair<double, size_t>> finer;
      for (size_t c = 0; c < strides_.size(); ++c) {
        const size_t level = LevelOf(best_, c);
        if (level == 0) continue;
        finer.emplace_back(losses_[c][level - 1] - losses_[c][level], best_ - strides_[c]);
      }
      std::sort(finer.begin(), finer.end());
      for (const auto& next : finer) {
        if (known_[next.second] == kFails || !Keeps(next.second)) continue;
        best_ = next.second;
        moved = true;
        break;
      }
    }
  }

  Generalisation Report(size_t node) {
    Generalisation found;
    for (size_t c = 0; c < strides_.size(); ++c) found.levels.push_back(LevelOf(node, c));
    const ClassCounter::Count count = counter_.Of(found.levels, goal_.k);
    found.loss = loss_[node];
    found.suppressed = count.below_k;
    found.classes = count.classes;
    found.nodes = known_.size();
    found.nodes_checked = checked_;
    return found;
  }

  ClassCounter counter_;
  GeneralisationGoal goal_;
  size_t suppressed_max_ = 0;
  std::vector<size_t> strides_;
  std::vector<size_t> heights_;
  std::vector<std::vector<double>> losses_;
  std::vector<uint8_t> known_;
  std::vector<double> loss_;
  size_t best_ = 0;
  size_t checked_ = 0;
};

}  // namespace

Result<Generalisation> FindGeneralisation(const std::vector<QuasiColumn>& columns,
                                          const GeneralisationGoal& goal) {
  TRY(CheckColumns(columns));
  if (goal.k < 1 || !(goal.suppressed_max >= 0 && goal.suppressed_max <= 1)) {
    return Invalid("a goal has k of at least 1 and suppresses a share between 0 and 1");
  }
  size_t nodes = 1;
  for (const QuasiColumn& column : columns) {
    nodes *= column.levels.size();
    if (nodes > kLatticeMax) return Exhausted("the lattice has more than 4,000,000 nodes");
  }
  return Search(columns, goal).Run();
}

Result<Generalisation> MeasureGeneralisation(const std::vector<QuasiColumn>& columns,
                                             const std::vector<size_t>& levels,
                                             int64_t k) {
  TRY(CheckColumns(columns));
  if (levels.size() != columns.size()) return Invalid("a level for each column is needed");
  Generalisation node;
  node.levels = levels;
  for (size_t c = 0; c < columns.size(); ++c) {
    if (levels[c] >= columns[c].levels.size()) return Invalid("a level that the hierarchy lacks");
    node.loss += LossesOf(columns[c])[levels[c]];
  }
  const ClassCounter::Count count = ClassCounter(columns).Of(levels, k);
  node.suppressed = count.below_k;
  node.classes = count.classes;
  return node;
}

}  // namespace signet::policies
