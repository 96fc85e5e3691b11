#include "crypto/keys/key_vault.h"

#include <optional>
#include <utility>
#include <vector>

#include "crypto/base/log.h"

namespace signet::crypto {
namespace {

constexpr std::string_view kVaultKey = "keys/vault";
constexpr std::string_view kDekPrefix = "keys/dek/";
constexpr size_t kScopeTextBytesMax = 1024;
constexpr size_t kUnwrittenMax = 1 << 20;

std::string DekKey(const DekId& id) {
  return std::string(kDekPrefix) + id.text();
}

DekId IdOf(std::string_view key) {
  return DekId(std::string(key.substr(kDekPrefix.size())));
}

/// The vault's own state in the store: canonical JSON.
struct VaultState {
  uint32_t generation = 0;
  Bytes root_check;
};

void PutState(const VaultState& state, WriteBatch& batch) {
  const Json json = Json::Of({{"format", 1},
                              {"kek_generation", state.generation},
                              {"root_check", ToHex(state.root_check)}});
  batch.Put(std::string(kVaultKey), ToBytes(json.Dump()));
}

Result<std::optional<VaultState>> ReadState(KvStore& store) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> bytes, store.Get(kVaultKey));
  if (!bytes) return std::optional<VaultState>();
  const Result<Json> json = Json::Parse(AsText(*bytes));
  if (!json.ok()) return Corrupt("the vault's record is damaged");
  const int64_t generation = (*json)["kek_generation"].AsInt();
  Result<Bytes> check = FromHex((*json)["root_check"].AsString());
  if ((*json)["format"].AsInt() != 1 || generation < 1 || generation > UINT32_MAX || !check.ok()) {
    return Corrupt("the vault's record is damaged, or of a newer version of Signet");
  }
  return std::optional<VaultState>(
      VaultState{static_cast<uint32_t>(generation), std::move(check).value()});
}

Status CheckScope(const DekScope& scope) {
  if (scope.dataset.empty() || scope.label_class.empty()) {
    return Invalid("a data key needs a dataset and a label class");
  }
  for (const std::string* text : {&scope.dataset, &scope.version, &scope.label_class}) {
    if (text->size() > kScopeTextBytesMax) return Invalid("a data key's scope is too long");
  }
  return OkStatus();
}

std::string GenerationText(uint32_t generation) {
  return "KEK generation " + std::to_string(generation);
}

/// The KEK, or null when it was destroyed.
Result<std::unique_ptr<HeldKey>> KekUnlessDestroyed(Custody& custody, uint32_t generation) {
  ASSIGN_OR_RETURN(const std::optional<Timestamp> destroyed, custody.DestroyedAt(generation));
  if (destroyed) return std::unique_ptr<HeldKey>();
  return custody.Kek(generation);
}

}  // namespace

KeyVault::KeyVault(Custody& custody, KvStore& store, Entropy& entropy, Clock& clock)
    : custody_(custody), store_(store), entropy_(entropy), clock_(clock) {}

Result<std::unique_ptr<KeyVault>> KeyVault::Open(Custody& custody,
                                                 KvStore& store,
                                                 Entropy& entropy,
                                                 Clock& clock) {
  std::unique_ptr<KeyVault> vault(new KeyVault(custody, store, entropy, clock));
  TRY(vault->Load());
  return vault;
}

Status KeyVault::Load() {
  ASSIGN_OR_RETURN(base_, custody_.BaseKey());
  ASSIGN_OR_RETURN(const std::optional<VaultState> state, ReadState(store_));
  if (!state) return Begin();
  if (!ConstantTimeEqual(state->root_check, RootCheck(base_))) {
    return Corrupt("this custody holds the keys of another state")
        .WithRemedy("use the custody folder that was made with this state");
  }
  TRY(CheckAge(state->generation));
  // A crash after the batch of RotateKek was written and before DestroyOldKeks leaves custody
  // behind.
  TRY(custody_.ActivateKek(state->generation));
  TRY(custody_.Kek(state->generation).status());
  generation_ = state->generation;
  return LoadCarried();
}

Status KeyVault::CheckAge(uint32_t stored) const {
  ASSIGN_OR_RETURN(const uint32_t current, custody_.CurrentKek());
  ASSIGN_OR_RETURN(const uint32_t newest, custody_.NewestKek());
  if (stored < current) {
    ASSIGN_OR_RETURN(const std::optional<Timestamp> destroyed, custody_.DestroyedAt(stored));
    return Corrupt("this state is an older copy: it knows " + GenerationText(stored) +
                   (destroyed ? " (destroyed on " + DateText(*destroyed) + ")" : "") +
                   ", custody is at generation " + std::to_string(current))
        .WithRemedy(
            "restore the newest copy of the state; what was erased since this copy was taken must "
            "not come back");
  }
  if (stored > newest) {
    return Corrupt("this custody is an older copy: the state is at " + GenerationText(stored) +
                   ", custody knows generations up to " + std::to_string(newest))
        .WithRemedy("restore the newest copy of the custody folder");
  }
  return OkStatus();
}

