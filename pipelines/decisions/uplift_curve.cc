#include "pipelines/decisions/uplift_curve.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "crypto/base/check.h"
#include "crypto/base/entropy.h"
#include "pipelines/experiments/read_out.h"
#include "pipelines/math/moment_sums.h"

namespace signet::pipelines {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr size_t kArmRowsMin = 20;
constexpr int kResamplesMax = 500;
constexpr double kDrawsMax = 2e8;
constexpr int kCurvePoints = 100;

/// Sums over the rows targeted so far.
struct Targeted {
  double treated = 0, control = 0, treated_outcome = 0, control_outcome = 0;

  [[nodiscard]] double rows() const { return treated + control; }
  /// Radcliffe's gain, in outcomes.
  [[nodiscard]] double Qini() const {
    return treated_outcome - (control > 0 ? control_outcome * treated / control : 0);
  }
  /// The uplift curve's height, in outcomes.
  [[nodiscard]] double Gain() const {
    const double t = treated > 0 ? treated_outcome / treated : 0;
    const double c = control > 0 ? control_outcome / control : 0;
    return (t - c) * rows();
  }
};

/// Rows from the highest score down; `last[i]`: the last row of its score.
struct Ranked {
  std::vector<uint8_t> treated, last;
  std::vector<double> outcome, score;
};

Ranked Rank(const UpliftRows& rows) {
  std::vector<size_t> order(rows.score.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (rows.score[a] != rows.score[b]) return rows.score[a] > rows.score[b];
    if (rows.treated[a] != rows.treated[b]) return rows.treated[a] > rows.treated[b];
    return rows.outcome[a] > rows.outcome[b];
  });
  Ranked ranked;
  for (size_t i = 0; i < order.size(); ++i) {
    ranked.score.push_back(rows.score[order[i]]);
    ranked.treated.push_back(rows.treated[order[i]]);
    ranked.outcome.push_back(rows.outcome[order[i]]);
    const bool last = i + 1 == order.size() || rows.score[order[i + 1]] != rows.score[order[i]];
    ranked.last.push_back(last ? 1 : 0);
  }
  return ranked;
}

struct Areas {
  double qini = 0, gain = 0;  ///< under the curves, in outcomes times rows
  Targeted all;
};

/// Trapezoids between the steps. `weight(i)` is the row's multiplicity.
template <typename Weight>
Areas Sweep(const Ranked& ranked, Weight weight) {
  Areas areas;
  Targeted now;
  double rows = 0;
  double qini = 0;
  double gain = 0;
  for (size_t i = 0; i < ranked.treated.size(); ++i) {
    const double w = weight(i);
    if (ranked.treated[i] != 0) {
      now.treated += w;
      now.treated_outcome += w * ranked.outcome[i];
    } else {
      now.control += w;
      now.control_outcome += w * ranked.outcome[i];
    }
    if (ranked.last[i] == 0) continue;
    const double step = now.rows() - rows;
    areas.qini += step * (qini + now.Qini()) / 2;
    areas.gain += step * (gain + now.Gain()) / 2;
    rows = now.rows();
    qini = now.Qini();
    gain = now.Gain();
  }
  areas.all = now;
  return areas;
}

double QiniPerCustomer(const Areas& a) {
  const double random = a.all.Qini() * a.all.rows() / 2;
  return (a.qini - random) / (a.all.rows() * a.all.treated);
}
double GainPerCustomer(const Areas& a) {
  return a.gain / (a.all.rows() * a.all.rows());
}

/// Poisson(1) from 16 random bits.
class PoissonDraws {
 public:
  explicit PoissonDraws(uint64_t seed) : entropy_(seed) {
    double mass = std::exp(-1.0);
    double reached = 0;
    for (size_t k = 0; k < kMost; ++k) {
      reached += mass;
      bounds_[k] = static_cast<uint32_t>(std::lround(reached * 65536));
      mass /= static_cast<double>(k + 1);
    }
  }
  double Next() {
    if (left_ == 0) {
      bits_ = entropy_.Next();
      left_ = 4;
    }
    const auto u = static_cast<uint32_t>(bits_ & 0xFFFF);
    bits_ >>= 16;
    --left_;
    size_t k = 0;
    while (k + 1 < kMost && u >= bounds_[k]) ++k;
    return static_cast<double>(k);
  }

 private:
  static constexpr size_t kMost = 8;
  SeededEntropy entropy_;
  std::array<uint32_t, kMost> bounds_{};
  uint64_t bits_ = 0;
  int left_ = 0;
};

Estimate Percentiles(double value, std::vector<double> draws, double confidence) {
  if (draws.empty()) return {value, kNone, kNone};
  std::sort(draws.begin(), draws.end());
  const auto at = [&](double share) {
    return draws[static_cast<size_t>(std::lround(share * static_cast<double>(draws.size() - 1)))];
  };
  return {value, at((1 - confidence) / 2), at((1 + confidence) / 2)};
}

