#include "crypto/keys/enrolment.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "crypto/base/text.h"
#include "crypto/primitives/sha256.h"

namespace signet::crypto {
namespace {

constexpr std::string_view kMemberPrefix = "keys/member/";
constexpr std::string_view kInvitePrefix = "keys/invite/";
constexpr size_t kTokenBytes = 32;
constexpr size_t kTokenChars = 52;
constexpr size_t kNameMax = 63;
constexpr size_t kLabelsMax = 16;
constexpr int64_t kValidSecondsMax = int64_t{30} * 24 * 3600;
constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";

/// RFC 4648 section 6, lower case, without padding: 52 characters for 32 bytes.
SecretBytes Base32(const SecretBytes& raw) {
  SecretBytes text(kTokenChars);
  const ByteSpan out = text.ExposeSecretForWrite();
  uint32_t bits = 0;
  int held = 0;
  size_t at = 0;
  for (const uint8_t byte : raw.ExposeSecret()) {
    bits = (bits << 8) | byte;
    held += 8;
    for (; held >= 5; held -= 5) {
      out[at++] = static_cast<uint8_t>(kBase32[(bits >> (held - 5)) & 31]);
    }
  }
  if (held > 0) out[at++] = static_cast<uint8_t>(kBase32[(bits << (5 - held)) & 31]);
  CHECK(at == kTokenChars);
  return text;
}

bool IsName(std::string_view text) {
  if (text.empty() || text.size() > kNameMax) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

bool IsHex32(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Status CheckKey(MemberKind kind, const std::string& key) {
  if (kind == MemberKind::kWorker) {
    const bool printable =
        std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (key.size() == 40 && printable) return OkStatus();
    return Invalid("a worker's key is its CURVE public key, 40 characters of Z85");
  }
  if (IsHex32(key)) return OkStatus();
  return Invalid(kind == MemberKind::kClient
                     ? "a client's key is its certificate's SHA-256, 64 hexadecimal digits"
                     : "an officer's key is an Ed25519 public key, 64 hexadecimal digits");
}

Status CheckLabels(const Labels& labels) {
  if (labels.size() > kLabelsMax) return Invalid("a member has at most 16 labels");
  for (const auto& [name, value] : labels) {
    if (!IsName(name) || !IsName(value)) {
      return Invalid("labels are written name=value, of letters, digits, '.', '-' and '_'");
    }
  }
  return OkStatus();
}

std::string MemberKey(MemberKind kind, const std::string& name) {
  return std::string(kMemberPrefix) + std::string(MemberKindName(kind)) + "/" + name;
}

/// The store never holds a token, only what tells that one is right.
std::string InviteKey(std::string_view token) {
  Bytes bound;
  AppendField(bound, "signet/invitation/v1");
  AppendField(bound, token);
  return std::string(kInvitePrefix) + ToHex(Sha256::Of(bound));
}

Json LabelsJson(const Labels& labels) {
  Json json{Json::Object()};
  for (const auto& [name, value] : labels) json.Set(name, value);
  return json;
}

Labels LabelsOf(const Json& json) {
  Labels labels;
  for (const auto& [name, value] : json.fields()) labels[name] = value.AsString();
  return labels;
}

Status Unwelcome() {
  return Denied("this invitation is unknown, used or expired")
      .WithRemedy("ask for a new one: signet keys enrol KIND NAME");
}

}  // namespace

std::string_view MemberKindName(MemberKind kind) {
  switch (kind) {
    case MemberKind::kWorker:
      return "worker";
    case MemberKind::kClient:
      return "client";
    case MemberKind::kOfficer:
      return "officer";
  }
  return "";
}

Result<MemberKind> MemberKindFromName(std::string_view name) {
  for (const MemberKind kind : {MemberKind::kWorker, MemberKind::kClient, MemberKind::kOfficer}) {
    if (MemberKindName(kind) == name) return kind;
  }
  return Invalid("members are workers, clients or officers").WithRemedy("worker, client, officer");
}

Json Member::ToJson() const {
  Json pinned{Json::Array()};
  for (const PinnedKey& key : keys) {
    pinned.Push(Json::Of({{"key", key.key}, {"added", TimestampText(key.added)}}));
  }
  Json json = Json::Of({{"kind", MemberKindName(kind)},
                        {"name", name},
                        {"labels", LabelsJson(labels)},
                        {"keys", pinned}});
  if (revoked) json.Set("revoked", TimestampText(*revoked));
  return json;
}

Result<Member> Member::FromJson(const Json& json) {
  Member member;
  ASSIGN_OR_RETURN(member.kind, MemberKindFromName(json["kind"].AsString()));
  member.name = json["name"].AsString();
  member.labels = LabelsOf(json["labels"]);
  for (const Json& item : json["keys"].items()) {
    PinnedKey key;
    key.key = item["key"].AsString();
    ASSIGN_OR_RETURN(key.added, TimestampFromText(item["added"].AsString()));
    member.keys.push_back(std::move(key));
  }
  if (json.Has("revoked")) {
    ASSIGN_OR_RETURN(const Timestamp at, TimestampFromText(json["revoked"].AsString()));
    member.revoked = at;
  }
  return member;
}

Result<std::optional<Member>> EnrolmentBook::Find(MemberKind kind, const std::string& name) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, store_.Get(MemberKey(kind, name)));
  if (!stored) return std::optional<Member>();
  ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(*stored)));
  ASSIGN_OR_RETURN(Member member, Member::FromJson(json));
  return std::optional<Member>(std::move(member));
}