Status KeyVault::Begin() {
  ASSIGN_OR_RETURN(const uint32_t current, custody_.CurrentKek());
  if (current != 0) {
    return Corrupt(
               "this state is empty or an older copy: it knows KEK generation 0, custody is at "
               "generation " +
               std::to_string(current))
        .WithRemedy("restore the newest copy of the state, or begin with a new custody folder");
  }
  ASSIGN_OR_RETURN(const uint32_t generation, custody_.NewKek(entropy_));
  WriteBatch batch;
  PutState({generation, RootCheck(base_)}, batch);
  TRY(store_.Write(batch, Durability::kSync));
  TRY(custody_.ActivateKek(generation));
  generation_ = generation;
  return OkStatus();
}

Result<DekId> KeyVault::NewDek(const DekScope& scope, WriteBatch& batch) {
  TRY(CheckScope(scope));
  const std::lock_guard lock(mutex_);
  if (unwritten_.size() >= kUnwrittenMax) {
    return Exhausted("over a million data keys wait for their batch to be written");
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<HeldKey> kek, custody_.Kek(generation_));
  const DekId id("dek-" + ToHex(entropy_.RandomUuid()));
  DekRecord record;
  record.generation = generation_;
  record.made_at = clock_.Now();
  record.scope = scope;
  TRY(WrapInto(record, *kek, id, entropy_.RandomSecret(32)));
  Bytes encoded = EncodeDekRecord(record);
  unwritten_[id] = encoded;
  batch.Put(DekKey(id), std::move(encoded));
  return id;
}

Status KeyVault::AdoptDek(const DekId& id,
                          const DekScope& scope,
                          const SecretBytes& dek,
                          WriteBatch& batch) {
  TRY(CheckScope(scope));
  ASSIGN_OR_RETURN(const std::optional<Bytes> there, store_.Get(DekKey(id)));
  if (there) return Conflict("there is a data key " + id.text());
  return PutDek(id, scope, dek, batch);
}

/// `dek` under the current KEK, as the record of `id`.
Status KeyVault::PutDek(const DekId& id,
                        const DekScope& scope,
                        const SecretBytes& dek,
                        WriteBatch& batch) {
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(const std::unique_ptr<HeldKey> kek, custody_.Kek(generation_));
  DekRecord record;
  record.generation = generation_;
  record.made_at = clock_.Now();
  record.scope = scope;
  TRY(WrapInto(record, *kek, id, dek));
  batch.Put(DekKey(id), EncodeDekRecord(record));
  return OkStatus();
}

Status KeyVault::ForEachDek(
    const std::function<Status(const DekId& id, const DekScope& scope)>& visit) const {
  ASSIGN_OR_RETURN(const auto live, LiveAfter(WriteBatch()));
  for (const auto& [id, record] : live) TRY(visit(id, record.scope));
  return OkStatus();
}

Result<DekRecord> KeyVault::Read(const DekId& id) const {
  ASSIGN_OR_RETURN(const std::optional<Bytes> bytes, store_.Get(DekKey(id)));
  const std::lock_guard lock(mutex_);
  const auto waiting = unwritten_.find(id);
  if (bytes) {
    if (waiting != unwritten_.end()) unwritten_.erase(waiting);
    return DecodeDekRecord(*bytes);
  }
  if (waiting != unwritten_.end()) return DecodeDekRecord(waiting->second);
  return NotFound("there is no data key " + id.text() + " (any more)");
}

Result<SecretBytes> KeyVault::Unwrap(const DekId& id, const DekRecord& record) const {
  const Result<std::unique_ptr<HeldKey>> kek = custody_.Kek(record.generation);
  if (!kek.ok()) return kek.status().WithContext("the key of " + ScopeText(record.scope));
  return UnwrapFrom(record, **kek, id);
}

Result<SecretBytes> KeyVault::OpenDek(const DekId& id) const {
  ASSIGN_OR_RETURN(const DekRecord record, Read(id));
  return Unwrap(id, record);
}

Result<SecretBytes> KeyVault::OpenDek(const DekId& id, const DekScope& expected) const {
  ASSIGN_OR_RETURN(const DekRecord record, Read(id));
  if (record.scope != expected) {
    return Corrupt("data key " + id.text() + " belongs to " + ScopeText(record.scope) +
                   ", not to " + ScopeText(expected));
  }
  return Unwrap(id, record);
}

Result<DekScope> KeyVault::ScopeOf(const DekId& id) const {
  ASSIGN_OR_RETURN(DekRecord record, Read(id));
  return std::move(record.scope);
}

Status KeyVault::DestroyDek(const DekId& id, WriteBatch& batch) {
  TRY(Read(id).status());
  batch.Delete(DekKey(id));
  const std::lock_guard lock(mutex_);
  unwritten_.erase(id);
  return OkStatus();
}

