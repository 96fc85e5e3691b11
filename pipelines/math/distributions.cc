#include "pipelines/math/distributions.h"

#include <cmath>

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

namespace bm = boost::math;
using Quiet = bm::policies::policy<bm::policies::domain_error<bm::policies::ignore_error>,
                                   bm::policies::pole_error<bm::policies::ignore_error>,
                                   bm::policies::overflow_error<bm::policies::ignore_error>,
                                   bm::policies::underflow_error<bm::policies::ignore_error>,
                                   bm::policies::evaluation_error<bm::policies::ignore_error>,
                                   bm::policies::promote_double<false>>;
using Normal = bm::normal_distribution<double, Quiet>;
using Student = bm::students_t_distribution<double, Quiet>;
using ChiSquare = bm::chi_squared_distribution<double, Quiet>;
using Beta = bm::beta_distribution<double, Quiet>;
using NoncentralStudent = bm::non_central_t_distribution<double, Quiet>;
using Binomial = bm::binomial_distribution<double, Quiet>;

}  // namespace

double NormalCdf(double z) {
  return bm::cdf(Normal(), z);
}

double NormalQuantile(double p) {
  CHECK(p > 0 && p < 1);
  return bm::quantile(Normal(), p);
}

double NormalTwoSided(double z) {
  return 2 * bm::cdf(bm::complement(Normal(), std::fabs(z)));
}

double NormalDensity(double z) {
  return bm::pdf(Normal(), z);
}

double NormalSurvival(double z) {
  return bm::cdf(bm::complement(Normal(), z));
}

double StudentTwoSided(double t, double degrees) {
  CHECK(degrees > 0);
  return 2 * bm::cdf(bm::complement(Student(degrees), std::fabs(t)));
}

double StudentQuantile(double p, double degrees) {
  CHECK(p > 0 && p < 1 && degrees > 0);
  return bm::quantile(Student(degrees), p);
}

double NoncentralStudentCdf(double t, double degrees, double shift) {
  CHECK(degrees > 0);
  return bm::cdf(NoncentralStudent(degrees, shift), t);
}

double ChiSquareSurvival(double x, double degrees) {
  CHECK(degrees > 0 && x >= 0);
  return bm::cdf(bm::complement(ChiSquare(degrees), x));
}

double BetaQuantile(double p, double a, double b) {
  CHECK(p > 0 && p < 1 && a > 0 && b > 0);
  return bm::quantile(Beta(a, b), p);
}

double BetaCdf(double x, double a, double b) {
  CHECK(a > 0 && b > 0);
  return bm::cdf(Beta(a, b), x);
}

double BetaDensity(double x, double a, double b) {
  CHECK(a > 0 && b > 0 && x >= 0 && x <= 1);
  return bm::pdf(Beta(a, b), x);
}

double BinomialCdf(double k, double n, double p) {
  CHECK(n >= 0 && p >= 0 && p <= 1);
  if (k < 0) return 0;
  return k >= n ? 1 : bm::cdf(Binomial(n, p), k);
}

double LogGamma(double x) {
  return bm::lgamma(x, Quiet());
}

}  // namespace signet::pipelines