Result<SecretBytes> EnrolmentBook::Invite(MemberKind kind,
                                          const std::string& name,
                                          const Labels& labels,
                                          int64_t valid_s,
                                          WriteBatch& batch) {
  if (!IsName(name)) return Invalid("a member's name has letters, digits, '.', '-' and '_'");
  TRY(CheckLabels(labels));
  if (valid_s < 1 || valid_s > kValidSecondsMax) {
    return Invalid("an invitation is valid for one second to 30 days");
  }
  ASSIGN_OR_RETURN(const std::optional<Member> member, Find(kind, name));
  const std::string who = std::string(MemberKindName(kind)) + " '" + name + "'";
  if (member && member->revoked) {
    return Conflict(who + " was revoked on " + DateText(*member->revoked))
        .WithRemedy("enrol it under another name: the log must not mix the two up");
  }
  if (member && member->keys.size() >= kKeysMax) {
    return Conflict(who + " has two keys already")
        .WithRemedy("retire the old one first: signet keys revoke " +
                    std::string(MemberKindName(kind)) + " " + name + " --key OLD");
  }
  ASSIGN_OR_RETURN(const std::vector<Member> all, All());
  if (!member && all.size() >= kMembersMax) return Exhausted("there are 10,000 members already");
  SecretBytes token = Base32(entropy_.RandomSecret(kTokenBytes));
  const Json invitation = Json::Of(
      {{"kind", MemberKindName(kind)},
       {"name", name},
       {"labels", LabelsJson(member ? member->labels : labels)},
       {"expires", TimestampText(Timestamp{clock_.Now().micros + valid_s * kMicrosPerSecond})}});
  batch.Put(InviteKey(AsText(token.ExposeSecret())), invitation.Dump());
  return token;
}

Result<Member> EnrolmentBook::Redeem(std::string_view token,
                                     const std::string& key,
                                     WriteBatch& batch) {
  // Found by its hash: the time this takes says nothing about a token that is close.
  const std::string place = InviteKey(token);
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, store_.Get(place));
  if (!stored) return Unwelcome();
  ASSIGN_OR_RETURN(const Json invitation, Json::Parse(AsText(*stored)));
  ASSIGN_OR_RETURN(const Timestamp expires, TimestampFromText(invitation["expires"].AsString()));
  if (expires.micros <= clock_.Now().micros) return Unwelcome();
  ASSIGN_OR_RETURN(const MemberKind kind, MemberKindFromName(invitation["kind"].AsString()));
  TRY(CheckKey(kind, key));
  ASSIGN_OR_RETURN(const std::vector<Member> all, All());
  for (const Member& other : all) {
    // Of revoked members too: a key that was given up is not given a second life.
    for (const PinnedKey& pinned : other.keys) {
      if (other.kind == kind && pinned.key == key) {
        return Conflict("this key belongs to " + std::string(MemberKindName(kind)) + " '" +
                        other.name + "' already")
            .WithRemedy("make a fresh key");
      }
    }
  }
  const std::string& name = invitation["name"].AsString();
  ASSIGN_OR_RETURN(std::optional<Member> member, Find(kind, name));
  if (!member) member = Member{kind, name, LabelsOf(invitation["labels"]), {}, std::nullopt};
  if (member->revoked || member->keys.size() >= kKeysMax) return Unwelcome();
  member->keys.push_back({key, clock_.Now()});
  batch.Delete(place);
  batch.Put(MemberKey(kind, name), member->ToJson().Dump());
  return *member;
}

