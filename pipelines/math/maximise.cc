#include "pipelines/math/maximise.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kStepMax = 2;  // of any coordinate in one step
constexpr int kHalvingsMax = 40;
constexpr double kDifference = 1e-5;
constexpr double kConditionMax = 1e12;

class Climber {
 public:
  Climber(const Objective& objective, std::vector<double> start, const MaximiseOptions& options)
      : objective_(objective),
        options_(options),
        point_(Eigen::Map<VectorXd>(start.data(), Size(start))) {
    point_ = Inside(point_);
    value_ = At(point_, gradient_);
  }

  Maximum Climb(std::span<const double> guess) {
    const Eigen::Index size = point_.size();
    MatrixXd inverse = MatrixXd::Identity(size, size) / std::max(1e-2, Free().norm());
    if (!guess.empty()) inverse = Eigen::Map<const MatrixXd>(guess.data(), size, size);
    for (int step = 0; step < options_.steps_max && !Done(); ++step) {
      const VectorXd free = Free();
      VectorXd direction = Masked(inverse * free);
      if (!(direction.dot(free) > 0)) {
        direction = free / free.norm();
        inverse.setIdentity();
      }
      const VectorXd before = point_;
      const VectorXd gradient_before = gradient_;
      if (!Search(direction)) break;
      const VectorXd s = point_ - before;
      const VectorXd y = gradient_before - gradient_;  // of the negated function
      const double curvature = s.dot(y);
      if (curvature > 1e-14 * s.norm() * y.norm()) {
        const MatrixXd left = MatrixXd::Identity(size, size) - s * y.transpose() / curvature;
        inverse = left * inverse * left.transpose() + s * s.transpose() / curvature;
      }
    }
    return {std::vector<double>(point_.data(), point_.data() + size), value_, Done()};
  }

 private:
  static Eigen::Index Size(const std::vector<double>& v) {
    return static_cast<Eigen::Index>(v.size());
  }
  [[nodiscard]] VectorXd Inside(const VectorXd& point) const {
    return point.cwiseMax(-options_.bound).cwiseMin(options_.bound);
  }
  double At(const VectorXd& point, VectorXd& gradient) const {
    gradient.resize(point.size());
    const auto size = static_cast<size_t>(point.size());
    return objective_({point.data(), size}, {gradient.data(), size});
  }
  /// A vector without the coordinates that lie on a bound and want to leave it.
  [[nodiscard]] VectorXd Masked(VectorXd vector) const {
    for (Eigen::Index i = 0; i < vector.size(); ++i) {
      const bool high = point_[i] >= options_.bound && gradient_[i] > 0;
      const bool low = point_[i] <= -options_.bound && gradient_[i] < 0;
      if (high || low) vector[i] = 0;
    }
    return vector;
  }
  [[nodiscard]] VectorXd Free() const { return Masked(gradient_); }
  [[nodiscard]] bool Done() const { return Free().cwiseAbs().maxCoeff() < options_.tolerance; }

  /// Moves along `direction` as far as it pays; false if no step does.
  bool Search(const VectorXd& direction) {
    double length = std::min(1.0, kStepMax / direction.cwiseAbs().maxCoeff());
    VectorXd gradient = gradient_;
    for (int halving = 0; halving < kHalvingsMax; ++halving, length /= 2) {
      const VectorXd next = Inside(point_ + length * direction);
      const double value = At(next, gradient);
      if (std::isfinite(value) && value > value_ + 1e-4 * gradient_.dot(next - point_)) {
        point_ = next;
        gradient_ = gradient;
        value_ = value;
        return true;
      }
    }
    return false;
  }

  const Objective& objective_;
  const MaximiseOptions& options_;
  VectorXd point_, gradient_;
  double value_ = 0;
};

}  // namespace

Maximum Maximise(const Objective& objective,
                 std::vector<double> start,
                 const MaximiseOptions& options,
                 std::span<const double> inverse) {
  CHECK(inverse.empty() || inverse.size() == start.size() * start.size());
  return Climber(objective, std::move(start), options).Climb(inverse);
}

Maximum Polish(const Objective& objective, const Maximum& maximum, const MaximiseOptions& options) {
  Maximum best = maximum;
  const size_t size = best.point.size();
  const auto norm = [](const std::vector<double>& v) {
    return std::fabs(*std::max_element(
        v.begin(), v.end(), [](double a, double b) { return std::fabs(a) < std::fabs(b); }));
  };
  std::vector<double> gradient(size);
  objective(best.point, gradient);
  for (int step = 0; step < 3 && norm(gradient) > options.tolerance; ++step) {
    const std::vector<double> inverse = InverseOf(ObservedInformation(objective, best.point), size);
    if (inverse.empty()) break;
    Maximum next = best;
    for (size_t i = 0; i < size; ++i) {
      for (size_t j = 0; j < size; ++j) next.point[i] += inverse[i * size + j] * gradient[j];
    }
    const double farthest = norm(next.point);
    if (!(farthest < options.bound)) break;
    std::vector<double> next_gradient(size);
    next.value = objective(next.point, next_gradient);
    if (!std::isfinite(next.value) || norm(next_gradient) >= norm(gradient)) break;
    best = next;
    gradient = next_gradient;
  }
  best.converged = norm(gradient) < std::max(options.tolerance, 1e-8);
  return best;
}

std::vector<double> ObservedInformation(const Objective& objective, std::span<const double> point) {
  const size_t size = point.size();
  std::vector<double> information(size * size);
  std::vector<double> up(size);
  std::vector<double> down(size);
  std::vector<double> moved(point.begin(), point.end());
  for (size_t i = 0; i < size; ++i) {
    moved[i] = point[i] + kDifference;
    objective(moved, up);
    moved[i] = point[i] - kDifference;
    objective(moved, down);
    moved[i] = point[i];
    for (size_t j = 0; j < size; ++j) {
      const double second = -(up[j] - down[j]) / (2 * kDifference);
      information[i * size + j] += second / 2;
      information[j * size + i] += second / 2;
    }
  }
  return information;
}

std::vector<double> InverseOf(std::span<const double> matrix, size_t size) {
  const auto n = static_cast<Eigen::Index>(size);
  const Eigen::Map<const MatrixXd> m(matrix.data(), n, n);
  if (!m.allFinite()) return {};
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(m);
  const double least = solver.eigenvalues().minCoeff();
  const double most = solver.eigenvalues().maxCoeff();
  if (!(least > 0) || most > kConditionMax * least) return {};
  const MatrixXd inverse = m.inverse();
  return {inverse.data(), inverse.data() + size * size};
}

}  // namespace signet::pipelines
