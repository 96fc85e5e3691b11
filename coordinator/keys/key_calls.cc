#include "coordinator/keys/key_calls.h"

#include "coordinator/keys/key_desk.h"
#include "crypto/keys/enrolment.h"

namespace signet::coordinator {
namespace {

Result<Json> Invite(KeyDesk& desk, const Json& arguments) {
  ASSIGN_OR_RETURN(const crypto::MemberKind kind,
                   crypto::MemberKindFromName(arguments["kind"].AsString()));
  crypto::Labels labels;
  for (const auto& [name, value] : arguments["labels"].fields()) labels[name] = value.AsString();
  SecretBytes token;
  ASSIGN_OR_RETURN(
      Json done,
      desk.Invite(kind, arguments["name"].AsString(), labels, arguments["valid_s"].AsInt(), token));
  // Shown this once; the state keeps its hash.
  done.Set("token", AsText(token.ExposeSecret()));
  return done;
}

Result<Json> End(KeyDesk& desk, const Json& arguments) {
  ASSIGN_OR_RETURN(const crypto::MemberKind kind,
                   crypto::MemberKindFromName(arguments["kind"].AsString()));
  const std::string name = arguments["name"].AsString();
  if (arguments.Has("key")) return desk.Retire(kind, name, arguments["key"].AsString());
  return desk.Revoke(kind, name);
}

}  // namespace

Result<Json> PerformKeyCall(StateFolder& state,
                            const std::string& who,
                            const std::string& verb,
                            const Json& arguments) {
  KeyDesk desk(state, who);
  if (verb == "list") return desk.List();
  if (verb == "invite") return Invite(desk, arguments);
  if (verb == "redeem") {
    return desk.Redeem(arguments["token"].AsString(), arguments["key"].AsString());
  }
  if (verb == "retire" || verb == "revoke") return End(desk, arguments);
  if (verb == "rotate") return desk.Rotate(arguments["why"].AsString());
  return Invalid("a standing coordinator has no key operation '" + verb + "'")
      .WithRemedy("stop it first: other operations need the state to themselves");
}

}  // namespace signet::coordinator
