// `signet keys rotate|shred`.

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/root_swap.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/embedded_run.h"
#include "coordinator/cli/key_commands.h"
#include "coordinator/cli/state_access.h"
#include "coordinator/keys/key_desk.h"
#include "coordinator/keys/rekey.h"
#include "coordinator/keys/root_replacement.h"
#include "coordinator/requests/run_names.h"
#include "crypto/base/text.h"
#include "crypto/keys/custody_settings.h"

namespace signet::coordinator {
namespace {

struct RotateOptions {
  bool all = false;
  bool root = false;
  std::string custody;  ///< of the new root; empty: the same kind
  crypto::CustodySettings next;
};

struct ShredOptions {
  std::string dataset;
  std::string run;
  std::string partitions;
};

/// "0-3,7" to numbers.
Result<std::vector<int>> PartitionsIn(const std::string& text) {
  constexpr int64_t kPartitionsMax = 65'536;
  std::vector<int> partitions;
  if (text.empty()) return partitions;
  for (const std::string& part : Split(text, ',')) {
    const size_t dash = part.find('-');
    const Result<int64_t> first = IntegerFromText(part.substr(0, dash));
    const Result<int64_t> last =
        dash == std::string::npos ? first : IntegerFromText(part.substr(dash + 1));
    if (!first.ok() || !last.ok() || *first < 0 || *last < *first || *last >= kPartitionsMax) {
      return Invalid("partitions are written 3 or 0-3 or 0-3,7");
    }
    for (int64_t n = *first; n <= *last; ++n) partitions.push_back(static_cast<int>(n));
  }
  return partitions;
}

Result<Json> Shred(StateFolder& state, const KeyOptions& options, const ShredOptions& shred) {
  ShredRequest request;
  const size_t slash = shred.dataset.find('/');
  if (slash == std::string::npos) {
    return Invalid("a dataset is named PIPELINE/DATASET").WithRemedy("for example loyalty/scores");
  }
  request.owner = shred.dataset.substr(0, slash);
  request.dataset = shred.dataset.substr(slash + 1);
  request.run = shred.run;
  ASSIGN_OR_RETURN(request.partitions, PartitionsIn(shred.partitions));
  return KeyDesk(state, KeyActor()).Shred(request, options.why);
}

}  // namespace

Result<Json> RekeyAll(StateFolder& state, const std::string& why) {
  LedgerBook ledger(state);
  TRY(ledger.LoadVersion());
  EmbeddedOptions embedded;
  embedded.workers = 1;
  embedded.left = LeftRuns::kFinish;
  ASSIGN_OR_RETURN(const std::unique_ptr<EmbeddedRunner> runner,
                   EmbeddedRunner::Start(state, ledger, embedded));
  const RekeyTools tools{
      [&runner](const RunSpec& spec, RunBinder& binder) { return runner->Run(spec, binder); },
      [&state] { return NewRunId(state); }};
  ASSIGN_OR_RETURN(Json done, RekeyEverything(state, ledger, tools, KeyActor(), why));
  TRY(DatasetRegistry(state).CollectGarbage());
  return done;
}

namespace {

/// `signet keys rotate --root`: everything under fresh data keys, then under a new root.
Result<Json> ReplaceRootOf(const KeyOptions& options, const RotateOptions& rotate) {
  SystemClock clock;
  SystemEntropy entropy;
  RootRequest request;
  request.next = rotate.next;
  request.actor = KeyActor();
  request.why = options.why;
  Json done;
  {
    ASSIGN_OR_RETURN(const auto state, OpenExistingState(options.state, clock, entropy));
    if (rotate.custody.empty()) {
      ASSIGN_OR_RETURN(const crypto::CustodySettings there,
                       crypto::ReadCustodySettings(options.state));
      request.next.kind = there.kind;
    } else {
      ASSIGN_OR_RETURN(request.next.kind, crypto::CustodyKindFromName(rotate.custody));
    }
    ASSIGN_OR_RETURN(const Json rekeyed, RekeyAll(*state, options.why));
    request.rewritten = static_cast<size_t>(rekeyed["rewritten"].AsInt());
    ASSIGN_OR_RETURN(done, StageRoot(*state, request));
  }
  TRY(MarkRootReady(options.state));
  // Opening it puts the new files in their places.
  ASSIGN_OR_RETURN(const auto state, OpenExistingState(options.state, clock, entropy));
  TRY(KeyDesk(*state, KeyActor()).WriteLists());
  return done;
}

}  // namespace

void AddKeyRotationCommands(CLI::App& keys,
                            const std::shared_ptr<KeyOptions>& options,
                            CommandOutcome& outcome) {
  CLI::App* rotate =
      AddKeyCommand(keys,
                    "rotate",
                    "Wrap every data key under a new KEK generation and destroy the older ones",
                    "signet keys rotate --why 'yearly rotation'",
                    options);
  rotate->add_option("--why", options->why, "The reason, for the log");
  auto what = std::make_shared<RotateOptions>();
  rotate->add_flag(
      "--all", what->all, "Emergency: everything that rests here anew, under fresh keys");
  rotate->add_flag("--root",
                   what->root,
                   "Emergency: --all, and a new root: everything that is derived from it changes");
  rotate->add_option("--custody", what->custody, "--root: where the new root is (default: as now)")
      ->check(CLI::IsMember({"file", "credential", "pkcs11"}));
  AddCustodyOptions(*rotate, what->next);
  rotate->callback([options, what, &outcome] {
    if (what->root) {
      return PerformKeys(*options, outcome, [&] { return ReplaceRootOf(*options, *what); });
    }
    if (what->all) {
      return PerformKeysOn(
          *options, outcome, [&](StateFolder& state) { return RekeyAll(state, options->why); });
    }
    PerformKeys(*options, outcome, [&] {
      return PerformKeyVerb(*options, "rotate", Json::Of({{"why", options->why}}));
    });
  });

  auto shred = std::make_shared<ShredOptions>();
  CLI::App* command = AddKeyCommand(
      keys,
      "shred",
      "Destroy the keys of a dataset, or of some of its subjects' partitions, for good",
      "signet keys shred loyalty/scores --partitions 0-3 --why 'contract ended'",
      options);
  command->add_option("dataset", shred->dataset, "PIPELINE/DATASET")->required();
  command->add_option("--run", shred->run, "Only if this run's version is the one that lives");
  command->add_option("--partitions", shred->partitions, "Subject ranges, such as 0-3,7");
  command->add_option("--why", options->why, "The reason, for the log");
  command->callback([options, shred, &outcome] {
    PerformKeysOn(
        *options, outcome, [&](StateFolder& state) { return Shred(state, *options, *shred); });
  });
}

}  // namespace signet::coordinator
