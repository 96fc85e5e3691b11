/// Distributions and their quantiles, by Boost.Math; none of them throws.
#pragma once

namespace signet::pipelines {

/// P(Z <= z) for a standard normal.
double NormalCdf(double z);
/// The z with P(Z <= z) = p; p in (0, 1).
double NormalQuantile(double p);
/// P(|Z| >= |z|).
double NormalTwoSided(double z);
/// The standard normal density.
double NormalDensity(double z);
/// P(Z > z), without the cancellation of 1 - NormalCdf.
double NormalSurvival(double z);
/// P(|T| >= |t|) with `degrees` > 0 (not necessarily whole) degrees of freedom.
double StudentTwoSided(double t, double degrees);
/// The t with P(T <= t) = p.
double StudentQuantile(double p, double degrees);
/// P(T <= t) for the non-central t with non-centrality `shift` (Boost.Math; error below 1e-10).
double NoncentralStudentCdf(double t, double degrees, double shift);
/// P(X >= x) for chi-square with `degrees` > 0.
double ChiSquareSurvival(double x, double degrees);
/// The x with P(X <= x) = p for Beta(a, b).
double BetaQuantile(double p, double a, double b);
/// P(X <= x) for Beta(a, b).
double BetaCdf(double x, double a, double b);
/// The density of Beta(a, b) at x in [0, 1]; infinite at an end where it diverges.
double BetaDensity(double x, double a, double b);
/// P(X <= k) for Binomial(n, p).
double BinomialCdf(double k, double n, double p);
/// ln Gamma(x), x > 0, without the C library's hidden state.
double LogGamma(double x);

}  // namespace signet::pipelines
