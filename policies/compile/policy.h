/// Policy: what the composed policy documents say, compiled, immutable.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/json.h"
#include "policies/document/diagnostic.h"
#include "policies/model/label.h"
#include "policies/model/purpose.h"
#include "policies/model/subject_state.h"
#include "policies/model/taxonomy.h"
#include "policies/model/treatment.h"
#include "policies/model/verdict.h"

namespace signet::policies {

/// One policy's rule for a category and everything below it that has no rule of its own.
struct CategoryRule {
  std::string category;
  Treatment treatment;
  /// Purposes that may use it, resolved to declared purposes.
  std::set<std::string> purposes;
  /// Whether a recipient's release rule may take it out of escrow.
  bool releasable = false;
  /// Limits of its own, stricter than those of the dataset kind, the transfers, the publication.
  std::optional<int64_t> retention_s;
  std::optional<std::set<std::string>> regions;
  int64_t min_group = 0;
  /// Special categories that values of this one may stand for.
  std::set<std::string> proxy_for;
  std::string article;
  Mark mark;
};

struct Jurisdiction {
  std::string name;
  /// ISO 3166-1 alpha-2.
  std::set<std::string> countries;
  /// Regions of those countries; empty = all of them.
  std::set<std::string> regions;
  /// Below this age, in years, a subject is a minor.
  int64_t minor_age = 16;
  Mark mark;
};

/// How one policy treats handing data to others.
struct SaleRule {
  /// What a sale or share needs: opt-out (CCPA) or opt-in (GDPR).
  ConsentMode mode = ConsentMode::kOptIn;
  bool honour_gpc = true;
  MinorRule minors = MinorRule::kDeny;
  /// What a GPC signal opts out: browser, device, pseudonymous_profile, account (11 CCR
  /// 7025(c)(1)).
  std::set<std::string> gpc_scope;
  /// Whether the subject must be told that the opt-out was processed (11 CCR 7025(c)(6)).
  bool confirm_opt_out = false;
  std::string article;
  std::string gpc_article;
  std::string minors_article;
  std::string confirmation_article;
  Mark mark;
};

/// How one policy lets subjects limit the use of sensitive data (Cal. Civ. Code section 1798.121).
struct SensitiveRule {
  /// False: the law knows no such right.
  bool limit = false;
  std::string article;
  Mark mark;
};

/// One policy document, compiled.
struct PolicyPart {
  /// The rule for `category`: its own or that of the nearest ancestor. Null pointer when there is
  /// none, or when a special category (GDPR Art. 9) would have to inherit.
  [[nodiscard]] const CategoryRule* RuleOf(const Taxonomy& taxonomy,
                                           std::string_view category) const;
  /// Whether data may go to the recipient's region, by itself or by the recipient's safeguard.
  [[nodiscard]] bool Covers(const Recipient& recipient) const;

  std::string name;
  std::string title;
  std::string law;
  std::string version;
  std::map<std::string, Jurisdiction, std::less<>> jurisdictions;
  std::map<std::string, PurposeBasis, std::less<>> purposes;
  std::map<std::string, CategoryRule, std::less<>> categories;
  SaleRule sale;
  SensitiveRule sensitive;
  /// Articles by right: erasure, restriction and minors always; access, portability, rectification,
  /// objection, opt_out and limit_sensitive where the policy states them.
  std::map<std::string, std::string, std::less<>> rights;
  /// Seconds: acknowledge, deadline, extension of a request; those that the policy states.
  std::map<std::string, int64_t, std::less<>> rights_clock_s;
  /// Seconds by dataset kind ("governed").
  std::map<std::string, int64_t, std::less<>> retention_s;
  std::string retention_article;
  Mark retention_mark;
  PublicationRule publication;
  /// Regions that data may go to without further safeguard.
  std::set<std::string> transfer_regions;
  /// Instruments that cover other regions: a recipient's safeguard begins with one. Empty = any.
  std::set<std::string> transfer_safeguards;
  std::string transfer_article;
  Mark transfer_mark;
  Mark mark;
};

/// The composition: the strictest wins. Safe to share between threads.
class Policy {
 public:
  /// Composes; adds conflicts that have no strictest to `diagnostics`.
  static std::optional<Policy> Compose(std::vector<PolicyPart> parts,
                                       Taxonomy taxonomy,
                                       Organisation organisation,
                                       Diagnostics& diagnostics);

  /// SHA-256 of ToJson().Dump(), hex: comments and places do not change it.
  [[nodiscard]] const std::string& digest() const { return digest_; }
  [[nodiscard]] Json ToJson() const;

