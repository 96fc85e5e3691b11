// `signet models list|show|approve|reject|rollback|compare`: the versions of each pipeline's
// models.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/binding/model_registry.h"
#include "coordinator/binding/run_memory.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/model_text.h"
#include "coordinator/cli/state_access.h"

namespace signet::coordinator {
namespace {

struct ModelOptions {
  std::string state = "./.signet";
  std::string format = "text";
  std::string name;
  std::string other;
  std::string why;
};

using Action = Result<Json> (*)(StateFolder&, const ModelOptions&);
using Words = std::string (*)(const Json&);

/// A change of the registry and its log entry, in one write.
Result<Json> Record(StateFolder& state,
                    const std::string& type,
                    Json facts,
                    const std::string& why,
                    crypto::WriteBatch batch) {
  crypto::AuditEvent event;
  event.type = type;
  event.actor = "cli:" + UserName();
  event.action = type.substr(type.find('.') + 1);
  event.facts = facts;
  event.why = why;
  ASSIGN_OR_RETURN(const uint64_t index, state.audit().Record(event, std::move(batch)));
  facts.Set("audit_index", index);
  return facts;
}

Result<Json> List(StateFolder& state, const ModelOptions& options) {
  ModelName only;
  if (!options.name.empty()) {
    ASSIGN_OR_RETURN(only, ModelName::Parse(options.name));
  }
  ASSIGN_OR_RETURN(const std::vector<ModelVersion> versions, ModelRegistry(state).Versions(only));
  Json list{Json::Array()};
  for (const ModelVersion& version : versions) {
    Json json = version.ToJson();
    json.Set("figures", Json::Of({{"quality", version.figures["quality"]}}));
    list.Push(std::move(json));
  }
  return list;
}

Result<Json> Show(StateFolder& state, const ModelOptions& options) {
  ASSIGN_OR_RETURN(const ModelName name, ModelName::Parse(options.name));
  ASSIGN_OR_RETURN(const ModelVersion version, ModelRegistry(state).Find(name));
  return version.ToJson();
}

/// The figures of a step `judge` in a run's report that judged these two; null where none did.
Json JudgedIn(const Json& report, const std::string& champion, const std::string& challenger) {
  for (const auto& [step, all] : report["figures"].fields()) {
    for (const Json& figures : all.items()) {
      const Json& judged = figures["judged"];
      const bool these = judged.is_object() && judged["champion_digest"].AsString() == champion &&
                         judged["challenger_digest"].AsString() == challenger;
      if (!these) continue;
      Json paired = figures;
      return paired.Set("step", step);
    }
  }
  return {};
}

/// What a step `judge` of the runs that learnt the two says of them on the very same people; null
/// where no run did. In the judge's words: a is the champion, b the challenger.
Json PairedJudgement(StateFolder& state, const ModelVersion& a, const ModelVersion& b) {
  const std::string& champion = a.figures["model_digest"].AsString();
  const std::string& challenger = b.figures["model_digest"].AsString();
  if (champion.empty() || challenger.empty()) return {};
  for (const std::string& run : {b.run, a.run}) {
    const Result<Json> report = RunMemory::Report(state, run);
    Json judged = report.ok() ? JudgedIn(*report, champion, challenger) : Json();
    if (judged.is_object()) return judged.Set("run", run);
  }
  return {};
}

Json Comparison(StateFolder& state, const ModelVersion& a, const ModelVersion& b) {
  Json comparison = ModelRegistry::Compare(a, b);
  comparison.Set("judged", PairedJudgement(state, a, b));
  return comparison;
}

Result<Json> Compare(StateFolder& state, const ModelOptions& options) {
  ASSIGN_OR_RETURN(const ModelName a, ModelName::Parse(options.name));
  ModelRegistry registry(state);
  ASSIGN_OR_RETURN(const ModelVersion one, registry.Find(a));
  if (!options.other.empty()) {
    ASSIGN_OR_RETURN(const ModelName b, ModelName::Parse(options.other));
    ASSIGN_OR_RETURN(const ModelVersion other, registry.Find(b));
    return Comparison(state, one, other);
  }
  ASSIGN_OR_RETURN(const std::optional<ModelVersion> champion, registry.Champion(a));
  if (!champion) {
    return Conflict("no version of " + a.Text() + " is in force to compare with")
        .WithRemedy("name two versions: signet models compare loyalty/churn@1 loyalty/churn@2");
  }
  return Comparison(state, *champion, one);
}

using Change = Result<Json> (ModelRegistry::*)(const ModelName&,
                                               const std::string&,
                                               const std::string&,
                                               crypto::WriteBatch&);

Result<Json> Perform(StateFolder& state,
                     const ModelOptions& options,
                     const std::string& type,
                     Change change) {
  ASSIGN_OR_RETURN(const ModelName name, ModelName::Parse(options.name));
  crypto::WriteBatch batch;
  ModelRegistry registry(state);
  ASSIGN_OR_RETURN(Json facts, (registry.*change)(name, "cli:" + UserName(), options.why, batch));
  return Record(state, type, std::move(facts), options.why, std::move(batch));
}

Result<Json> Approve(StateFolder& state, const ModelOptions& options) {
  return Perform(state, options, "model.approved", &ModelRegistry::Approve);
}

Result<Json> Reject(StateFolder& state, const ModelOptions& options) {
  return Perform(state, options, "model.rejected", &ModelRegistry::Reject);
}

Result<Json> RollBack(StateFolder& state, const ModelOptions& options) {
  return Perform(state, options, "model.rolled_back", &ModelRegistry::RollBack);
}

Status Run(const ModelOptions& options, Action action, Words words) {
  SystemClock clock;
  SystemEntropy entropy;
  ASSIGN_OR_RETURN(const std::unique_ptr<StateFolder> state,
                   OpenExistingState(options.state, clock, entropy));
  ASSIGN_OR_RETURN(const Json done, action(*state, options));
  if (options.format == "json") {
    PrintJson(done);
  } else {
    PrintData(words(done));
  }
  return OkStatus();
}

}  // namespace

void AddModelCommands(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<ModelOptions>();
  CLI::App* models =
      app.add_subcommand("models", "Versions of models: judge, approve, roll back, compare");
  models->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, Action action, Words words) {
    CLI::App* command = models->add_subcommand(name, help);
    command->add_option("--state", options->state, "The state folder");
    command->add_option("--format", options->format, "text or json")
        ->check(CLI::IsMember({"text", "json"}));
    command->callback([options, action, words, &outcome] {
      const Status status = Run(*options, action, words);
      if (!status.ok()) PrintError(status);
      outcome.exit_code = ExitCode(status.code());
    });
    return command;
  };
  const auto named = [&](CLI::App* command, const char* help) {
    command->add_option("model", options->name, help)->required();
    return command;
  };
  const auto reasoned = [&](CLI::App* command) {
    command->add_option("--why", options->why, "The reason, for the log")->required();
  };
  add("list", "List versions with status, run and quality", List, ModelListText)
      ->add_option("model", options->name, "PIPELINE/MODEL: only this one");
  named(add("show",
            "Print a version's card: data, window, quality, fairness, limits",
            Show,
            ModelCardText),
        "PIPELINE/MODEL[@VERSION]; without version: the latest")
      ->footer("signet models show loyalty/churn@2 --format json");
  reasoned(named(
      add("approve", "Put a version in force: what MODEL@approved reads", Approve, ModelChangeText),
      "PIPELINE/MODEL@VERSION; without version: the latest"));
  reasoned(
      named(add("reject", "Keep a version from ever coming into force", Reject, ModelChangeText),
            "PIPELINE/MODEL@VERSION; without version: the latest"));
  reasoned(named(add("rollback",
                     "Reject the version in force and restore the one before",
                     RollBack,
                     ModelChangeText),
                 "PIPELINE/MODEL"));
  named(add("compare",
            "Quality of two versions with intervals: champion and challenger",
            Compare,
            ModelComparisonText),
        "PIPELINE/MODEL@VERSION")
      ->add_option("other",
                   options->other,
                   "The other; without it, the first is compared "
                   "with the version in force");
}

}  // namespace signet::coordinator
