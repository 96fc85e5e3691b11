// `signet submit`, `get`, `logs`, `why`, `cancel`, `top`: against a standing coordinator.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/control_access.h"
#include "coordinator/cli/control_text.h"
#include "coordinator/cli/live_tree.h"
#include "coordinator/cli/run_report.h"
#include "coordinator/cli/state_access.h"
#include "coordinator/requests/run_json.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

constexpr int kWaitMillis = 5'000;
constexpr int kRunsShown = 20;

struct CommandOptions : ControlOptions {
  std::string file;
  std::vector<std::string> params;
  std::string as_of;
  bool no_cache = false;
  int priority = 0;
  bool watch = false;
  std::string run;
  std::string task;
  ControlRerun rerun;
  ControlRange range;
};

bool IsJson(const CommandOptions& options) {
  return options.format == "json";
}

/// How the run ended, as this command's own outcome.
Status OutcomeOf(const Json& run) {
  const std::string status = run["status"].AsString();
  if (status == "failed") {
    const std::string failure = run["failure"].AsString();
    const std::string code = failure.substr(0, failure.find(':'));
    return Status(StatusCodeFromName(code), "run " + run["run"].AsString() + " failed: " + failure);
  }
  if (status == "cancelled") return Cancelled("run " + run["run"].AsString() + " was cancelled");
  return OkStatus();
}

/// The live tree until the run has ended, then its report.
Status WatchRun(ControlClient& client, const std::string& run, const CommandOptions& options) {
  LiveTree tree(NotesGoToTerminal());
  int64_t seen = 0;
  for (;;) {
    ASSIGN_OR_RETURN(const Json json, client.Get(run));
    const RunView view = ViewOfJson(json);
    PrintNote(tree.Draw(view));
    if (IsTerminal(view.state)) {
      if (IsJson(options)) {
        PrintJson(json);
      } else {
        PrintData(RunReportText(json));
      }
      return OutcomeOf(json);
    }
    ASSIGN_OR_RETURN(seen, client.Wait(seen, kWaitMillis));
  }
}

Result<ControlSubmission> SubmissionOf(const CommandOptions& options) {
  ControlSubmission submission;
  ASSIGN_OR_RETURN(submission.params, ParseParams(options.params));
  if (!options.as_of.empty()) submission.params["as_of"] = options.as_of;
  submission.file = std::filesystem::absolute(options.file).string();
  submission.base = std::filesystem::current_path().string();
  submission.no_cache = options.no_cache;
  submission.priority = options.priority;
  return submission;
}

/// Prints the id of a run that was accepted, or follows it.
Status Tell(ControlClient* client, const std::string& run, const CommandOptions& options) {
  if (options.watch) return WatchRun(*client, run, options);
  if (IsJson(options)) {
    PrintJson(Json::Of({{"run", run}}));
  } else {
    PrintData(run + "\n");
  }
  return OkStatus();
}

Status Submit(const CommandOptions& options) {
  ASSIGN_OR_RETURN(const auto client, ConnectControl(options));
  ASSIGN_OR_RETURN(const ControlSubmission submission, SubmissionOf(options));
  ASSIGN_OR_RETURN(const std::string run, client->Submit(submission));
  return Tell(client.get(), run, options);
}

Status Rerun(const CommandOptions& options) {
  ASSIGN_OR_RETURN(const auto client, ConnectControl(options));
  ControlRerun choice = options.rerun;
  ASSIGN_OR_RETURN(choice.params, ParseParams(options.params));
  ASSIGN_OR_RETURN(const std::string run, client->Rerun(options.run, choice));
  return Tell(client.get(), run, options);
}

Status Backfill(const CommandOptions& options) {
  ASSIGN_OR_RETURN(const auto client, ConnectControl(options));
  ASSIGN_OR_RETURN(const ControlSubmission submission, SubmissionOf(options));
  ASSIGN_OR_RETURN(const Json filled, client->Backfill(submission, options.range));
  if (IsJson(options)) {
    PrintJson(filled);
    return OkStatus();
  }
  for (const Json& run : filled["runs"].items()) {
    PrintData(run["run"].AsString() + "  as of " + run["as_of"].AsString() + "\n");
  }
  PrintNote(std::to_string(filled["runs"].size()) + " runs asked for, " +
            std::to_string(filled["skipped"].size()) + " days done already\n");
  return OkStatus();
}

