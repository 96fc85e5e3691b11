// KeyVault's half about keys that outlast a root or lie over values: carried ones and covers.

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

#include "crypto/keys/key_vault.h"

namespace signet::crypto {
namespace {

DekId CarriedId(KeyUse use) {
  return DekId("carried-" + std::string(KeyUseName(use)));
}

DekScope CarriedScope(KeyUse use) {
  return {"@root", "carried", -1, std::string(KeyUseName(use))};
}

DekId CoverId(KeyUse use) {
  return DekId("cover-" + std::string(KeyUseName(use)));
}

DekScope CoverScope(KeyUse use) {
  return {"@root", "cover", -1, std::string(KeyUseName(use))};
}

SecretBytes Joined(std::initializer_list<const SecretBytes*> parts) {
  size_t size = 0;
  for (const SecretBytes* part : parts) size += part->size();
  SecretBytes all(size);
  auto to = all.ExposeSecretForWrite().begin();
  for (const SecretBytes* part : parts) to = std::ranges::copy(part->ExposeSecret(), to).out;
  return all;
}

}  // namespace

SecretBytes KeyVault::Derive(KeyUse use, std::string_view context) const {
  if (const auto carried = carried_.find(use); carried != carried_.end() && context.empty()) {
    return carried->second.Clone();
  }
  return DeriveKey(base_, use, context);
}

/// A carried key is a data key of a fixed id: rotations wrap it anew like any other.
Status KeyVault::LoadCarried() {
  for (const KeyUse use : {KeyUse::kLink, KeyUse::kSuppression}) {
    Result<SecretBytes> key = OpenDek(CarriedId(use), CarriedScope(use));
    if (key.status().code() == StatusCode::kNotFound) continue;
    if (!key.ok()) return key.status();
    carried_.insert_or_assign(use, std::move(key).value());
  }
  return TakeCovers();
}

Result<std::map<KeyUse, SecretBytes>> KeyVault::ReadCovers() const {
  std::map<KeyUse, SecretBytes> covers;
  for (const KeyUse use : {KeyUse::kLink, KeyUse::kSuppression}) {
    Result<SecretBytes> key = OpenDek(CoverId(use), CoverScope(use));
    if (key.status().code() == StatusCode::kNotFound) continue;
    if (!key.ok()) return key.status();
    covers.emplace(use, std::move(key).value());
  }
  if (covers.size() == 1) return Corrupt("the state has one of its two covers");
  return covers;
}

Status KeyVault::TakeCovers() {
  ASSIGN_OR_RETURN(covers_, ReadCovers());
  return OkStatus();
}

Status KeyVault::CarryOver(KeyUse use, const SecretBytes& key, WriteBatch& batch) {
  return AdoptDek(CarriedId(use), CarriedScope(use), key, batch);
}

SecretBytes KeyVault::LinkKey() const {
  const SecretBytes hash = Derive(KeyUse::kLink, "");
  if (covers_.empty()) return hash.Clone();
  return Joined({&hash, &covers_.at(KeyUse::kLink)});
}

SecretBytes KeyVault::SuppressionKey() const {
  const SecretBytes hash = Derive(KeyUse::kSuppression, "");
  if (covers_.empty()) return hash.Clone();
  return Joined({&hash, &covers_.at(KeyUse::kLink), &covers_.at(KeyUse::kSuppression)});
}

Result<KeyVault::NewCovers> KeyVault::MakeCovers(WriteBatch& batch) {
  const auto change = [&](KeyUse use) -> Result<SecretBytes> {
    const SecretBytes next = entropy_.RandomSecret(32);
    TRY(PutDek(CoverId(use), CoverScope(use), next, batch));
    const auto before = covers_.find(use);
    return before == covers_.end() ? next.Clone() : Joined({&before->second, &next});
  };
  NewCovers made;
  ASSIGN_OR_RETURN(made.links, change(KeyUse::kLink));
  ASSIGN_OR_RETURN(made.suppression, change(KeyUse::kSuppression));
  return made;
}

}  // namespace signet::crypto
