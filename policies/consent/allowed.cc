#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policies/consent/ledger.h"
#include "policies/consent/ledger_rules.h"
#include "policies/consent/ledger_state.h"
#include "policies/decide/decide.h"
#include "policies/model/taxonomy.h"

namespace signet::policies {
namespace {

// All that a decision about one purpose depends on, small enough to be a table's index.
struct Outline {
  uint8_t jurisdiction = 0;  // 0 = unknown, else 1 + the value's number
  ConsentState consent = ConsentState::kUnknown;
  bool minor = false;
  bool opt_out_sale = false;
  bool gpc = false;
  bool restricted = false;
  bool tombstone = false;
  bool limit_sensitive = false;

  [[nodiscard]] size_t Index() const {
    size_t index = jurisdiction;
    index = index * 3 + static_cast<size_t>(consent);
    for (const bool flag : {minor, opt_out_sale, gpc, restricted, tombstone, limit_sensitive}) {
      index = index * 2 + (flag ? 1U : 0U);
    }
    return index;
  }
};

constexpr size_t kOutlines = size_t{256} * 3 * 64;

// Decides by outline: there are far fewer outlines than subjects, so each is decided once.
class Decider {
 public:
  Decider(const LedgerPartition::State& state,
          const Policy& policy,
          std::string_view purpose,
          Relation relation)
      : state_(state),
        policy_(policy),
        purpose_(purpose),
        relation_(relation),
        rules_(state),
        known_(kOutlines, kUndecided) {
    for (const LedgerKey& key : state.keys) {
      matters_.push_back(key.purpose.empty() || IsWithin(purpose, key.purpose));
    }
  }

  bool Allows(std::span<const LedgerEntry> entries) {
    Outline outline;
    ForStretches(entries, SameKey, [&](std::span<const LedgerEntry> stretch) {
      if (matters_[stretch.front().key]) Draw(stretch, outline);
    });
    uint8_t& known = known_[outline.Index()];
    if (known == kUndecided) known = Decide(outline) ? kAllowed : kDenied;
    return known == kAllowed;
  }

 private:
  static constexpr uint8_t kUndecided = 0;
  static constexpr uint8_t kAllowed = 1;
  static constexpr uint8_t kDenied = 2;

  void Draw(std::span<const LedgerEntry> entries, Outline& outline) const {
    const Fact::Kind kind = state_.keys[entries.front().key].kind;
    if (kind == Fact::kSeen) return;
    const std::optional<LedgerEntry> entry = rules_.Resolve(entries);
    if (!entry.has_value()) return;
    const bool protective = state_.IsProtective(*entry);
    switch (kind) {
      case Fact::kSeen:
        break;
      case Fact::kConsent:
        // As ConsentFor: a refusal of the purpose or of an ancestor beats a grant.
        if (protective) {
          outline.consent = ConsentState::kWithdrawn;
        } else if (outline.consent == ConsentState::kUnknown) {
          outline.consent = ConsentState::kGiven;
        }
        break;
      case Fact::kJurisdiction:
        outline.jurisdiction = static_cast<uint8_t>(entry->value + 1);
        break;
      case Fact::kMinor:
        outline.minor = protective;
        break;
      case Fact::kOptOutSale:
        outline.opt_out_sale = protective;
        break;
      case Fact::kGpc:
        outline.gpc = protective;
        break;
      case Fact::kRestriction:
        outline.restricted = outline.restricted || protective;
        break;
      case Fact::kTombstone:
        outline.tombstone = true;
        break;
      case Fact::kLimitSensitive:
        outline.limit_sensitive = protective;
        break;
    }
  }

  [[nodiscard]] bool Decide(const Outline& outline) const {
    SubjectState subject;
    if (outline.jurisdiction > 0) {
      subject.jurisdiction = state_.values.Text(outline.jurisdiction - 1U);
    }
    if (outline.consent != ConsentState::kUnknown) subject.consents[purpose_] = outline.consent;
    subject.minor = outline.minor;
    subject.opt_out_sale = outline.opt_out_sale;
    subject.gpc = outline.gpc;
    if (outline.restricted) subject.restrictions.insert("");
    subject.tombstone = outline.tombstone;
    subject.limit_sensitive = outline.limit_sensitive;
    return DecideSubject(policy_, subject, purpose_, relation_).allowed;
  }

  const LedgerPartition::State& state_;
  const Policy& policy_;
  std::string purpose_;
  Relation relation_;
  LedgerRules rules_;
  std::vector<bool> matters_;
  std::vector<uint8_t> known_;
};

}  // namespace

std::vector<SubjectId> LedgerPartition::AllowedFor(const Policy& policy,
                                                   std::string_view purpose,
                                                   Relation relation) const {
  std::vector<SubjectId> allowed;
  Decider decider(*state_, policy, purpose, relation);
  ForStretches(state_->entries, SameSubject, [&](std::span<const LedgerEntry> entries) {
    if (decider.Allows(entries)) allowed.push_back(entries.front().subject);
  });
  return allowed;
}

}  // namespace signet::policies