Status Approve(const CommandOptions& options) {
  ASSIGN_OR_RETURN(const auto client, ConnectControl(options));
  TRY(client->Approve(options.run, options.task));
  PrintNote("approved\n");
  return OkStatus();
}

Status Get(const CommandOptions& options) {
  ASSIGN_OR_RETURN(const auto client, ConnectControl(options));
  if (options.watch) return WatchRun(*client, options.run.empty() ? "last" : options.run, options);
  if (options.run.empty()) {
    ASSIGN_OR_RETURN(const Json runs, client->Runs(kRunsShown));
    if (IsJson(options)) {
      PrintJson(runs);
      return OkStatus();
    }
    PrintData(RunsText(runs));
    const Result<Json> schedules = client->Schedules();
    if (schedules.ok() && schedules->size() > 0) PrintData(SchedulesText(*schedules));
    return OkStatus();
  }
  ASSIGN_OR_RETURN(const Json run, client->Get(options.run));
  if (IsJson(options)) {
    PrintJson(run);
  } else {
    PrintData(RunText(run));
  }
  return OkStatus();
}

Status Top(const CommandOptions& options) {
  ASSIGN_OR_RETURN(const auto client, ConnectControl(options));
  ASSIGN_OR_RETURN(const Json top, client->Top());
  if (IsJson(options)) {
    PrintJson(top);
  } else {
    PrintData(TopText(top));
  }
  return OkStatus();
}

Status Cancel(const CommandOptions& options) {
  ASSIGN_OR_RETURN(const auto client, ConnectControl(options));
  ASSIGN_OR_RETURN(const Json run, client->Get(options.run));
  const std::string id = run["run"].AsString();  // `last` is told by its name
  TRY(client->Cancel(id));
  PrintNote("run " + id + " is being cancelled\n");
  return OkStatus();
}

/// Prints what is new; returns where the next part begins.
Result<int64_t> PrintLogs(ControlClient& client, const CommandOptions& options, int64_t after) {
  for (;;) {
    ASSIGN_OR_RETURN(const Json part, client.Logs(options.run, after));
    for (const Json& line : part["lines"].items()) {
      PrintData(IsJson(options) ? line.Dump() + "\n" : LogText(line));
    }
    const int64_t next = part["next"].AsInt();
    if (next == after) return after;
    after = next;
  }
}

Status Logs(const CommandOptions& options) {
  ASSIGN_OR_RETURN(const auto client, ConnectControl(options));
  int64_t seen = 0;
  int64_t after = 0;
  for (;;) {
    // Asked first: what is written until the run ends is printed then.
    ASSIGN_OR_RETURN(const Json run, client->Get(options.run));
    ASSIGN_OR_RETURN(after, PrintLogs(*client, options, after));
    if (!options.watch || IsTerminal(ViewOfJson(run).state)) return OkStatus();
    ASSIGN_OR_RETURN(seen, client->Wait(seen, kWaitMillis));
  }
}

/// "RUN/STEP/TASK", "STEP/TASK" or "STEP" (of the last run, its first task that is not done).
struct TaskName {
  std::string run = "last";
  std::string step;
  int task = -1;
};

Result<TaskName> TaskNameOf(const std::string& text) {
  std::vector<std::string> parts = Split(text, '/');
  TaskName name;
  if (parts.size() > 1) {
    const Result<int64_t> number = IntegerFromText(parts.back());
    if (number.ok()) {
      name.task = static_cast<int>(*number);
      parts.pop_back();
    }
  }
  if (parts.empty() || parts.size() > 2 || parts.back().empty()) {
    return Invalid("'" + text + "' names no task").WithRemedy("write RUN/STEP/TASK or STEP");
  }
  name.step = parts.back();
  if (parts.size() == 2) name.run = parts.front();
  return name;
}

Status Why(const CommandOptions& options) {
  ASSIGN_OR_RETURN(const auto client, ConnectControl(options));
  ASSIGN_OR_RETURN(TaskName name, TaskNameOf(options.task));
  const int first = name.task < 0 ? 0 : name.task;
  ASSIGN_OR_RETURN(const Json why, client->Why(name.run, name.step, first));
  if (IsJson(options)) {
    PrintJson(why);
  } else if (why.Has("schedule")) {
    PrintData(why["schedule"].AsString() + " " + why["why"].AsString() + "\n");
  } else {
    PrintData(why["step"].AsString() + "/" + why["task"].Dump() + " " + why["why"].AsString() +
              "\n");
  }
  return OkStatus();
}

