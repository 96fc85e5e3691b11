/// Distributions and their quantiles, by Boost.Math; none of them throws.
#pragma once

namespace signet::pipelines {

/// P(Z <= z) for a standard normal.
double NormalCdf(double z);
/// The z with P(Z <= z) = p; p in (0, 1).
double NormalQuantile(double p);
/// P(|Z| >= |z|).
double NormalTwoSided(double z);
/// P(|T| >= |t|) with `degrees` > 0 (not necessarily whole) degrees of freedom.
double StudentTwoSided(double t, double degrees);
/// The t with P(T <= t) = p.
double StudentQuantile(double p, double degrees);
/// P(X >= x) for chi-square with `degrees` > 0.
double ChiSquareSurvival(double x, double degrees);
/// The x with P(X <= x) = p for Beta(a, b).
double BetaQuantile(double p, double a, double b);
/// P(X <= x) for Beta(a, b).
double BetaCdf(double x, double a, double b);
/// ln Gamma(x), x > 0, without the C library's hidden state.
double LogGamma(double x);

}  // namespace signet::pipelines
