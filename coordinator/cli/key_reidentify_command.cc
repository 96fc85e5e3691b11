// `signet keys officer`, `signet keys reidentify request|sign|release`: dual control.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/binding/publication.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/embedded_run.h"
#include "coordinator/cli/key_commands.h"
#include "coordinator/keys/reidentification.h"
#include "coordinator/requests/run_names.h"
#include "crypto/base/file.h"
#include "crypto/keys/key_file.h"

namespace signet::coordinator {
namespace {

constexpr int64_t kMicrosPerMinute = 60'000'000;

struct ReidentifyOptions {
  std::string recipient;
  std::string token;   ///< file, or "-"
  std::string column;  ///< PIPELINE/SOURCE.COLUMN
  std::string request;
  std::string key;
  std::string out;
  std::vector<std::string> signatures;
  int64_t valid_minutes = int64_t{24} * 60;
};

/// A fresh officer's key into a file of mode 0600; its public half to enrol.
Result<Json> MakeOfficerKey(const std::string& out) {
  std::error_code ignored;
  if (std::filesystem::exists(out, ignored)) return Conflict(out + " is there already");
  SystemEntropy entropy;
  const SecretBytes seed = entropy.RandomSecret(crypto::Ed25519PrivateKey::kSeedBytes);
  TRY(crypto::WriteKeyFile(out, crypto::KeyFileKind::kOfficer, 0, seed));
  const auto key = crypto::Ed25519PrivateKey::FromSeed(seed);
  return Json::Of({{"key", ToHex(key.PublicKey().bytes())}});
}

Result<Json> MakeRequest(StateFolder& state,
                         const KeyOptions& options,
                         const ReidentifyOptions& reidentify) {
  const size_t slash = reidentify.column.find('/');
  const size_t dot = reidentify.column.find('.');
  if (slash == std::string::npos || dot == std::string::npos || dot < slash) {
    return Invalid("--column is written PIPELINE/SOURCE.COLUMN, such as loyalty/crm.email");
  }
  ASSIGN_OR_RETURN(const SecretBytes token, ReadSecretText(reidentify.token));
  ReidentifyRequest request;
  request.state = state.audit().key().Text();
  request.recipient = reidentify.recipient;
  request.token = AsText(token.ExposeSecret());
  request.owner = reidentify.column.substr(0, slash);
  request.source = reidentify.column.substr(slash + 1, dot - slash - 1);
  request.column = reidentify.column.substr(dot + 1);
  request.why = options.why;
  request.nonce = ToHex(state.entropy().RandomUuid());
  request.expires =
      Timestamp{state.clock().Now().micros + reidentify.valid_minutes * kMicrosPerMinute};
  const std::string text = request.Text();
  TRY(ReidentifyRequest::FromText(text).status());
  TRY(WriteFileAtomically(reidentify.out, AsBytes(text), 0600));
  return Json::Of({{"request", request.nonce}, {"expires", TimestampText(request.expires)}});
}

Result<Json> Sign(const ReidentifyOptions& reidentify) {
  ASSIGN_OR_RETURN(const Bytes bytes, ReadFile(reidentify.request));
  const std::string text(AsText(bytes));
  ASSIGN_OR_RETURN(const ReidentifyRequest request, ReidentifyRequest::FromText(text));
  ASSIGN_OR_RETURN(const SecretBytes seed,
                   crypto::ReadKeyFile(reidentify.key, crypto::KeyFileKind::kOfficer, 0));
  const OfficerSignature signature =
      SignReidentification(text, crypto::Ed25519PrivateKey::FromSeed(seed));
  TRY(WriteFileAtomically(reidentify.out, AsBytes(signature.Text()), 0600));
  return Json::Of({{"request", request.nonce}, {"why", request.why}, {"key", signature.key}});
}

Result<Json> Release(StateFolder& state, const ReidentifyOptions& reidentify) {
  ASSIGN_OR_RETURN(const Bytes request, ReadFile(reidentify.request));
  std::vector<OfficerSignature> signatures;
  for (const std::string& path : reidentify.signatures) {
    ASSIGN_OR_RETURN(const Bytes text, ReadFile(path));
    ASSIGN_OR_RETURN(OfficerSignature signature, OfficerSignature::FromText(AsText(text)));
    signatures.push_back(std::move(signature));
  }
  LedgerBook ledger(state);
  TRY(ledger.LoadVersion());
  EmbeddedOptions embedded;
  embedded.workers = 1;
  embedded.left = LeftRuns::kFinish;
  ASSIGN_OR_RETURN(const std::unique_ptr<EmbeddedRunner> runner,
                   EmbeddedRunner::Start(state, ledger, embedded));
  const ReidentifyTools tools{
      [&runner](const RunSpec& spec, RunBinder& binder) { return runner->Run(spec, binder); },
      [&state] { return NewRunId(state); },
      [&state] { return Publisher(state).Checkpoint(); },
      KeyActor()};
  PersonalText values;
  ASSIGN_OR_RETURN(Json done,
                   Reidentify(state, std::string(AsText(request)), signatures, tools, values));
  TRY(WriteFileAtomically(reidentify.out, AsBytes(values.ExposePersonal()), 0600));
  return done;
}

}  // namespace

void AddKeyReidentifyCommands(CLI::App& keys,
                              const std::shared_ptr<KeyOptions>& options,
                              CommandOutcome& outcome) {
  auto reidentify = std::make_shared<ReidentifyOptions>();
  CLI::App* officer = AddKeyCommand(keys,
                                    "officer",
                                    "Make an officer's signing key; enrol its public half",
                                    "signet keys officer --out dpo.key",
                                    options);
  officer->add_option("--out", reidentify->out, "New file, mode 0600")->required();
  officer->callback([options, reidentify, &outcome] {
    PerformKeys(*options, outcome, [&] { return MakeOfficerKey(reidentify->out); });
  });

  CLI::App* group = keys.add_subcommand(
      "reidentify", "From a recipient's token to an escrowed value, under dual control");
  group->require_subcommand(1);
  CLI::App* request = AddKeyCommand(
      *group,
      "request",
      "Write a request for two officers of different roles to sign",
      "signet keys reidentify request --recipient email_platform --token-from token.txt "
      "--column loyalty/crm.email --why 'fraud case 17' --out case17.json",
      options);
  request->add_option("--recipient", reidentify->recipient, "Whose token it is")->required();
  request->add_option("--token-from", reidentify->token, "File with the token, or -")->required();
  request->add_option("--column", reidentify->column, "PIPELINE/SOURCE.COLUMN")->required();
  request->add_option("--why", options->why, "The ground: it is signed and logged")->required();
  request->add_option("--valid-minutes", reidentify->valid_minutes, "How long it may be used");
  request->add_option("--out", reidentify->out, "New file")->required();
  request->callback([options, reidentify, &outcome] {
    PerformKeysOn(*options, outcome, [&](StateFolder& state) {
      return MakeRequest(state, *options, *reidentify);
    });
  });

  CLI::App* sign = AddKeyCommand(*group,
                                 "sign",
                                 "Sign a request with an officer's key",
                                 "signet keys reidentify sign --request case17.json --key dpo.key "
                                 "--out case17.dpo",
                                 options);
  sign->add_option("--request", reidentify->request, "The request's file")->required();
  sign->add_option("--key", reidentify->key, "What `keys officer` wrote")->required();
  sign->add_option("--out", reidentify->out, "File for the signature")->required();
  sign->callback([options, reidentify, &outcome] {
    PerformKeys(*options, outcome, [&] { return Sign(*reidentify); });
  });

  CLI::App* release = AddKeyCommand(
      *group,
      "release",
      "Log the use, have it witnessed, then write the value to a file of mode 0600",
      "signet keys reidentify release --request case17.json --signature case17.dpo --signature "
      "case17.ciso --out value.txt",
      options);
  release->add_option("--request", reidentify->request, "The request's file")->required();
  release->add_option("--signature", reidentify->signatures, "A signature's file")->required();
  release->add_option("--out", reidentify->out, "File for the value")->required();
  release->callback([options, reidentify, &outcome] {
    PerformKeysOn(
        *options, outcome, [&](StateFolder& state) { return Release(state, *reidentify); });
  });
}

}  // namespace signet::coordinator
