#include "coordinator/keys/root_replacement.h"

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "coordinator/binding/root_swap.h"
#include "crypto/audit/audit_log.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "crypto/keys/key_derivation.h"
#include "crypto/primitives/ed25519.h"
#include "workers/transport/curve.h"

namespace signet::coordinator {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEpochKey = "state/root_epoch";
constexpr size_t kBatchEntries = 1'000;
/// Not taken over: the vault makes its own, the checkpoint is signed anew, results were known by
/// digests under the old key.
constexpr std::array<std::string_view, 4> kLeft = {
    "keys/vault", "keys/dek/", "audit/checkpoint", "cache/"};

/// What stands under the new root.
struct Next {
  std::unique_ptr<crypto::Custody> custody;
  std::unique_ptr<crypto::KvStore> store;
  std::unique_ptr<crypto::KeyVault> vault;
  std::string log_key;

  [[nodiscard]] crypto::Ed25519PrivateKey LogKey() const {
    return crypto::Ed25519PrivateKey::FromSeed(vault->Derive(crypto::KeyUse::kLog, ""));
  }
};

Result<uint64_t> EpochOf(StateFolder& state) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state.store().Get(kEpochKey));
  if (!stored) return uint64_t{1};
  ASSIGN_OR_RETURN(const int64_t epoch, IntegerFromText(AsText(*stored)));
  return static_cast<uint64_t>(epoch);
}

Result<Next> MakeNext(StateFolder& state, const crypto::CustodySettings& settings) {
  const fs::path staging = RootStaging(state.path());
  TRY(DropRootStaging(state.path()));  // what an earlier attempt left
  TRY(MakeFolders(staging, 0700));
  if (settings.kind != crypto::CustodyKind::kFile) {
    TRY(crypto::WriteCustodySettings(staging, settings));
  }
  Next next;
  ASSIGN_OR_RETURN(next.custody, crypto::OpenCustody(staging, state.entropy()));
  ASSIGN_OR_RETURN(const SecretBytes base, next.custody->BaseKey());
  ASSIGN_OR_RETURN(const SecretBytes before, state.custody().BaseKey());
  if (ConstantTimeEqual(crypto::RootCheck(base), crypto::RootCheck(before))) {
    return Invalid("the new root is the old one")
        .WithRemedy("name another credential (--credential) or object (--object)");
  }
  ASSIGN_OR_RETURN(
      next.store,
      crypto::OpenRocksStore(
          staging / "store", crypto::DeriveKey(base, crypto::KeyUse::kStore, ""), state.entropy()));
  ASSIGN_OR_RETURN(
      next.vault,
      crypto::KeyVault::Open(*next.custody, *next.store, state.entropy(), state.clock()));
  ASSIGN_OR_RETURN(
      const crypto::VerifierKey key,
      crypto::VerifierKey::Create(state.audit().key().name(), next.LogKey().PublicKey()));
  next.log_key = key.Text();
  return next;
}

crypto::AuditEvent EventOf(const RootRequest& request, const Json& facts, const char* action) {
  crypto::AuditEvent event;
  event.type = "key.root_replaced";
  event.actor = request.actor;
  event.action = action;
  event.facts = facts;
  event.why = request.why.empty() ? "emergency re-key of everything" : request.why;
  return event;
}

/// The entry that names the new key, under a checkpoint of the old one, kept for auditors.
Status Announce(StateFolder& state, const RootRequest& request, const Json& facts, uint64_t epoch) {
  TRY(state.audit().Record(EventOf(request, facts, "announce a new root")).status());
  ASSIGN_OR_RETURN(const std::string note, state.audit().SignCheckpoint());
  const std::string number = std::to_string(epoch);
  TRY(WriteFileAtomically(state.path() / ("root-" + number + ".note"), AsBytes(note), 0644));
  const std::string key = state.audit().key().Text() + "\n";
  return WriteFileAtomically(state.path() / ("audit-" + number + ".vkey"), AsBytes(key), 0644);
}

bool IsLeft(std::string_view key) {
  for (const std::string_view prefix : kLeft) {
    if (key.starts_with(prefix)) return true;
  }
  return false;
}

Status CopyStore(StateFolder& state, Next& next) {
  crypto::WriteBatch batch;
  const auto flush = [&]() -> Status {
    TRY(next.store->Write(batch, crypto::Durability::kNoSync));
    batch.Clear();
    return OkStatus();
  };
  TRY(state.store().Scan("", [&](std::string_view key, ByteView value) -> Status {
    if (IsLeft(key)) return OkStatus();
    batch.Put(std::string(key), Bytes(value.begin(), value.end()));
    return batch.size() < kBatchEntries ? OkStatus() : flush();
  }));
  return flush();
}

