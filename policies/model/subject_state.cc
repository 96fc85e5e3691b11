#include "policies/model/subject_state.h"

#include <string_view>

#include "policies/model/enum_names.h"
#include "policies/model/taxonomy.h"

namespace signet::policies {
namespace {

constexpr EnumNames<ConsentState, 3> kConsentStates = {{
    {ConsentState::kUnknown, "unknown"},
    {ConsentState::kGiven, "given"},
    {ConsentState::kWithdrawn, "withdrawn"},
}};

}  // namespace

std::string_view ConsentStateName(ConsentState state) {
  return NameIn(kConsentStates, state);
}

ConsentState ConsentFor(const SubjectState& state, std::string_view purpose) {
  ConsentState found = ConsentState::kUnknown;
  for (; !purpose.empty(); purpose = ParentKey(purpose)) {
    const auto entry = state.consents.find(purpose);
    if (entry == state.consents.end()) continue;
    if (entry->second == ConsentState::kWithdrawn) return ConsentState::kWithdrawn;
    if (entry->second == ConsentState::kGiven) found = ConsentState::kGiven;
  }
  return found;
}

bool IsRestricted(const SubjectState& state, std::string_view purpose) {
  if (state.restrictions.count("") > 0) return true;
  for (; !purpose.empty(); purpose = ParentKey(purpose)) {
    if (state.restrictions.count(purpose) > 0) return true;
  }
  return false;
}

}  // namespace signet::policies