  [[nodiscard]] const Taxonomy& taxonomy() const { return taxonomy_; }
  [[nodiscard]] const Organisation& organisation() const { return organisation_; }
  [[nodiscard]] const std::vector<PolicyPart>& parts() const& { return parts_; }
  [[nodiscard]] std::vector<PolicyPart> parts() && { return std::move(parts_); }

  /// Null pointer when the taxonomy does not have it.
  [[nodiscard]] const Category* FindCategory(std::string_view key) const;
  /// The strictest treatment; kDrop when some policy has no rule for the category.
  [[nodiscard]] Treatment TreatmentOf(std::string_view category) const;
  /// The label of a governed column of `category` after its treatment; `origin` = "crm.email".
  [[nodiscard]] Label LabelOf(std::string_view category, std::string_view origin) const;

  /// Null pointer when no policy declares it.
  [[nodiscard]] const PurposeRule* FindPurpose(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> PurposeNames() const;
  /// Whether columns of `category` may serve `purpose`: every policy that declares the purpose must
  /// allow it. The verdict names the rule that decided.
  [[nodiscard]] Verdict MayUse(std::string_view category, std::string_view purpose) const;
  /// Whether `purpose` may use values that are, or stand for, the special category `special`: each
  /// policy that declares the purpose must state a condition for it (GDPR Art. 9(2)).
  [[nodiscard]] Verdict MayUseSpecial(std::string_view special, std::string_view purpose) const;
  [[nodiscard]] std::set<std::string> PurposesAllowedFor(std::string_view category) const;

  /// Null pointer when organisation.yaml does not have it.
  [[nodiscard]] const Recipient* FindRecipient(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> RecipientNames() const;
  /// Whether `recipient` may receive segments made for `purpose`.
  [[nodiscard]] Verdict MayReceive(std::string_view recipient, std::string_view purpose) const;
  /// Whether data may go to `recipient`'s region: each policy must list the region or accept the
  /// recipient's safeguard (GDPR Art. 44-46), and `regions`, where given, must hold it.
  [[nodiscard]] Verdict MayTransfer(std::string_view recipient,
                                    const std::optional<std::set<std::string>>& regions) const;
  /// Whether a column of `category` may leave escrow for `recipient` and `purpose`: the recipient
  /// needs a release rule, each policy must call the category releasable, and MayUse must hold.
  [[nodiscard]] Verdict MayRelease(std::string_view category,
                                   std::string_view recipient,
                                   std::string_view purpose) const;

  /// The jurisdiction of a country (alpha-2, any case) and region (may be empty); "" = unknown.
  [[nodiscard]] std::string JurisdictionOf(std::string_view country, std::string_view region) const;
  /// The age below which a subject of `jurisdiction` is a minor; unknown: the highest.
  [[nodiscard]] int64_t MinorAge(std::string_view jurisdiction) const;
  [[nodiscard]] std::vector<std::string> JurisdictionNames() const;
  /// The policies that govern a subject of `jurisdiction`: those that name it or name none; all of
  /// them when it is unknown.
  [[nodiscard]] std::vector<const PolicyPart*> PartsOf(std::string_view jurisdiction) const;

  [[nodiscard]] const PublicationRule& publication() const { return publication_; }
  /// The same policy with a lower group size: only for states marked as test states.
  [[nodiscard]] Policy WithMinGroupForTests(int64_t min_group) const;
  /// Seconds a dataset kind ("governed", "snapshot") may be kept; nothing = no rule.
  [[nodiscard]] std::optional<int64_t> RetentionOf(std::string_view dataset_kind) const;
  /// "gdpr.yaml:230 retention" of the policy whose retention decides, or empty.
  [[nodiscard]] std::string RetentionRuleOf(std::string_view dataset_kind) const;

 private:
  Policy() = default;
  void ComposePurposes();
  void ComposeTreatments(Diagnostics& diagnostics);
  void ComposePublication();
  void CheckCountries(Diagnostics& diagnostics) const;
  void CheckRecipients(Diagnostics& diagnostics) const;
  void ComposeLabels();
  [[nodiscard]] Label MakeLabel(const Category& category) const;
  void Seal();

  std::vector<PolicyPart> parts_;
  Taxonomy taxonomy_;
  Organisation organisation_;
  std::map<std::string, PurposeRule, std::less<>> purposes_;
  std::map<std::string, Treatment, std::less<>> treatments_;
  std::map<std::string, Label, std::less<>> labels_;  ///< by category, without origins
  PublicationRule publication_;
  std::string digest_;
};

}  // namespace signet::policies