void Resample(const Ranked& ranked, double confidence, uint64_t seed, UpliftQuality& quality) {
  const auto n = static_cast<double>(ranked.treated.size());
  quality.resamples = static_cast<int>(std::clamp(kDrawsMax / n, 100.0, 1.0 * kResamplesMax));
  PoissonDraws draw(seed);
  std::vector<double> qini;
  std::vector<double> gain;
  double below = 0;
  for (int r = 0; r < quality.resamples; ++r) {
    const Areas areas = Sweep(ranked, [&](size_t /*row*/) { return draw.Next(); });
    if (!(areas.all.treated > 0 && areas.all.control > 0)) continue;
    qini.push_back(QiniPerCustomer(areas));
    gain.push_back(GainPerCustomer(areas));
    below += qini.back() <= 0 ? 1 : 0;
  }
  quality.qini_p = (below + 1) / (static_cast<double>(qini.size()) + 1);
  quality.qini = Percentiles(quality.qini.value, std::move(qini), confidence);
  quality.auuc = Percentiles(quality.auuc.value, std::move(gain), confidence);
}

/// The area over random of a curve, for rows ranked by another score.
Areas AreasOf(const UpliftRows& rows, const std::vector<double>& score) {
  return Sweep(Rank({score, rows.treated, rows.outcome}), [](size_t /*row*/) { return 1.0; });
}

void NormaliseAsTools(const UpliftRows& rows, const Areas& model, UpliftQuality& quality) {
  quality.qini_sklift = quality.auuc_sklift = kNone;
  quality.auuc_causalml = kNone;
  if (model.all.Gain() != 0) {
    quality.auuc_causalml = model.gain / (model.all.rows() * std::fabs(model.all.Gain()));
  }
  double responders = 0;  // in the control arm
  double refusers = 0;    // in the treated arm
  for (size_t i = 0; i < rows.outcome.size(); ++i) {
    if (rows.outcome[i] != 0 && rows.outcome[i] != 1) return;
    responders += rows.treated[i] == 0 && rows.outcome[i] == 1 ? 1 : 0;
    refusers += rows.treated[i] != 0 && rows.outcome[i] == 0 ? 1 : 0;
  }
  std::vector<double> qini(rows.outcome.size());
  std::vector<double> gain(rows.outcome.size());
  for (size_t i = 0; i < qini.size(); ++i) {
    const double t = rows.treated[i] != 0 ? 1 : 0;
    qini[i] = rows.outcome[i] * (2 * t - 1);
    gain[i] = (rows.outcome[i] == t ? 2 : 0) + (responders > refusers ? rows.outcome[i] : t);
  }
  const Areas best_qini = AreasOf(rows, qini);
  const Areas best_gain = AreasOf(rows, gain);
  const double n = model.all.rows();
  const double random_qini = model.all.Qini() * n / 2;
  const double random_gain = model.all.Gain() * n / 2;
  if (best_qini.qini > random_qini) {
    quality.qini_sklift = (model.qini - random_qini) / (best_qini.qini - random_qini);
  }
  if (best_gain.gain > random_gain) {
    quality.auuc_sklift = (model.gain - random_gain) / (best_gain.gain - random_gain);
  }
}

/// The places of `ranked` with the rows of one score mixed evenly: whatever part of them a decile
/// takes has their arms and outcomes in the shares that they have together.
std::vector<size_t> EvenlyWithinTies(const Ranked& ranked) {
  const size_t n = ranked.treated.size();
  std::vector<size_t> places(n);
  std::iota(places.begin(), places.end(), size_t{0});
  std::vector<double> when(n);  // a class of k equal rows comes at 1/2k, 3/2k, ... of the tie
  size_t tie = 0;
  for (size_t i = 0; i < n; ++i) {
    size_t end = i + 1;
    const auto equal = [&](size_t row) {
      return ranked.treated[row] == ranked.treated[i] && ranked.outcome[row] == ranked.outcome[i];
    };
    while (ranked.last[end - 1] == 0 && equal(end)) ++end;
    for (size_t row = i; row < end; ++row) {
      when[row] = (static_cast<double>(row - i) + 0.5) / static_cast<double>(end - i);
    }
    i = end - 1;
    if (ranked.last[i] == 0) continue;
    const auto at = [&](size_t place) {
      return places.begin() + static_cast<std::ptrdiff_t>(place);
    };
    std::stable_sort(at(tie), at(end), [&](size_t a, size_t b) { return when[a] < when[b]; });
    tie = end;
  }
  return places;
}

void ReadDeciles(const Ranked& ranked, double confidence, UpliftQuality& quality) {
  const size_t n = ranked.treated.size();
  const std::vector<size_t> places = EvenlyWithinTies(ranked);
  for (size_t d = 0; d < 10; ++d) {
    MomentSums arms[2];
    double score = 0;
    const size_t from = n * d / 10;
    const size_t to = n * (d + 1) / 10;
    for (size_t i = from; i < to; ++i) {
      const size_t row = places[i];
      arms[ranked.treated[row] != 0 ? 1 : 0].Add(ranked.outcome[row]);
      score += ranked.score[row];
    }
    UpliftDecile decile;
    decile.control = static_cast<double>(arms[0].units());
    decile.treated = static_cast<double>(arms[1].units());
    decile.mean_score = to > from ? score / static_cast<double>(to - from) : 0;
    decile.uplift = {kNone, kNone, kNone};
    if (arms[0].units() > 0 && arms[1].units() > 0) {
      decile.uplift = CompareMeans(arms[1].Finish(), arms[0].Finish(), confidence).difference;
    }
    quality.deciles.push_back(decile);
  }
}

