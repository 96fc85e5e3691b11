#include "pipelines/math/calibration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/check.h"
#include "crypto/base/entropy.h"
#include "pipelines/math/distributions.h"
#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {
namespace {

constexpr double kClip = 1e-15;
constexpr int kReplicates = 200;

double Logit(double p) {
  const double clipped = std::clamp(p, kClip, 1 - kClip);
  return std::log(clipped / (1 - clipped));
}

double Sigmoid(double x) {
  return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

std::vector<size_t> RisingOrder(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(
      order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  return order;
}

/// Each row's bin: equal mass, but equal probabilities share a bin.
std::vector<size_t> EqualMassBins(std::span<const double> probabilities, size_t bins) {
  const std::vector<size_t> order = RisingOrder(probabilities);
  std::vector<size_t> bin_of(probabilities.size());
  for (size_t i = 0; i < order.size(); ++i) {
    const bool tied = i > 0 && probabilities[order[i]] == probabilities[order[i - 1]];
    bin_of[order[i]] = tied ? bin_of[order[i - 1]] : i * bins / order.size();
  }
  return bin_of;
}

struct BinSums {
  double gap = 0;  // sum of (probability - label)
  double rows = 0;
};

double GapOf(const std::vector<BinSums>& bins, double rows) {
  double error = 0;
  for (const BinSums& bin : bins) error += std::fabs(bin.gap);
  return error / rows;
}

/// One replicate: as many rows as there are, drawn with replacement.
double ReplicateGap(const std::vector<double>& gaps,
                    const std::vector<size_t>& bin_of,
                    size_t bins,
                    SeededEntropy& entropy) {
  std::vector<BinSums> sums(bins);
  for (size_t i = 0; i < gaps.size(); ++i) {
    const size_t row = static_cast<size_t>(entropy.Next() % gaps.size());
    sums[bin_of[row]].gap += gaps[row];
  }
  return GapOf(sums, static_cast<double>(gaps.size()));
}

/// Platt's two-parameter likelihood with smoothed targets.
struct PlattProblem {
  std::span<const double> x;
  std::vector<double> targets;

  [[nodiscard]] double Loss(double slope, double offset) const {
    double loss = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const double z = slope * x[i] + offset;
      // -(t ln p + (1 - t) ln(1 - p)) without overflow.
      loss += std::log1p(std::exp(-std::fabs(z))) + (z > 0 ? z : 0) - targets[i] * z;
    }
    return loss;
  }

  /// Newton's direction at a point.
  [[nodiscard]] std::pair<double, double> Direction(double slope, double offset) const {
    std::array<double, 5> s{0, 0, 1e-9, 0, 1e-9};  // gradient 2, Hessian 3
    for (size_t i = 0; i < x.size(); ++i) {
      const double p = Sigmoid(slope * x[i] + offset);
      const double miss = targets[i] - p;
      const double weight = p * (1 - p);
      s[0] += miss * x[i];
      s[1] += miss;
      s[2] += weight * x[i] * x[i];
      s[3] += weight * x[i];
      s[4] += weight;
    }
    const double determinant = s[2] * s[4] - s[3] * s[3];
    if (!(determinant > 1e-18)) return {0, 0};
    return {(s[4] * s[0] - s[3] * s[1]) / determinant, (s[2] * s[1] - s[3] * s[0]) / determinant};
  }
};

/// Newton's method with backtracking (Lin, Lin and Weng 2007).
std::pair<double, double> FitPlatt(const std::vector<double>& x, std::span<const uint8_t> labels) {
  const auto positives = static_cast<double>(std::count(labels.begin(), labels.end(), 1));
  const double negatives = static_cast<double>(labels.size()) - positives;
  PlattProblem problem{x, {}};
  for (const uint8_t label : labels) {
    problem.targets.push_back(label != 0 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2));
  }
  double slope = 0;
  double offset = std::log((positives + 1) / (negatives + 1));
  double loss = problem.Loss(slope, offset);
  for (int step = 0; step < 50; ++step) {
    const auto [d_slope, d_offset] = problem.Direction(slope, offset);
    double length = 1;
    double next = problem.Loss(slope + d_slope, offset + d_offset);
    while (!(next < loss) && length > 1e-8) {
      length /= 2;
      next = problem.Loss(slope + length * d_slope, offset + length * d_offset);
    }
    if (!(next < loss)) break;
    slope += length * d_slope;
    offset += length * d_offset;
    loss = next;
  }
  return {slope, offset};
}

}  // namespace

