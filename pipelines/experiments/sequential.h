/// Read-outs that may be looked at early: always-valid intervals and group-sequential boundaries.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/experiments/read_out.h"

namespace signet::pipelines {

/// An interval and a p-value that hold at every look at once.
struct AlwaysValid {
  Estimate difference;
  double p_value = 1;
};

/// Below this many units in an arm the normal limit is not trusted: no interval, p = 1.
inline constexpr double kSequentialUnitsMin = 100;

/// The always-valid interval of a difference: a normal mixture (mSPRT: Robbins 1970; Johari,
/// Koomen, Pekelis and Walsh, Operations Research 2022) over the asymptotic estimate, which is the
/// asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021),
/// thm. 2.2. With V = standard_error^2, N units and mixture variance t = rho^2 V N:
///   half width = sqrt(V (V + t) / t * (2 ln(1 / alpha) + ln((V + t) / V))),
/// rho chosen so that it is narrowest at `tuning_units` units in both arms together. Fix the tuning
/// before the first look. The price: about 1.4 to 2 times the fixed interval's width.
AlwaysValid SequentialInterval(const Comparison& comparison,
                               double confidence,
                               double tuning_units);

/// How the error is spent over the information (Lan and DeMets, Biometrika 1983).
enum class Spending {
  kObrienFleming,  ///< 2 - 2 Phi(z(1 - alpha / 2) / sqrt(t)), per side at alpha / 2
  kPocock,         ///< alpha ln(1 + (e - 1) t)
};

struct SequentialLook {
  double information = 0;  ///< share of the planned information, (0, 1]
  double spent = 0;        ///< two-sided error spent up to this look
  double z = 0;            ///< |z| at or above this stops and rejects
};

/// Two-sided boundaries for looks at `information` (ascending, the last at most 1), by recursive
/// integration of the sub-density (Armitage, McPherson and Rowe 1969; Jennison and Turnbull 2000,
/// ch. 19). kInvalid for information that does not ascend within (0, 1], or more than 100 looks.
Result<std::vector<SequentialLook>> GroupSequentialBounds(std::span<const double> information,
                                                          double alpha,
                                                          Spending spending);

}  // namespace signet::pipelines
