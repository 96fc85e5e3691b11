// `signet keys enrol|revoke`: who may join, sign and be served.

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/console.h"
#include "coordinator/cli/key_commands.h"
#include "coordinator/cli/state_access.h"
#include "crypto/keys/enrolment.h"

namespace signet::coordinator {
namespace {

constexpr int64_t kSecondsPerMinute = 60;

struct MemberOptions {
  std::string kind;
  std::string name;
  std::vector<std::string> labels;
  int64_t valid_minutes = int64_t{24} * 60;
  std::string token;  ///< file with the invitation, "-" = standard input
  std::string key;
};

Result<Json> Invite(const KeyOptions& options, const MemberOptions& member) {
  if (member.kind.empty() || member.name.empty()) {
    return Invalid("whom to enrol?")
        .WithRemedy("signet keys enrol worker w1, or with an invitation: --token FILE --key KEY");
  }
  ASSIGN_OR_RETURN(const crypto::Labels given, ParseParams(member.labels));
  Json labels{Json::Object()};
  for (const auto& [name, value] : given) labels.Set(name, value);
  return PerformKeyVerb(options,
                        "invite",
                        Json::Of({{"kind", member.kind},
                                  {"name", member.name},
                                  {"labels", labels},
                                  {"valid_s", member.valid_minutes * kSecondsPerMinute}}));
}

Result<Json> Redeem(const KeyOptions& options, const MemberOptions& member) {
  ASSIGN_OR_RETURN(const SecretBytes token, ReadSecretText(member.token));
  if (!member.key.empty()) {
    return PerformKeyVerb(options,
                          "redeem",
                          Json::Of({{"token", AsText(token.ExposeSecret())}, {"key", member.key}}));
  }
  if (options.connect.empty()) {
    return Invalid("an invitation needs the key that it is for")
        .WithRemedy("--key PUBLIC_KEY, or --connect with --tls-cert: then it is that certificate");
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<ControlClient> client, ConnectControl(options));
  return client->Redeem(token);
}

Result<Json> Revoke(const KeyOptions& options, const MemberOptions& member) {
  Json arguments = Json::Of({{"kind", member.kind}, {"name", member.name}});
  if (!member.key.empty()) arguments.Set("key", member.key);
  return PerformKeyVerb(options, member.key.empty() ? "revoke" : "retire", arguments);
}

}  // namespace

void AddKeyMemberCommands(CLI::App& keys,
                          const std::shared_ptr<KeyOptions>& options,
                          CommandOutcome& outcome) {
  auto member = std::make_shared<MemberOptions>();
  CLI::App* enrol = AddKeyCommand(
      keys,
      "enrol",
      "Invite a member with a token for one use, or take its key with that token",
      "signet keys enrol worker w1 --label region=eu; then: signet keys enrol --token - --key KEY",
      options);
  enrol->add_option("kind", member->kind, "worker, client or officer");
  enrol->add_option("name", member->name, "Its name; never given twice");
  enrol->add_option("--label", member->labels, "name=value: what it may be used for");
  enrol->add_option("--valid-minutes", member->valid_minutes, "How long the token is good");
  enrol->add_option("--token", member->token, "File with the token, or - for standard input");
  enrol->add_option("--key", member->key, "The public key to pin");
  enrol->callback([options, member, &outcome] {
    PerformKeys(*options, outcome, [&] {
      return member->token.empty() ? Invite(*options, *member) : Redeem(*options, *member);
    });
  });

  CLI::App* revoke = AddKeyCommand(
      keys,
      "revoke",
      "End a membership for good, or with --key retire one of two keys after a rotation",
      "signet keys revoke worker w1",
      options);
  revoke->add_option("kind", member->kind, "worker, client or officer")->required();
  revoke->add_option("name", member->name, "Its name")->required();
  revoke->add_option("--key", member->key, "Only this key; the other stays");
  revoke->callback([options, member, &outcome] {
    PerformKeys(*options, outcome, [&] { return Revoke(*options, *member); });
  });
}

}  // namespace signet::coordinator