Estimate LogLoss(std::span<const double> probabilities,
                 std::span<const uint8_t> labels,
                 double confidence) {
  CHECK(probabilities.size() == labels.size());
  std::vector<double> losses(labels.size());
  for (size_t i = 0; i < labels.size(); ++i) {
    const double p = std::clamp(probabilities[i], kClip, 1 - kClip);
    losses[i] = -std::log(labels[i] != 0 ? p : 1 - p);
  }
  return MeanEstimate(losses, confidence);
}

Estimate Brier(std::span<const double> probabilities,
               std::span<const uint8_t> labels,
               double confidence) {
  CHECK(probabilities.size() == labels.size());
  std::vector<double> losses(labels.size());
  for (size_t i = 0; i < labels.size(); ++i) {
    losses[i] = std::pow(probabilities[i] - labels[i], 2);
  }
  return MeanEstimate(losses, confidence);
}

Estimate CalibrationError(std::span<const double> probabilities,
                          std::span<const uint8_t> labels,
                          int bins,
                          double confidence,
                          uint64_t seed) {
  CHECK(probabilities.size() == labels.size() && bins > 0);
  if (labels.empty()) return {};
  const auto count = static_cast<size_t>(bins);
  const std::vector<size_t> bin_of = EqualMassBins(probabilities, count);
  std::vector<double> gaps(labels.size());
  std::vector<BinSums> sums(count);
  for (size_t i = 0; i < labels.size(); ++i) {
    gaps[i] = probabilities[i] - labels[i];
    sums[bin_of[i]].gap += gaps[i];
  }
  const double error = GapOf(sums, static_cast<double>(labels.size()));
  SeededEntropy entropy(seed);
  std::vector<double> replicates(kReplicates);
  for (double& r : replicates) r = ReplicateGap(gaps, bin_of, count, entropy);
  std::sort(replicates.begin(), replicates.end());
  const auto tail = static_cast<size_t>((1 - confidence) / 2 * kReplicates);
  return {error, replicates[tail], replicates[kReplicates - 1 - tail]};
}

double EqualWidthCalibrationError(std::span<const double> probabilities,
                                  std::span<const uint8_t> labels,
                                  int bins) {
  CHECK(probabilities.size() == labels.size() && bins > 0);
  if (labels.empty()) return 0;
  std::vector<BinSums> sums(static_cast<size_t>(bins));
  for (size_t i = 0; i < labels.size(); ++i) {
    const double p = std::clamp(probabilities[i], 0.0, 1.0);
    const auto bin = std::min(static_cast<size_t>(p * bins), sums.size() - 1);
    sums[bin].gap += probabilities[i] - labels[i];
  }
  return GapOf(sums, static_cast<double>(labels.size()));
}

Estimate ShareEstimate(double positives, double rows, double confidence) {
  if (rows <= 0) return {0, 0, 1};
  const double z = NormalQuantile(0.5 + confidence / 2);
  const double p = positives / rows;
  const double centre = (p + z * z / (2 * rows)) / (1 + z * z / rows);
  const double reach =
      z / (1 + z * z / rows) * std::sqrt(p * (1 - p) / rows + z * z / (4 * rows * rows));
  return {
      p, std::max(0.0, std::min(p, centre - reach)), std::min(1.0, std::max(p, centre + reach))};
}

std::vector<CalibrationBin> CalibrationTable(std::span<const double> probabilities,
                                             std::span<const uint8_t> labels,
                                             int bins,
                                             double confidence) {
  CHECK(probabilities.size() == labels.size() && bins > 0);
  const std::vector<size_t> bin_of = EqualMassBins(probabilities, static_cast<size_t>(bins));
  struct Sums {
    ExactSum predicted;
    double positives = 0, rows = 0;
  };
  std::vector<Sums> sums(static_cast<size_t>(bins));
  for (size_t i = 0; i < labels.size(); ++i) {
    Sums& own = sums[bin_of[i]];
    own.predicted.Add(probabilities[i]);
    own.positives += labels[i] != 0 ? 1 : 0;
    own.rows += 1;
  }
  std::vector<CalibrationBin> table;
  for (const Sums& own : sums) {
    if (own.rows == 0) continue;
    table.push_back({static_cast<uint64_t>(own.rows),
                     own.predicted.Value() / own.rows,
                     ShareEstimate(own.positives, own.rows, confidence)});
  }
  return table;
}

