#include "policies/model/purpose.h"

#include <string_view>

#include "policies/model/enum_names.h"

namespace signet::policies {
namespace {

constexpr EnumNames<ConsentMode, 3> kModes = {{
    {ConsentMode::kNotNeeded, "not_needed"},
    {ConsentMode::kOptOut, "opt_out"},
    {ConsentMode::kOptIn, "opt_in"},
}};

constexpr EnumNames<MinorRule, 3> kMinorRules = {{
    {MinorRule::kAllow, "allow"},
    {MinorRule::kOptIn, "opt_in"},
    {MinorRule::kDeny, "deny"},
}};

constexpr EnumNames<Relation, 5> kRelations = {{
    {Relation::kInternal, "internal"},
    {Relation::kProcessor, "processor"},
    {Relation::kJoint, "joint"},
    {Relation::kShare, "share"},
    {Relation::kSale, "sale"},
}};

}  // namespace

std::string_view ConsentModeName(ConsentMode mode) {
  return NameIn(kModes, mode);
}
Result<ConsentMode> ConsentModeFromName(std::string_view name) {
  return ValueIn(kModes, name, "consent mode");
}

std::string_view MinorRuleName(MinorRule rule) {
  return NameIn(kMinorRules, rule);
}
Result<MinorRule> MinorRuleFromName(std::string_view name) {
  return ValueIn(kMinorRules, name, "rule for minors");
}

std::string_view RelationName(Relation relation) {
  return NameIn(kRelations, relation);
}
Result<Relation> RelationFromName(std::string_view name) {
  return ValueIn(kRelations, name, "relation");
}

bool IsSaleOrShare(Relation relation) {
  return relation == Relation::kShare || relation == Relation::kSale;
}

}  // namespace signet::policies
