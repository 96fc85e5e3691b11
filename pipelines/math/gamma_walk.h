/// ln Gamma and its derivative at rising points a step apart.
#pragma once

namespace signet::pipelines {

/// The derivative of ln Gamma, x > 0.
double Digamma(double x);

/// ln Gamma(base + step x) and its derivative for rising x: near ones by the recurrence, which
/// costs a logarithm, others anew. Relative error below 1e-13.
class GammaWalk {
 public:
  /// `base` > 0.
  GammaWalk(double base, double step) : base_(base), step_(step) {}

  /// Goes to `x` >= 0.
  void To(double x);
  [[nodiscard]] double log() const { return log_; }
  [[nodiscard]] double slope() const { return slope_; }

 private:
  double base_, step_;
  double x_ = 0, log_ = 0, slope_ = 0;
  bool started_ = false;
  int steps_ = 0;  ///< by the recurrence since log_ was computed anew
};

}  // namespace signet::pipelines
