#include "coordinator/binding/ledger_book.h"

#include <set>
#include <string>
#include <utility>

#include "crypto/base/log.h"
#include "crypto/base/text.h"
#include "crypto/primitives/sealed_stream.h"

namespace signet::coordinator {
namespace {

constexpr char kVersionKey[] = "ledger/version";

std::string KeyOf(int partition) {
  return "ledger/p/" + std::to_string(partition);
}

crypto::DekScope ScopeOf(int partition) {
  return {"@ledger", "1", partition, "facts"};
}

/// Value: field(DEK id) | sealed stream with the key as context.
Bytes EncodeValue(const DekId& dek, ByteView sealed) {
  Bytes value;
  AppendField(value, dek.text());
  Append(value, sealed);
  return value;
}

}  // namespace

Status LedgerBook::LoadVersion() {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state_.store().Get(kVersionKey));
  if (!stored) {
    version_ = 0;
    return OkStatus();
  }
  ASSIGN_OR_RETURN(const int64_t version, IntegerFromText(AsText(*stored)));
  version_ = static_cast<uint64_t>(version);
  return OkStatus();
}

Result<policies::LedgerPartition*> LedgerBook::Partition(int partition) {
  if (const auto found = partitions_.find(partition); found != partitions_.end()) {
    return &found->second;
  }
  policies::LedgerPartition ledger;
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state_.store().Get(KeyOf(partition)));
  if (stored) {
    ByteReader reader(*stored);
    ASSIGN_OR_RETURN(const ByteView id, reader.Field());
    const DekId dek{std::string(AsText(id))};
    ASSIGN_OR_RETURN(const SecretBytes key, state_.vault().OpenDek(dek, ScopeOf(partition)));
    ASSIGN_OR_RETURN(const Bytes plain,
                     crypto::OpenStream(key, AsBytes(KeyOf(partition)), reader.rest()));
    ASSIGN_OR_RETURN(ledger, policies::LedgerPartition::Decode(plain));
    deks_[partition] = dek;
  }
  return &partitions_.emplace(partition, std::move(ledger)).first->second;
}

Status LedgerBook::Store(int partition, crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const policies::LedgerPartition* ledger, Partition(partition));
  if (const auto old = deks_.find(partition); old != deks_.end()) {
    TRY(state_.vault().DestroyDek(old->second, batch));
  }
  ASSIGN_OR_RETURN(const DekId dek, state_.vault().NewDek(ScopeOf(partition), batch));
  ASSIGN_OR_RETURN(const SecretBytes key, state_.vault().OpenDek(dek));
  ASSIGN_OR_RETURN(
      const Bytes sealed,
      crypto::SealStream(key, state_.entropy(), AsBytes(KeyOf(partition)), ledger->Encode()));
  batch.Put(KeyOf(partition), EncodeValue(dek, sealed));
  deks_[partition] = dek;
  ++version_;
  batch.Put(kVersionKey, std::to_string(version_));
  return OkStatus();
}

Result<uint64_t> LedgerBook::Merge(std::span<const policies::SubjectAlias> aliases,
                                   int partitions,
                                   int partition,
                                   crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(policies::LedgerPartition * to, Partition(partition));
  uint64_t moved = 0;
  std::set<int> changed;
  for (const policies::SubjectAlias& alias : aliases) {
    const auto home = static_cast<int>(PartitionOf(alias.from, static_cast<uint32_t>(partitions)));
    ASSIGN_OR_RETURN(policies::LedgerPartition * from, Partition(home));
    ASSIGN_OR_RETURN(const uint64_t count, to->MergeFrom(*from, alias.from, alias.to));
    if (count == 0) continue;
    moved += count;
    if (home != partition) changed.insert(home);
  }
  for (const int home : changed) TRY(Store(home, batch));
  return moved;
}

void LedgerBook::Drop() {
  partitions_.clear();
  deks_.clear();
  const Status loaded = LoadVersion();
  if (!loaded.ok()) {
    Log(LogLevel::kError, "ledger version not read", Json::Of({{"why", loaded.ToString()}}));
  }
}

}  // namespace signet::coordinator
