#include "coordinator/requests/withdrawal_desk.h"

#include <set>
#include <utility>

#include "crypto/primitives/sha256.h"
#include "crypto/pseudonym/recipient_tokens.h"
#include "pipelines/snapshots/serving_folder.h"
#include "pipelines/snapshots/withdrawals.h"
#include "policies/model/taxonomy.h"

namespace signet::coordinator {
namespace {

constexpr uint32_t kTokenEpoch = 1;

/// The purposes of what a recipient is served that lie within `scope`; one empty text: all of them.
Result<std::set<std::string>> PurposesWithin(const pipelines::ServingFolder& folder,
                                             const std::string& recipient,
                                             const std::string& scope) {
  if (scope.empty()) return std::set<std::string>{""};
  // The purpose itself also, for what is published before the recipient's index is made anew.
  std::set<std::string> purposes{scope};
  ASSIGN_OR_RETURN(const std::vector<pipelines::SnapshotName> names, folder.Snapshots());
  for (const pipelines::SnapshotName& name : names) {
    if (name.recipient != recipient) continue;
    ASSIGN_OR_RETURN(const std::vector<std::string> versions, folder.Versions(name));
    for (const std::string& version : versions) {
      ASSIGN_OR_RETURN(const pipelines::SnapshotManifest manifest,
                       folder.ReadManifest(name, version));
      if (policies::IsWithin(manifest.purpose, scope)) purposes.insert(manifest.purpose);
    }
  }
  return purposes;
}

bool IsConcerned(const std::string& recipient,
                 const WithdrawalScope& scope,
                 const policies::Policy* policy) {
  if (!scope.sale_only || policy == nullptr) return true;
  const policies::Recipient* known = policy->FindRecipient(recipient);
  return known == nullptr || policies::IsSaleOrShare(known->relation);
}

/// Each number of each person, for each purpose.
std::vector<pipelines::Withdrawal> WithdrawalsOf(std::span<const LocatedSubject> people,
                                                 const crypto::RecipientTokens& tokens,
                                                 const std::set<std::string>& purposes,
                                                 Timestamp now) {
  std::vector<pipelines::Withdrawal> withdrawals;
  for (const LocatedSubject& person : people) {
    for (const SubjectId& id : person.subjects) {
      const auto token = tokens.Token(id);
      for (const std::string& purpose : purposes) withdrawals.push_back({token, now, purpose});
    }
  }
  return withdrawals;
}

}  // namespace

Result<std::vector<std::string>> WithdrawalDesk::Withdraw(std::span<const LocatedSubject> people,
                                                          const WithdrawalScope& scope,
                                                          const policies::Policy* policy) {
  ASSIGN_OR_RETURN(
      const pipelines::ServingFolder folder,
      pipelines::ServingFolder::OpenForPublication(state_.serving(), state_.entropy()));
  ASSIGN_OR_RETURN(const std::vector<std::string> recipients, folder.Recipients());
  std::vector<std::string> told;
  for (const std::string& recipient : recipients) {
    if (!IsConcerned(recipient, scope, policy)) continue;
    const SecretBytes key = state_.vault().Derive(crypto::KeyUse::kRecipient, recipient);
    const crypto::RecipientTokens tokens(key, kTokenEpoch);
    ASSIGN_OR_RETURN(const std::set<std::string> purposes,
                     PurposesWithin(folder, recipient, scope.purpose));
    const auto sign = [this](const std::string& text) { return state_.SignNote(text); };
    TRY(pipelines::AddWithdrawals(folder,
                                  recipient,
                                  WithdrawalsOf(people, tokens, purposes, state_.clock().Now()),
                                  state_.entropy(),
                                  sign));
    told.push_back(recipient);
  }
  return told;
}

Result<Json> WithdrawalDesk::NoticesTo(const std::vector<std::string>& recipients,
                                       const policies::Policy* policy) {
  ASSIGN_OR_RETURN(
      const pipelines::ServingFolder folder,
      pipelines::ServingFolder::OpenForPublication(state_.serving(), state_.entropy()));
  Json notices{Json::Array()};
  for (const std::string& recipient : recipients) {
    ASSIGN_OR_RETURN(const pipelines::Withdrawals overlay,
                     pipelines::ReadWithdrawals(folder, recipient));
    Json notice = Json::Of({{"recipient", recipient},
                            {"by", "signed tombstone overlay"},
                            {"sequence", overlay.sequence},
                            {"note_digest", ToHex(crypto::Sha256::Of(AsBytes(overlay.note)))},
                            {"time", TimestampText(state_.clock().Now())}});
    const policies::Recipient* known =
        policy == nullptr ? nullptr : policy->FindRecipient(recipient);
    if (known != nullptr) notice.Set("relation", policies::RelationName(known->relation));
    notices.Push(std::move(notice));
  }
  return notices;
}

crypto::AuditEvent WithdrawalDesk::EventOf(const std::vector<std::string>& recipients,
                                           size_t tokens) {
  crypto::AuditEvent event;
  event.type = "snapshot.withdrawn";
  event.actor = "cli";
  event.action = "withdraw";
  event.facts = Json::Of({{"recipients", Json::Strings(recipients)}, {"tokens", tokens}});
  return event;
}

Result<std::vector<std::string>> WithdrawalDesk::RemoveOldVersions() {
  ASSIGN_OR_RETURN(
      pipelines::ServingFolder folder,
      pipelines::ServingFolder::OpenForPublication(state_.serving(), state_.entropy()));
  std::vector<std::string> removed;
  ASSIGN_OR_RETURN(const std::vector<pipelines::SnapshotName> names, folder.Snapshots());
  for (const pipelines::SnapshotName& name : names) {
    ASSIGN_OR_RETURN(const std::string current, folder.CurrentVersion(name));
    ASSIGN_OR_RETURN(const std::vector<std::string> versions, folder.Versions(name));
    for (const std::string& version : versions) {
      if (version >= current) continue;
      TRY(folder.Remove(name, version));
      removed.push_back(name.recipient + "/" + name.snapshot + "/" + version);
    }
  }
  return removed;
}

}  // namespace signet::coordinator
