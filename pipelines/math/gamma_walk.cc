#include "pipelines/math/gamma_walk.h"

#include <cmath>

#include <boost/math/special_functions/digamma.hpp>

#include "pipelines/math/distributions.h"

namespace signet::pipelines {
namespace {

constexpr int kGapMax = 8;
constexpr int kStepsMax = 64;  // then anew: rounding does not add up

}  // namespace

double Digamma(double x) {
  return boost::math::digamma(x);
}

void GammaWalk::To(double x) {
  const double gap = step_ * (x - x_);
  const bool near = gap >= 0 && gap <= kGapMax && gap == std::floor(gap);
  if (!started_ || !near || steps_ > kStepsMax) {
    started_ = true;
    steps_ = 0;
    log_ = LogGamma(base_ + step_ * x);
    slope_ = Digamma(base_ + step_ * x);
  } else {
    const int whole = static_cast<int>(gap);
    for (int i = 0; i < whole; ++i) {
      const double at = base_ + step_ * x_ + i;
      log_ += std::log(at);
      slope_ += 1 / at;
    }
    steps_ += whole;
  }
  x_ = x;
}

}  // namespace signet::pipelines