Calibrator Calibrator::Platt(std::span<const double> probabilities,
                             std::span<const uint8_t> labels) {
  CHECK(probabilities.size() == labels.size());
  std::vector<double> x(probabilities.size());
  for (size_t i = 0; i < x.size(); ++i) x[i] = Logit(probabilities[i]);
  const auto [slope, offset] = FitPlatt(x, labels);
  Calibrator map;
  if (!(slope > 0) || !std::isfinite(slope) || !std::isfinite(offset)) return map;
  map.kind_ = Kind::kPlatt;
  map.slope_ = slope;
  map.offset_ = offset;
  return map;
}

Calibrator Calibrator::Isotonic(std::span<const double> probabilities,
                                std::span<const uint8_t> labels) {
  CHECK(probabilities.size() == labels.size());
  struct Block {
    double x = 0, y = 0, rows = 0;
  };
  std::vector<Block> blocks;
  for (const size_t row : RisingOrder(probabilities)) {
    blocks.push_back({probabilities[row], static_cast<double>(labels[row]), 1});
    while (blocks.size() > 1) {
      Block& last = blocks.back();
      Block& before = blocks[blocks.size() - 2];
      if (before.y / before.rows < last.y / last.rows) break;
      before = {before.x + last.x, before.y + last.y, before.rows + last.rows};
      blocks.pop_back();
    }
  }
  Calibrator map;
  if (blocks.empty()) return map;
  map.kind_ = Kind::kIsotonic;
  for (const Block& block : blocks) {
    map.x_.push_back(block.x / block.rows);
    map.y_.push_back(block.y / block.rows);
  }
  return map;
}

double Calibrator::Apply(double probability) const {
  switch (kind_) {
    case Kind::kNone:
      return probability;
    case Kind::kPlatt:
      return Sigmoid(slope_ * Logit(probability) + offset_);
    case Kind::kIsotonic:
      break;
  }
  const auto above = std::lower_bound(x_.begin(), x_.end(), probability);
  if (above == x_.begin()) return y_.front();
  if (above == x_.end()) return y_.back();
  const auto i = static_cast<size_t>(above - x_.begin());
  const double width = x_[i] - x_[i - 1];
  const double share = width > 0 ? (probability - x_[i - 1]) / width : 1;
  return y_[i - 1] + share * (y_[i] - y_[i - 1]);
}

Json Calibrator::ToJson() const {
  switch (kind_) {
    case Kind::kNone:
      return Json::Of({{"kind", "none"}});
    case Kind::kPlatt:
      return Json::Of({{"kind", "platt"}, {"slope", slope_}, {"offset", offset_}});
    case Kind::kIsotonic:
      break;
  }
  Json json = Json::Of({{"kind", "isotonic"}, {"x", Json::Array()}, {"y", Json::Array()}});
  for (const double x : x_) json.Field("x").Push(x);
  for (const double y : y_) json.Field("y").Push(y);
  return json;
}

Result<Calibrator> Calibrator::FromJson(const Json& json) {
  Calibrator map;
  const std::string& kind = json["kind"].AsString();
  if (kind == "none") return map;
  if (kind == "platt") {
    map.kind_ = Kind::kPlatt;
    map.slope_ = json["slope"].AsDouble(NAN);
    map.offset_ = json["offset"].AsDouble(NAN);
    if (!(map.slope_ > 0) || !std::isfinite(map.offset_)) return Corrupt("a broken calibration");
    return map;
  }
  if (kind != "isotonic" || json["x"].size() == 0 || json["x"].size() != json["y"].size()) {
    return Corrupt("a broken calibration");
  }
  map.kind_ = Kind::kIsotonic;
  for (const Json& x : json["x"].items()) map.x_.push_back(x.AsDouble());
  for (const Json& y : json["y"].items()) map.y_.push_back(y.AsDouble());
  if (!std::is_sorted(map.x_.begin(), map.x_.end())) return Corrupt("a broken calibration");
  return map;
}

}  // namespace signet::pipelines
