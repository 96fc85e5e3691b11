#include "pipelines/experiments/assignment.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/check.h"
#include "crypto/primitives/sha256.h"

namespace signet::pipelines {
namespace {

constexpr size_t kArmsMax = 20;

double TotalShare(const AssignmentDesign& design) {
  double total = 0;
  for (const ArmShare& arm : design.arms) total += arm.share;
  return total;
}

/// Holdout, other traffic, or a candidate for an arm.
Placement::Why TrafficOf(const AssignmentDesign& design, std::string_view unit) {
  if (HashShare(design.salt, "holdout", unit) < design.holdout_share) {
    return Placement::Why::kHoldout;
  }
  const double place = HashShare(design.salt, "layer:" + design.layer, unit);
  return place >= design.from && place < design.to ? Placement::Why::kAssigned
                                                   : Placement::Why::kOtherTraffic;
}

/// How many of `units` each arm gets: largest remainder, ties to the arm named first.
std::vector<size_t> Quotas(const AssignmentDesign& design, size_t units, double offset) {
  const double total = TotalShare(design);
  std::vector<size_t> quotas;
  std::vector<std::pair<double, size_t>> remainders;
  size_t given = 0;
  for (size_t a = 0; a < design.arms.size(); ++a) {
    const double exact = static_cast<double>(units) * design.arms[a].share / total;
    quotas.push_back(static_cast<size_t>(exact));
    given += quotas.back();
    // The offset (a hash of the stratum) keeps small strata from all favouring one arm.
    const double turn =
        std::fmod(offset + static_cast<double>(a) / static_cast<double>(design.arms.size()), 1.0);
    remainders.emplace_back(-(exact - std::floor(exact)) - 1e-6 * turn, a);
  }
  std::sort(remainders.begin(), remainders.end());
  for (size_t i = 0; given < units; ++i, ++given) {
    ++quotas[remainders[i % remainders.size()].second];
  }
  return quotas;
}

}  // namespace

Status AssignmentDesign::Check() const {
  if (experiment.empty()) return Invalid("an experiment needs a name");
  if (salt.empty()) return Invalid("an assignment needs a salt: any random text, kept for good");
  if (!(from >= 0 && to <= 1 && from < to)) {
    return Invalid("the traffic must be a range within 0 and 1");
  }
  if (!(holdout_share >= 0 && holdout_share < 1)) return Invalid("the holdout is a share below 1");
  if (arms.size() < 2 || arms.size() > kArmsMax) {
    return Invalid("an experiment has between 2 and 20 arms");
  }
  std::set<std::string> names;
  for (const ArmShare& arm : arms) {
    if (arm.name.empty() || !names.insert(arm.name).second) {
      return Invalid("the arms need names of their own");
    }
    if (!(arm.share > 0) || !std::isfinite(arm.share)) {
      return Invalid("an arm's share must be positive");
    }
  }
  return OkStatus();
}

double HashShare(std::string_view salt, std::string_view use, std::string_view unit) {
  Bytes message;
  AppendField(message, std::string_view("signet.assign"));
  AppendField(message, salt);
  AppendField(message, use);
  AppendField(message, unit);
  const crypto::Digest digest = crypto::Sha256::Of(message);
  uint64_t number = 0;
  for (size_t i = 0; i < 8; ++i) number = number << 8 | digest[i];
  return static_cast<double>(number >> 11) * 0x1p-53;
}

Placement Place(const AssignmentDesign& design, std::string_view unit) {
  Placement placement;
  placement.why = TrafficOf(design, unit);
  if (placement.why != Placement::Why::kAssigned) return placement;
  const double place =
      HashShare(design.salt, "arm:" + design.experiment, unit) * TotalShare(design);
  double reached = 0;
  for (size_t a = 0; a < design.arms.size(); ++a) {
    reached += design.arms[a].share;
    placement.arm = a;
    if (place < reached) break;
  }
  return placement;
}

Result<std::vector<Placement>> PlaceStratified(const AssignmentDesign& design,
                                               const std::vector<std::string>& units,
                                               const std::vector<std::string>& strata) {
  CHECK(units.size() == strata.size());
  std::vector<Placement> placements(units.size());
  std::map<std::string, std::vector<std::pair<double, size_t>>> by_stratum;
  std::set<std::string_view> seen;
  for (size_t i = 0; i < units.size(); ++i) {
    if (!seen.insert(units[i]).second) return Invalid("a unit occurs twice in the batch");
    placements[i].why = TrafficOf(design, units[i]);
    if (placements[i].why != Placement::Why::kAssigned) continue;
    by_stratum[strata[i]].emplace_back(HashShare(design.salt, "arm:" + design.experiment, units[i]),
                                       i);
  }
  for (auto& [stratum, members] : by_stratum) {
    std::sort(members.begin(), members.end(), [&](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : units[a.second] < units[b.second];
    });
    const double offset = HashShare(design.salt, "stratum:" + design.experiment, stratum);
    const std::vector<size_t> quotas = Quotas(design, members.size(), offset);
    size_t next = 0;
    for (size_t arm = 0; arm < quotas.size(); ++arm) {
      for (size_t i = 0; i < quotas[arm]; ++i) placements[members[next++].second].arm = arm;
    }
  }
  return placements;
}

Status CheckExclusion(const std::vector<AssignmentDesign>& designs) {
  for (size_t i = 0; i < designs.size(); ++i) {
    for (size_t j = i + 1; j < designs.size(); ++j) {
      const AssignmentDesign& a = designs[i];
      const AssignmentDesign& b = designs[j];
      const bool same_layer = a.layer == b.layer && a.salt == b.salt;
      if (same_layer && a.from < b.to && b.from < a.to) {
        return Conflict("experiments '" + a.experiment + "' and '" + b.experiment +
                        "' own a common range of layer '" + a.layer + "'")
            .WithRemedy("give them disjoint ranges, or layers of their own");
      }
    }
  }
  return OkStatus();
}

}  // namespace signet::pipelines
