#include "policies/decide/decide.h"

#include <optional>
#include <string>
#include <string_view>

#include "policies/document/mark.h"

namespace signet::policies {
namespace {

std::string Rule(const Mark& mark, std::string_view path) {
  return RulePlace(mark) + " " + std::string(path);
}

std::string RightArticle(const PolicyPart& part, std::string_view right) {
  const auto found = part.rights.find(right);
  return found == part.rights.end() ? std::string() : found->second;
}

// Each check denies or says nothing; the first that denies decides.
using MaybeDenied = std::optional<Verdict>;

MaybeDenied CheckRights(const PolicyPart& part,
                        const SubjectState& state,
                        std::string_view purpose) {
  if (state.tombstone) {
    return Verdict::Deny(Rule(part.mark, "rights.erasure"),
                         RightArticle(part, "erasure"),
                         "the subject asked for erasure");
  }
  if (IsRestricted(state, purpose)) {
    return Verdict::Deny(Rule(part.mark, "rights.restriction"),
                         RightArticle(part, "restriction"),
                         "processing is restricted for the subject");
  }
  return std::nullopt;
}

MaybeDenied CheckMinor(MinorRule minors,
                       ConsentState consent,
                       const std::string& rule,
                       const std::string& article) {
  switch (minors) {
    case MinorRule::kAllow:
      return std::nullopt;
    case MinorRule::kOptIn:
      if (consent == ConsentState::kGiven) return std::nullopt;
      return Verdict::Deny(rule, article, "a minor has not opted in");
    case MinorRule::kDeny:
      return Verdict::Deny(rule, article, "not for minors");
  }
  return std::nullopt;
}

MaybeDenied CheckMode(ConsentMode mode,
                      ConsentState consent,
                      const std::string& rule,
                      const std::string& basis_article,
                      const std::string& refusal_article) {
  switch (mode) {
    case ConsentMode::kNotNeeded:
      return std::nullopt;
    case ConsentMode::kOptOut:
      if (consent != ConsentState::kWithdrawn) return std::nullopt;
      return Verdict::Deny(rule, refusal_article, "the subject objected");
    case ConsentMode::kOptIn:
      if (consent == ConsentState::kGiven) return std::nullopt;
      if (consent == ConsentState::kWithdrawn) {
        return Verdict::Deny(rule, refusal_article, "consent was refused or withdrawn");
      }
      return Verdict::Deny(rule, basis_article, "no consent was given");
  }
  return std::nullopt;
}

MaybeDenied CheckSale(const PolicyPart& part,
                      const SubjectState& state,
                      ConsentState consent,
                      Relation relation) {
  if (!IsSaleOrShare(relation)) return std::nullopt;
  const SaleRule& sale = part.sale;
  const std::string rule = Rule(sale.mark, "sale");
  if (state.opt_out_sale) {
    return Verdict::Deny(rule, sale.article, "the subject opted out of sale and sharing");
  }
  if (state.gpc && sale.honour_gpc) {
    return Verdict::Deny(rule, sale.gpc_article, "the Global Privacy Control opted out");
  }
  if (state.minor) {
    MaybeDenied denied = CheckMinor(sale.minors, consent, rule, sale.minors_article);
    if (denied.has_value()) return denied;
  }
  return CheckMode(sale.mode, consent, rule, sale.article, sale.article);
}

// A purpose that uses sensitive data does without the subjects who limited that use, unless the law
// permits the use all the same (11 CCR section 7027(m)).
MaybeDenied CheckSensitive(const PolicyPart& part,
                           const SubjectState& state,
                           const PurposeBasis& basis) {
  if (!state.limit_sensitive || !part.sensitive.limit) return std::nullopt;
  if (basis.special_condition.empty() || basis.special_condition == "permitted_use") {
    return std::nullopt;
  }
  return Verdict::Deny(Rule(part.sensitive.mark, "sensitive"),
                       part.sensitive.article,
                       "the subject limited the use of sensitive data");
}

Verdict DecideIn(const PolicyPart& part,
                 const SubjectState& state,
                 std::string_view purpose,
                 Relation relation) {
  const std::string name(purpose);
  const auto found = part.purposes.find(purpose);
  if (found == part.purposes.end()) {
    return Verdict::Deny(
        RulePlace(part.mark), part.law, part.name + " does not declare the purpose '" + name + "'");
  }
  const PurposeBasis& basis = found->second;
  const std::string rule = Rule(basis.mark, "purposes." + name);
  if (MaybeDenied denied = CheckRights(part, state, purpose)) return *std::move(denied);
  const ConsentState consent = ConsentFor(state, purpose);
  if (state.minor) {
    MaybeDenied denied = CheckMinor(basis.minors, consent, rule, RightArticle(part, "minors"));
    if (denied.has_value()) return *std::move(denied);
  }
  if (MaybeDenied denied =
          CheckMode(basis.mode, consent, rule, basis.article, basis.refusal_article)) {
    return *std::move(denied);
  }
  if (MaybeDenied denied = CheckSensitive(part, state, basis)) return *std::move(denied);
  if (MaybeDenied denied = CheckSale(part, state, consent, relation)) return *std::move(denied);
  return Verdict::Allow(rule, basis.article, "'" + name + "' rests on " + basis.basis);
}

}  // namespace

Verdict DecideSubject(const Policy& policy,
                      const SubjectState& state,
                      std::string_view purpose,
                      Relation relation) {
  Verdict allowed;
  for (const PolicyPart* part : policy.PartsOf(state.jurisdiction)) {
    Verdict verdict = DecideIn(*part, state, purpose, relation);
    if (!verdict.allowed) return verdict;
    if (allowed.rule.empty()) allowed = std::move(verdict);
  }
  if (allowed.rule.empty()) return Verdict::Deny("policies", "", "no policy governs the subject");
  return allowed;
}

}  // namespace signet::policies