void ReadCurve(const Ranked& ranked, UpliftQuality& quality) {
  const auto n = static_cast<double>(ranked.treated.size());
  Targeted now;
  double treated = 0;
  for (const uint8_t t : ranked.treated) treated += t != 0 ? 1 : 0;
  quality.curve.push_back({});
  int next = 1;
  for (size_t i = 0; i < ranked.treated.size(); ++i) {
    (ranked.treated[i] != 0 ? now.treated : now.control) += 1;
    (ranked.treated[i] != 0 ? now.treated_outcome : now.control_outcome) += ranked.outcome[i];
    if (ranked.last[i] == 0 || now.rows() < n * next / kCurvePoints) continue;
    quality.curve.push_back({now.rows() / n, now.Qini() / treated, now.Gain() / n});
    next = static_cast<int>(std::floor(now.rows() * kCurvePoints / n)) + 1;
  }
}

void Say(UpliftQuality& quality) {
  quality.found = quality.qini.low > 0;
  const Estimate& effect = quality.average_effect;
  const std::string average = effect.low > 0    ? "the treatment helps on average"
                              : effect.high < 0 ? "the treatment harms on average"
                                                : "no average effect is shown";
  quality.text =
      quality.found
          ? "uplift found: customers ranked first respond more to the treatment; " + average
          : "no uplift found: the ranking is not shown to be better than random "
            "targeting; " +
                average;
}

Json Figures(const Estimate& e) {
  return Json::Of({{"value", Rounded(e.value, 12)},
                   {"low", Rounded(e.low, 12)},
                   {"high", Rounded(e.high, 12)}});
}

}  // namespace

Result<UpliftQuality> JudgeUplift(const UpliftRows& rows, double confidence, uint64_t seed) {
  CHECK(rows.score.size() == rows.treated.size() && rows.score.size() == rows.outcome.size());
  MomentSums arms[2];
  for (size_t i = 0; i < rows.score.size(); ++i) {
    if (!std::isfinite(rows.score[i]) || !(std::fabs(rows.outcome[i]) < 1e150)) {
      return Invalid("a score or an outcome is missing or infinite");
    }
    arms[rows.treated[i] != 0 ? 1 : 0].Add(rows.outcome[i]);
  }
  if (arms[0].units() < kArmRowsMin || arms[1].units() < kArmRowsMin) {
    return Invalid("uplift needs at least 20 test rows in each arm");
  }
  UpliftQuality quality;
  quality.average_effect = CompareMeans(arms[1].Finish(), arms[0].Finish(), confidence).difference;
  const Ranked ranked = Rank(rows);
  const Areas areas = Sweep(ranked, [](size_t /*row*/) { return 1.0; });
  quality.qini.value = QiniPerCustomer(areas);
  quality.auuc.value = GainPerCustomer(areas);
  Resample(ranked, confidence, seed, quality);
  NormaliseAsTools(rows, areas, quality);
  ReadDeciles(ranked, confidence, quality);
  ReadCurve(ranked, quality);
  Say(quality);
  return quality;
}

Json UpliftQuality::ToJson() const {
  Json json = Json::Of({{"average_effect", Figures(average_effect)},
                        {"qini", Figures(qini)},
                        {"qini_p", Rounded(qini_p, 12)},
                        {"auuc", Figures(auuc)},
                        {"qini_sklift", Rounded(qini_sklift, 12)},
                        {"auuc_sklift", Rounded(auuc_sklift, 12)},
                        {"auuc_causalml", Rounded(auuc_causalml, 12)},
                        {"resamples", resamples},
                        {"uplift_found", found},
                        {"text", text}});
  json.Set("normalisation",
           Json::Of({{"qini", "area between Qini curve and random line, per customer on both axes"},
                     {"auuc", "area under the uplift curve, per customer on both axes"},
                     {"qini_sklift", "scikit-uplift qini_auc_score"},
                     {"auuc_sklift", "scikit-uplift uplift_auc_score"},
                     {"auuc_causalml", "CausalML auuc_score, normalize=True"}}));
  for (size_t d = 0; d < deciles.size(); ++d) {
    json.Field("deciles").Push(Json::Of({{"decile", d + 1},
                                         {"treated", Rounded(deciles[d].treated, 15)},
                                         {"control", Rounded(deciles[d].control, 15)},
                                         {"mean_score", Rounded(deciles[d].mean_score, 12)},
                                         {"uplift", Figures(deciles[d].uplift)}}));
  }
  for (const UpliftCurvePoint& point : curve) {
    json.Field("curve").Push(Json::Of({{"share", Rounded(point.share, 12)},
                                       {"qini", Rounded(point.qini, 12)},
                                       {"gain", Rounded(point.gain, 12)}}));
  }
  return json;
}

}  // namespace signet::pipelines