Result<Member> EnrolmentBook::Retire(MemberKind kind,
                                     const std::string& name,
                                     const std::string& key,
                                     WriteBatch& batch) {
  ASSIGN_OR_RETURN(std::optional<Member> member, Find(kind, name));
  const auto is_it = [&key](const PinnedKey& pinned) { return pinned.key == key; };
  if (!member || std::none_of(member->keys.begin(), member->keys.end(), is_it)) {
    return NotFound(std::string(MemberKindName(kind)) + " '" + name + "' has no such key");
  }
  if (member->keys.size() == 1) {
    return Conflict("this is the only key of '" + name + "'")
        .WithRemedy("revoke the member, or enrol its next key first");
  }
  member->keys.erase(std::remove_if(member->keys.begin(), member->keys.end(), is_it),
                     member->keys.end());
  batch.Put(MemberKey(kind, name), member->ToJson().Dump());
  return *member;
}

Result<Member> EnrolmentBook::Revoke(MemberKind kind, const std::string& name, WriteBatch& batch) {
  ASSIGN_OR_RETURN(std::optional<Member> member, Find(kind, name));
  std::vector<std::string> open;
  TRY(store_.Scan(kInvitePrefix, [&](std::string_view place, ByteView value) -> Status {
    ASSIGN_OR_RETURN(const Json invitation, Json::Parse(AsText(value)));
    const bool mine = invitation["name"].AsString() == name &&
                      invitation["kind"].AsString() == MemberKindName(kind);
    if (mine) open.emplace_back(place);
    return OkStatus();
  }));
  if (!member && open.empty()) {
    return NotFound("there is no " + std::string(MemberKindName(kind)) + " '" + name + "'");
  }
  if (!member) member = Member{kind, name, {}, {}, std::nullopt};
  if (!member->revoked) member->revoked = clock_.Now();
  for (const std::string& place : open) batch.Delete(place);
  batch.Put(MemberKey(kind, name), member->ToJson().Dump());
  return *member;
}

Result<std::vector<Member>> EnrolmentBook::All() {
  std::vector<Member> all;
  TRY(store_.Scan(kMemberPrefix, [&all](std::string_view, ByteView value) -> Status {
    ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(value)));
    ASSIGN_OR_RETURN(Member member, Member::FromJson(json));
    all.push_back(std::move(member));
    return OkStatus();
  }));
  return all;
}

Result<std::optional<Member>> EnrolmentBook::Holder(MemberKind kind, std::string_view key) {
  ASSIGN_OR_RETURN(std::vector<Member> all, All());
  for (Member& member : all) {
    if (member.kind != kind || member.revoked) continue;
    for (const PinnedKey& pinned : member.keys) {
      if (pinned.key == key) return std::optional<Member>(std::move(member));
    }
  }
  return std::optional<Member>();
}

Result<std::vector<std::string>> EnrolmentBook::Keys(MemberKind kind) {
  ASSIGN_OR_RETURN(const std::vector<Member> all, All());
  std::vector<std::string> keys;
  for (const Member& member : all) {
    if (member.kind != kind || member.revoked) continue;
    for (const PinnedKey& pinned : member.keys) keys.push_back(pinned.key);
  }
  return keys;
}

}  // namespace signet::crypto