Status CopyKeys(StateFolder& state, Next& next) {
  crypto::WriteBatch batch;
  TRY(state.vault().ForEachDek([&](const DekId& id, const crypto::DekScope& scope) -> Status {
    const Result<SecretBytes> dek = state.vault().OpenDek(id);
    // What was destroyed stays so.
    if (dek.status().code() == StatusCode::kCorrupt) return OkStatus();
    if (!dek.ok()) return dek.status();
    return next.vault->AdoptDek(id, scope, *dek, batch);
  }));
  TRY(next.store->Write(batch, crypto::Durability::kSync));
  for (const crypto::KeyUse use : {crypto::KeyUse::kLink, crypto::KeyUse::kSuppression}) {
    crypto::WriteBatch carried;
    const Status taken = next.vault->CarryOver(use, state.vault().Derive(use, ""), carried);
    if (taken.code() == StatusCode::kConflict) continue;  // of a root before the last
    TRY(taken);
    TRY(next.store->Write(carried, crypto::Durability::kSync));
  }
  return OkStatus();
}

/// A coordinator that has stood before gets another key on the network: its public text, or
/// nothing. Workers are told it (signet-worker --server); whoever has the old one speaks for
/// nobody.
Result<std::string> StageNetworkKey(const fs::path& state) {
  std::error_code ignored;
  if (!fs::exists(state / "coordinator.key", ignored)) return std::string();
  ASSIGN_OR_RETURN(const workers::CurveKeyPair made, workers::CurveKeyPair::Generate());
  TRY(WriteFileAtomically(RootStaging(state) / "coordinator.key", made.secret_key.ExposeSecret()));
  return made.public_key.Text();
}

/// The log's first entry and checkpoint under its new key; the index.
Result<uint64_t> BeginLog(
    StateFolder& state, const RootRequest& request, Next& next, Json facts, uint64_t epoch) {
  ASSIGN_OR_RETURN(const std::unique_ptr<crypto::AuditLog> log,
                   crypto::AuditLog::Open(*next.store,
                                          next.LogKey(),
                                          state.audit().key().name(),
                                          state.clock(),
                                          RootStaging(state.path()) / "checkpoint.note"));
  if (log->size() != state.audit().size()) return Internal("the log was not copied whole");
  facts.Set("kek_generation", next.vault->kek_generation());
  crypto::WriteBatch batch;
  batch.Put(kEpochKey, std::to_string(epoch + 1));
  ASSIGN_OR_RETURN(
      const uint64_t index,
      log->Record(EventOf(request, facts, "take a new root into use"), std::move(batch)));
  TRY(log->SignCheckpoint().status());
  TRY(log->VerifyAll());
  return index;
}

}  // namespace

Result<Json> StageRoot(StateFolder& state, const RootRequest& request) {
  TRY(state.FoldAccess());
  ASSIGN_OR_RETURN(const uint64_t epoch, EpochOf(state));
  ASSIGN_OR_RETURN(Next next, MakeNext(state, request.next));
  Json facts = Json::Of({{"root_epoch", epoch + 1},
                         {"log_key", next.log_key},
                         {"kek_generation", next.vault->kek_generation()},
                         {"rewritten", request.rewritten},
                         {"tokens", true}});
  ASSIGN_OR_RETURN(const std::string network_key, StageNetworkKey(state.path()));
  if (!network_key.empty()) facts.Set("network_key", network_key);
  TRY(Announce(state, request, facts, epoch));
  TRY(CopyStore(state, next));
  TRY(CopyKeys(state, next));
  ASSIGN_OR_RETURN(const uint64_t index, BeginLog(state, request, next, facts, epoch));
  facts.Set("audit_index", index);
  const bool files = request.next.kind == crypto::CustodyKind::kFile;
  const bool folder = request.next.kind != crypto::CustodyKind::kPkcs11;
  next.vault.reset();
  next.store.reset();
  next.custody.reset();
  const fs::path staging = RootStaging(state.path());
  if (files) TRY(WriteFileAtomically(staging / "files", AsBytes("files\n"), 0600));
  if (!folder) TRY(WriteFileAtomically(staging / "no-files", AsBytes("token\n"), 0600));
  return facts;
}

}  // namespace signet::coordinator
