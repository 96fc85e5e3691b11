/// Who gets which arm: deterministic assignment by salted hash.
///
/// A unit's place in a layer is SHA-256("signet.assign" | salt | layer | unit), its first 8 bytes
/// as a number in [0, 1). Experiments of one layer own disjoint ranges of places, so no unit is in
/// two of them; experiments of different layers are independent of each other. The arm comes from a
/// second hash that names the experiment, so that the same units are mixed anew each time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"

namespace signet::pipelines {

struct ArmShare {
  std::string name;
  double share = 1;  ///< relative to the other arms'
};

/// One experiment's place in the traffic, and its arms.
struct AssignmentDesign {
  std::string experiment;  ///< unique name
  std::string salt;        ///< a secret or random text: keeps units from choosing their arm
  std::string layer = "default";
  double from = 0, to = 1;  ///< the range of the layer's places that this experiment owns
  double holdout_share =
      0;  ///< of all units, for every experiment with this salt: in no experiment
  std::vector<ArmShare> arms;

  /// kInvalid for no name or salt, fewer than two arms, a name twice, or shares and ranges outside
  /// their bounds.
  [[nodiscard]] Status Check() const;
};

/// Where a unit landed.
struct Placement {
  enum class Why { kAssigned, kHoldout, kOtherTraffic };
  Why why = Why::kAssigned;
  size_t arm = 0;  ///< position in design.arms, if assigned
};

/// [0, 1), 53 bits, from the salted hash of these fields.
double HashShare(std::string_view salt, std::string_view use, std::string_view unit);

/// A pure function of design and unit. `design` must have passed Check.
Placement Place(const AssignmentDesign& design, std::string_view unit);

/// Within each stratum, arms get their exact shares (differing by less than one unit): the
/// stratum's units are put in the order of their hash, and the arms dealt out by largest remainder.
/// Depends on who else is in the batch, unlike Place; holdouts and traffic as there. `strata` has
/// one entry per unit. Units must not repeat: kInvalid.
Result<std::vector<Placement>> PlaceStratified(const AssignmentDesign& design,
                                               const std::vector<std::string>& units,
                                               const std::vector<std::string>& strata);

/// kConflict when two designs of one layer own a common range: a unit could be in both.
Status CheckExclusion(const std::vector<AssignmentDesign>& designs);

}  // namespace signet::pipelines
