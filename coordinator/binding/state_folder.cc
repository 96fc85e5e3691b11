#include "coordinator/binding/state_folder.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "coordinator/access/access_fold.h"
#include "coordinator/binding/root_swap.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "crypto/keys/custody_settings.h"
#include "crypto/keys/key_derivation.h"
#include "crypto/primitives/sha256.h"
#include "crypto/transparency/signed_note.h"
#include "pipelines/snapshots/serving_folder.h"

namespace signet::coordinator {
namespace {

/// The log's name in checkpoints, notes and its verifier key.
constexpr char kOrigin[] = "signet.local/audit";
constexpr char kPartitionsKey[] = "state/partitions";
/// Digests of the settings that the log knows.
constexpr char kSettingPrefix[] = "state/setting/";

}  // namespace

Result<std::unique_ptr<StateFolder>> StateFolder::Open(const std::filesystem::path& path,
                                                       Clock& clock,
                                                       Entropy& entropy) {
  std::error_code ignored;
  const std::filesystem::path absolute = std::filesystem::absolute(path, ignored);
  std::unique_ptr<StateFolder> state(new StateFolder(absolute, clock, entropy));
  TRY(MakeFolders(absolute));
  TRY(FinishRootSwap(absolute));
  TRY(MakeFolders(state->blobs_path()));
  ASSIGN_OR_RETURN(state->custody_, crypto::OpenCustody(absolute, entropy));
  ASSIGN_OR_RETURN(const SecretBytes base, state->custody_->BaseKey());
  ASSIGN_OR_RETURN(
      state->store_,
      crypto::OpenRocksStore(
          absolute / "store", crypto::DeriveKey(base, crypto::KeyUse::kStore, ""), entropy));
  TRY(DropRootStaging(absolute));
  ASSIGN_OR_RETURN(state->vault_,
                   crypto::KeyVault::Open(*state->custody_, *state->store_, entropy, clock));
  const SecretBytes seed = state->vault_->Derive(crypto::KeyUse::kLog, "");
  ASSIGN_OR_RETURN(state->audit_,
                   crypto::AuditLog::Open(*state->store_,
                                          crypto::Ed25519PrivateKey::FromSeed(seed),
                                          kOrigin,
                                          clock,
                                          absolute / "checkpoint.note",
                                          absolute / "evidence"));
  state->blobs_ = std::make_unique<pipelines::FileBlobStore>(state->blobs_path());
  const std::string key = state->audit_->key().Text() + "\n";
  TRY(WriteFileAtomically(absolute / "audit.vkey", AsBytes(key), 0644));
  TRY(state->FoldAccess());
  TRY(state->NoteSettings());
  return state;
}

Result<std::optional<crypto::LogPolicy>> StateFolder::ReadLogPolicy() {
  const std::filesystem::path path = path_ / "log-policy";
  const Result<Bytes> text = ReadFile(path);
  if (text.status().code() == StatusCode::kNotFound) return std::optional<crypto::LogPolicy>();
  if (!text.ok()) return text.status();
  Result<crypto::LogPolicy> policy = crypto::LogPolicy::FromText(AsText(*text));
  if (!policy.ok()) return policy.status().WithContext(path.string());
  for (const crypto::LogPolicy::Log& log : policy->logs()) {
    if (log.key.Text() == audit_->key().Text()) {
      return std::optional<crypto::LogPolicy>(std::move(*policy));
    }
  }
  return Invalid(path.string() + " does not name this state's log")
      .WithRemedy("add the line: log " + audit_->key().Text());
}

namespace {

/// A file's SHA-256 in hex; empty when there is none.
Result<std::string> DigestOfFile(const std::filesystem::path& path) {
  const Result<Bytes> file = ReadFile(path);
  if (file.ok()) return ToHex(crypto::Sha256::Of(*file));
  if (file.status().code() == StatusCode::kNotFound) return std::string();
  return file.status();
}

crypto::AuditEvent SettingChanged(const std::string& name,
                                  const std::string& before,
                                  const std::string& digest) {
  crypto::AuditEvent event;
  event.type = "configuration.changed";
  event.actor = "operator";
  event.action = before.empty() ? "set" : digest.empty() ? "remove" : "change";
  event.facts = Json::Of({{"setting", name}});
  if (!before.empty()) event.facts.Set("old_digest", before);
  if (!digest.empty()) event.facts.Set("digest", digest);
  return event;
}

}  // namespace

Status StateFolder::NoteSettings() {
  for (const char* name : {"custody.json", "log-policy"}) {
    ASSIGN_OR_RETURN(const std::string digest, DigestOfFile(path_ / name));
    const std::string key = kSettingPrefix + std::string(name);
    ASSIGN_OR_RETURN(const std::optional<Bytes> known, store_->Get(key));
    const std::string before = known ? std::string(AsText(*known)) : std::string();
    if (digest == before) continue;
    crypto::WriteBatch batch;
    if (digest.empty()) {
      batch.Delete(key);
    } else {
      batch.Put(key, digest);
    }
    TRY(audit_->Record(SettingChanged(name, before, digest), std::move(batch)).status());
  }
  return OkStatus();
}

Status StateFolder::NoteCustody(crypto::WriteBatch& batch) {
  if (audit_->size() != 0) return OkStatus();
  crypto::AuditEvent event;
  event.type = "key.custody_made";
  event.actor = "coordinator";
  event.action = "make keys";
  event.facts = Json::Of({{"custody", custody_->Describe()},
                          {"kek_generation", vault_->kek_generation()},
                          {"log_key", audit_->key().Text()}});
  return audit_->Append(event, batch).status();
}

Status StateFolder::FoldAccess() {
  std::error_code ignored;
  if (!std::filesystem::exists(serving() / ".access", ignored)) return OkStatus();
  ASSIGN_OR_RETURN(const pipelines::ServingFolder folder,
                   pipelines::ServingFolder::OpenForServing(serving()));
  return FoldAccessReports(*audit_, *store_, folder).status();
}

Result<int> StateFolder::Partitions() {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, store_->Get(kPartitionsKey));
  if (!stored) return 0;
  ASSIGN_OR_RETURN(const int64_t partitions, IntegerFromText(AsText(*stored)));
  return static_cast<int>(partitions);
}

Status StateFolder::FixPartitions(int partitions) {
  ASSIGN_OR_RETURN(const int fixed, Partitions());
  if (fixed == partitions) return OkStatus();
  if (fixed == 0) return store_->Put(kPartitionsKey, ToBytes(std::to_string(partitions)));
  return Invalid("this state has " + std::to_string(fixed) + " partitions, the pipeline asks for " +
                 std::to_string(partitions))
      .WithRemedy("set settings.partitions to " + std::to_string(fixed) +
                  ", or use another --state");
}

Result<std::string> StateFolder::SignNote(const std::string& text) {
  const SecretBytes seed = vault_->Derive(crypto::KeyUse::kLog, "");
  ASSIGN_OR_RETURN(const crypto::SignedNote note,
                   crypto::SignNote(text, kOrigin, crypto::Ed25519PrivateKey::FromSeed(seed)));
  return note.Text();
}

bool StateFolder::is_test_state() const {
  std::error_code ignored;
  return std::filesystem::exists(path_ / "test-state", ignored);
}

}  // namespace signet::coordinator
