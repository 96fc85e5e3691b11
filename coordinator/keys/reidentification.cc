#include "coordinator/keys/reidentification.h"

#include <optional>
#include <set>
#include <utility>

#include "coordinator/keys/reveal_binder.h"
#include "crypto/keys/enrolment.h"
#include "crypto/primitives/sealed_stream.h"
#include "crypto/primitives/sha256.h"
#include "pipelines/catalog/reveal_operator.h"

namespace signet::coordinator {
namespace {

constexpr std::string_view kFormat = "signet/reidentify/v1";
constexpr const char* kUsedPrefix = "keys/reidentified/";
constexpr size_t kSignersNeeded = 2;

/// What an officer's key signs: the format keeps the signature from standing for anything else.
Bytes Signed(std::string_view text) {
  Bytes message = ToBytes(kFormat);
  message.push_back('\n');
  Append(message, AsBytes(text));
  return message;
}

/// The roles of those who signed; kDenied unless two of different roles did.
Result<std::vector<std::string>> RolesOf(StateFolder& state,
                                         const std::string& text,
                                         const std::vector<OfficerSignature>& signatures) {
  crypto::EnrolmentBook book(state.store(), state.entropy(), state.clock());
  const Bytes message = Signed(text);
  std::set<std::string> names;
  std::set<std::string> roles;
  for (const OfficerSignature& signature : signatures) {
    ASSIGN_OR_RETURN(const std::optional<crypto::Member> officer,
                     book.Holder(crypto::MemberKind::kOfficer, signature.key));
    if (!officer) return Denied("a signature is of nobody who is enrolled as an officer");
    ASSIGN_OR_RETURN(const Bytes raw, FromHex(signature.key));
    ASSIGN_OR_RETURN(const crypto::Ed25519PublicKey key, crypto::Ed25519PublicKey::FromBytes(raw));
    if (!key.Verify(message, signature.signature)) {
      return Denied("the signature of " + officer->name + " is not over this request");
    }
    const auto role = officer->labels.find("role");
    if (role == officer->labels.end()) return Denied(officer->name + " has no role");
    names.insert(officer->name);
    roles.insert(role->second);
  }
  if (names.size() < kSignersNeeded || roles.size() < kSignersNeeded) {
    return Denied("two officers of different roles must sign a re-identification")
        .WithRemedy(
            "enrol them with --label role=NAME and have each run: signet keys reidentify sign");
  }
  return std::vector<std::string>(roles.begin(), roles.end());
}

Status CheckRequest(StateFolder& state, const ReidentifyRequest& request) {
  if (request.state != state.audit().key().Text()) {
    return Denied("this request is about another state");
  }
  if (request.expires.micros <= state.clock().Now().micros) {
    return Denied("this request expired on " + TimestampText(request.expires));
  }
  ASSIGN_OR_RETURN(const std::optional<Bytes> used, state.store().Get(kUsedPrefix + request.nonce));
  if (used) return Conflict("this request was used already").WithRemedy("make and sign a new one");
  return OkStatus();
}

/// The refusal goes into the log; what it returns is the refusal itself.
Status LogRefusal(StateFolder& state, const Status& refusal, const std::string& actor) {
  crypto::AuditEvent event;
  event.type = "access.denied";
  event.actor = actor;
  event.action = "reidentify";
  event.facts = Json::Of({{"what", "reidentification"}, {"code", StatusCodeName(refusal.code())}});
  event.why = refusal.message();
  TRY(state.audit().Record(event).status());
  return refusal;
}

/// One write: the request is used, and the log says so. The checkpoint over it is witnessed.
Result<uint64_t> LogUse(StateFolder& state,
                        const ReidentifyRequest& request,
                        const std::string& text,
                        const std::vector<std::string>& roles,
                        int64_t count,
                        const ReidentifyTools& tools) {
  crypto::WriteBatch batch;
  batch.Put(kUsedPrefix + request.nonce, TimestampText(state.clock().Now()));
  crypto::AuditEvent event;
  event.type = "reidentification.released";
  event.actor = tools.actor;
  event.action = "reidentify";
  event.facts = Json::Of({{"request", request.nonce},
                          {"recipient", request.recipient},
                          {"columns", Json::List({request.source + "." + request.column})},
                          {"roles", Json::Strings(roles)},
                          {"count", count},
                          {"digest", ToHex(crypto::Sha256::Of(AsBytes(text)))}});
  event.why = request.why;
  ASSIGN_OR_RETURN(const uint64_t index, state.audit().Record(event, std::move(batch)));
  TRY(tools.witness());
  return index;
}

}  // namespace

std::string ReidentifyRequest::Text() const {
  return Json::Of({{"format", kFormat},
                   {"state", state},
                   {"recipient", recipient},
                   {"token", token},
                   {"owner", owner},
                   {"source", source},
                   {"column", column},
                   {"why", why},
                   {"nonce", nonce},
                   {"expires", TimestampText(expires)}})
      .Dump();
}

Result<ReidentifyRequest> ReidentifyRequest::FromText(std::string_view text) {
  const Result<Json> json = Json::Parse(text);
  if (!json.ok() || (*json)["format"].AsString() != kFormat) {
    return Invalid("this is no request for re-identification");
  }
  ReidentifyRequest request;
  request.state = (*json)["state"].AsString();
  request.recipient = (*json)["recipient"].AsString();
  request.token = (*json)["token"].AsString();
  request.owner = (*json)["owner"].AsString();
  request.source = (*json)["source"].AsString();
  request.column = (*json)["column"].AsString();
  request.why = (*json)["why"].AsString();
  request.nonce = (*json)["nonce"].AsString();
  ASSIGN_OR_RETURN(request.expires, TimestampFromText((*json)["expires"].AsString()));
  TRY(UuidFromText(request.token).status());
  if (request.why.empty() || request.nonce.size() != 32) {
    return Invalid("a request for re-identification needs a ground and a nonce");
  }
  // What is signed is what is read: nothing beside these fields.
  if (request.Text() != text) return Invalid("this request is not in its canonical form");
  return request;
}

std::string OfficerSignature::Text() const {
  return Json::Of({{"key", key}, {"signature", ToBase64(signature)}}).Dump();
}

Result<OfficerSignature> OfficerSignature::FromText(std::string_view text) {
  const Result<Json> json = Json::Parse(text);
  if (!json.ok()) return Invalid("this is no officer's signature");
  OfficerSignature signature;
  signature.key = (*json)["key"].AsString();
  ASSIGN_OR_RETURN(signature.signature, FromBase64((*json)["signature"].AsString()));
  return signature;
}

OfficerSignature SignReidentification(const std::string& request_text,
                                      const crypto::Ed25519PrivateKey& officer) {
  return {ToHex(officer.PublicKey().bytes()), officer.Sign(Signed(request_text))};
}

Result<Json> Reidentify(StateFolder& state,
                        const std::string& request_text,
                        const std::vector<OfficerSignature>& signatures,
                        const ReidentifyTools& tools,
                        PersonalText& values) {
  ASSIGN_OR_RETURN(const ReidentifyRequest request, ReidentifyRequest::FromText(request_text));
  if (const Status checked = CheckRequest(state, request); !checked.ok()) {
    return LogRefusal(state, checked, tools.actor);
  }
  const Result<std::vector<std::string>> roles = RolesOf(state, request_text, signatures);
  if (!roles.ok()) return LogRefusal(state, roles.status(), tools.actor);
  const SecretBytes key = state.entropy().RandomSecret(crypto::kStreamKeyBytes);
  RevealBinder binder(state, tools.new_run(), request, key);
  ASSIGN_OR_RETURN(const RunView view, tools.run(binder.Spec(), binder));
  if (binder.result() == nullptr) {
    return view.failure.ok() ? Unavailable("no worker looked for the token") : view.failure;
  }
  const Json& found = binder.result()->extra;
  ASSIGN_OR_RETURN(const uint64_t index,
                   LogUse(state, request, request_text, *roles, found["count"].AsInt(), tools));
  // Only now: the use is in the log, and the log is witnessed.
  ASSIGN_OR_RETURN(const Bytes sealed, FromBase64(found["sealed"].AsString()));
  ASSIGN_OR_RETURN(Bytes plain,
                   crypto::OpenStream(key, AsBytes(pipelines::kRevealContext), sealed));
  values = PersonalText(std::string(AsText(plain)));
  Wipe(plain.data(), plain.size());
  return Json::Of({{"request", request.nonce},
                   {"roles", Json::Strings(*roles)},
                   {"count", found["count"]},
                   {"audit_index", index}});
}

}  // namespace signet::coordinator
