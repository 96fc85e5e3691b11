#include "policies/disclosure/disclosure.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signet::policies {
namespace {

std::string Minimum(const PublicationRule& rule) {
  return "the minimum group of " + std::to_string(rule.min_group) + " people";
}

}  // namespace

Verdict CheckGroup(int64_t count, const PublicationRule& rule, std::string_view what) {
  const std::string name(what);
  if (count >= rule.min_group && count > 0) {
    return Verdict::Allow(rule.rule, rule.article, name + " reaches " + Minimum(rule));
  }
  return Verdict::Deny(rule.rule, rule.article, name + " is below " + Minimum(rule));
}

Verdict CheckDifference(int64_t before,
                        int64_t after,
                        const PublicationRule& rule,
                        std::string_view what) {
  const std::string name(what);
  const int64_t difference = after > before ? after - before : before - after;
  if (difference == 0 || difference >= rule.min_group) {
    return Verdict::Allow(rule.rule, rule.article, name + " differs by no small group");
  }
  return Verdict::Deny(rule.rule,
                       rule.article,
                       name + " differs from the one shown before by fewer than " + Minimum(rule));
}

Verdict CheckLeaves(const std::vector<int64_t>& populations,
                    const PublicationRule& rule,
                    std::string_view what) {
  const std::string name(what);
  const std::string minimum = "leaves of at least " + std::to_string(rule.min_leaf) + " people";
  const bool large = std::all_of(populations.begin(), populations.end(), [&](int64_t population) {
    return population >= rule.min_leaf;
  });
  if (large) return Verdict::Allow(rule.rule, rule.article, name + " has " + minimum);
  return Verdict::Deny(rule.rule, rule.article, name + " needs " + minimum);
}

Verdict CheckClasses(int64_t smallest, const PublicationRule& rule, std::string_view what) {
  const std::string name(what);
  const std::string minimum = "classes of at least " + std::to_string(rule.min_class) + " people";
  if (smallest >= rule.min_class) {
    return Verdict::Allow(rule.rule, rule.article, name + " has " + minimum);
  }
  return Verdict::Deny(rule.rule, rule.article, name + " needs " + minimum + " who look alike");
}

}  // namespace signet::policies