/// The DEKs that the store will hold once `batch` is written.
Result<std::map<DekId, DekRecord>> KeyVault::LiveAfter(const WriteBatch& batch) const {
  std::map<DekId, DekRecord> live;
  const auto add = [&live](std::string_view key, ByteView value) -> Status {
    ASSIGN_OR_RETURN(live[IdOf(key)], DecodeDekRecord(value));
    return OkStatus();
  };
  TRY(store_.Scan(kDekPrefix, add));
  for (const WriteBatch::Operation& operation : batch.operations()) {
    if (!operation.key.starts_with(kDekPrefix)) continue;
    live.erase(IdOf(operation.key));
    if (operation.value) TRY(add(operation.key, *operation.value));
  }
  return live;
}

Result<uint32_t> KeyVault::RotateKek(WriteBatch& batch) {
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(auto live, LiveAfter(batch));
  ASSIGN_OR_RETURN(const uint32_t generation, custody_.NewKek(entropy_));
  ASSIGN_OR_RETURN(const std::unique_ptr<HeldKey> kek, custody_.Kek(generation));
  std::map<uint32_t, std::unique_ptr<HeldKey>> old_keks;
  int64_t rewrapped = 0;
  for (auto& [id, record] : live) {
    auto old = old_keks.find(record.generation);
    if (old == old_keks.end()) {
      ASSIGN_OR_RETURN(std::unique_ptr<HeldKey> key,
                       KekUnlessDestroyed(custody_, record.generation));
      old = old_keks.emplace(record.generation, std::move(key)).first;
    }
    if (old->second == nullptr) continue;  // dead already; its record says why
    ASSIGN_OR_RETURN(const SecretBytes dek, UnwrapFrom(record, *old->second, id));
    ++rewrapped;
    record.generation = generation;
    TRY(WrapInto(record, *kek, id, dek));
    batch.Put(DekKey(id), EncodeDekRecord(record));
  }
  PutState({generation, RootCheck(base_)}, batch);
  generation_ = generation;
  Log(LogLevel::kInfo,
      "key encryption key rotated",
      Json::Of({{"generation", generation}, {"deks", static_cast<long long>(rewrapped)}}));
  return generation;
}

Status KeyVault::DestroyOldKeks(Timestamp now) {
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(const std::optional<VaultState> state, ReadState(store_));
  if (!state || state->generation < generation_) {
    return Conflict("the rotation to " + GenerationText(generation_) + " is not written yet");
  }
  ASSIGN_OR_RETURN(const auto live, LiveAfter(WriteBatch()));
  int64_t behind = 0;
  for (const auto& [id, record] : live) {
    if (record.generation >= state->generation) continue;
    ASSIGN_OR_RETURN(const auto destroyed, custody_.DestroyedAt(record.generation));
    behind += destroyed ? 0 : 1;
  }
  if (behind > 0) {
    return Conflict(std::to_string(behind) +
                    " data keys are still wrapped under a generation before " +
                    std::to_string(state->generation))
        .WithRemedy("rotate again");
  }
  // A synced write makes all earlier ones durable: only then may the old keys die.
  WriteBatch barrier;
  PutState(*state, barrier);
  TRY(store_.Write(barrier, Durability::kSync));
  TRY(custody_.ActivateKek(state->generation));
  for (uint32_t old = 1; old < state->generation; ++old) {
    Status destroyed = custody_.DestroyKek(old, now);
    // Lost is as good as destroyed here.
    if (!destroyed.ok() && destroyed.code() != StatusCode::kNotFound) return destroyed;
  }
  Log(LogLevel::kInfo,
      "older key encryption keys destroyed",
      Json::Of({{"current", state->generation}}));
  return OkStatus();
}

uint32_t KeyVault::kek_generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

Result<Json> KeyVault::List() const {
  ASSIGN_OR_RETURN(const auto live, LiveAfter(WriteBatch()));
  ASSIGN_OR_RETURN(const uint32_t current, custody_.CurrentKek());
  ASSIGN_OR_RETURN(const uint32_t newest, custody_.NewestKek());
  std::map<uint32_t, int64_t> deks;
  for (const auto& [id, record] : live) ++deks[record.generation];
  Json generations{Json::Array()};
  for (uint32_t n = 1; n <= newest; ++n) {
    ASSIGN_OR_RETURN(const std::optional<Timestamp> destroyed, custody_.DestroyedAt(n));
    Json entry = Json::Of({{"generation", n}, {"deks", static_cast<long long>(deks[n])}});
    if (destroyed) {
      entry.Set("state", "destroyed").Set("destroyed_at", TimestampText(*destroyed));
    } else {
      entry.Set("state", n == current ? "current" : n < current ? "old" : "pending");
    }
    generations.Push(std::move(entry));
  }
  return Json::Of({{"current", current}, {"generations", generations}, {"deks", live.size()}});
}

}  // namespace signet::crypto