CLI::App* Add(CLI::App& app,
              const char* name,
              const char* help,
              const std::shared_ptr<CommandOptions>& options,
              Status (*action)(const CommandOptions&),
              CommandOutcome& outcome) {
  CLI::App* command = app.add_subcommand(name, help);
  AddControlOptions(*command, *options);
  command->callback([options, action, &outcome] {
    const Status status = action(*options);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
  return command;
}

}  // namespace

void AddControlCommands(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<CommandOptions>();
  CLI::App* submit =
      Add(app, "submit", "Ask a coordinator for a run of a pipeline", options, Submit, outcome);
  submit->add_option("pipeline", options->file, "The pipeline's YAML")->required();
  submit->add_option("-p,--param", options->params, "A parameter: name=value")
      ->allow_extra_args(false);
  submit->add_option("--as-of", options->as_of, "Point in time of the run: YYYY-MM-DD");
  submit->add_option("--priority", options->priority, "Higher goes first (-100 to 100)")
      ->check(CLI::Range(-100, 100));
  submit->add_flag("--no-cache", options->no_cache, "Compute everything again");
  submit->add_flag("-w,--watch", options->watch, "Follow the run to its end");

  CLI::App* rerun =
      Add(app, "rerun", "Ask for a run again, in whole or in part", options, Rerun, outcome);
  rerun->add_option("run", options->run, "A run's id, its beginning, or 'last'")->required();
  CLI::Option* from =
      rerun->add_option("--from", options->rerun.from, "Compute this step and what follows again");
  CLI::Option* only =
      rerun->add_option("--only", options->rerun.only, "This step and what it needs, nothing else");
  rerun->add_flag("--failed", options->rerun.failed, "Compute what failed, and what follows, again")
      ->excludes(from)
      ->excludes(only);
  rerun->add_option("-p,--param", options->params, "In place of the run's: name=value")
      ->allow_extra_args(false);
  rerun->add_flag("-w,--watch", options->watch, "Follow the run to its end");

  CLI::App* backfill =
      Add(app, "backfill", "Ask for a run as of each day of a range", options, Backfill, outcome);
  backfill->add_option("pipeline", options->file, "The pipeline's YAML")->required();
  backfill->add_option("--from", options->range.first, "The first day: YYYY-MM-DD")->required();
  backfill->add_option("--to", options->range.last, "The last day: YYYY-MM-DD")->required();
  backfill->add_option("--days", options->range.days, "From one to the next")
      ->check(CLI::Range(1, 366));
  backfill->add_flag("--all", options->range.all, "Also days that are done");
  backfill->add_option("-p,--param", options->params, "A parameter: name=value")
      ->allow_extra_args(false);

  CLI::App* approve =
      Add(app, "approve", "Agree to a step that waits for it", options, Approve, outcome);
  approve->add_option("run", options->run, "A run's id, its beginning, or 'last'")->required();
  approve->add_option("step", options->task, "The step")->required();

  CLI::App* get = Add(app, "get", "Show runs, or one run", options, Get, outcome);
  get->add_option("run", options->run, "A run's id, its beginning, or 'last'");
  get->add_flag("-w,--watch", options->watch, "Follow the run to its end");

  CLI::App* logs = Add(app, "logs", "Print what happened in a run", options, Logs, outcome);
  logs->add_option("run", options->run, "A run's id, its beginning, or 'last'")->required();
  logs->add_flag("-f,--follow", options->watch, "Go on until the run has ended");

  CLI::App* why = Add(app,
                      "why",
                      "Say why a task waits, was skipped, is tried again or failed",
                      options,
                      Why,
                      outcome);
  why->add_option("task", options->task, "RUN/STEP/TASK, STEP of the last run, or a schedule")
      ->required();

  CLI::App* cancel = Add(app, "cancel", "Cancel a run", options, Cancel, outcome);
  cancel->add_option("run", options->run, "A run's id, its beginning, or 'last'")->required();

  Add(app, "top", "Show workers and what is under way", options, Top, outcome);
}

}  // namespace signet::coordinator
