/// Log-likelihoods of purchase models: how probable the purchase times of a sample are.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "pipelines/math/purchase_history.h"

namespace signet::pipelines {

/// When a customer may drop out for good.
enum class DropOut {
  kNever,          ///< NBD
  kAfterRepeat,    ///< BG/NBD: after each repeat purchase
  kAfterPurchase,  ///< MBG/NBD: after each purchase, the first one too
  kAnyTime,        ///< Pareto/NBD: at a constant rate
};

/// The terms of one history under a model: what likelihood and forecast share.
/// alive + ln(...) is ln P(history, still a customer), dropped that of having dropped out before.
struct AliveTerms {
  double alive = 0;
  double dropped = 0;  ///< -infinity if that cannot be
};

/// A purchase model's shape. Purchases come at every k-th beat of a Poisson process with rate
/// ~ Gamma(r, alpha) (k = 1: at each; k > 1: more regularly). Drop-out probability ~ Beta(a, b), or
/// rate ~ Gamma(s, beta) for kAnyTime, which needs k = 1.
struct PurchaseShape {
  DropOut drop_out = DropOut::kAfterRepeat;
  int regularity = 1;  ///< k

  [[nodiscard]] size_t parameters() const { return drop_out == DropOut::kNever ? 2 : 4; }
};

/// The mean log-likelihood per customer at exp(log_p), log_p = ln(r, alpha, a, b) or
/// ln(r, alpha, s, beta), times in units of the sample's scale(); writes the derivatives with
/// respect to log_p. It is the density of the times themselves, hence comparable between shapes.
/// Sources: Fader, Hardie and Lee (2005) for BG/NBD; Batislam, Denizel and Filiztekin (2007) for
/// MBG/NBD; Platzer and Reutterer (2016) for k > 1; Schmittlein, Morrison and Colombo (1987) for
/// Pareto/NBD, here as an integral over the moment of drop-out, which no parameters cancel out.
double MeanLogLikelihood(const PurchaseShape& shape,
                         const GroupedHistories& sample,
                         std::span<const double> log_p,
                         std::span<double> gradient);

/// One history's two terms at the natural parameters `p` (the common factor left out).
AliveTerms TermsOf(const PurchaseShape& shape,
                   std::span<const double> p,
                   const PurchaseHistory& history);

/// ln of the sum over j < k of w_j, w_j the weight of "alive, j beats since the last purchase":
/// w_0 = 1, w_j = w_{j-1} (R + j - 1) / j * share, R = r + k x, share = (T - t_x) / (alpha + T).
/// Writes w_j / sum to `weights` (k of them) unless it is empty.
double LogBeatWeights(int k, double big_r, double share, std::span<double> weights);

}  // namespace signet::pipelines
