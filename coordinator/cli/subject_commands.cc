// `signet subject ...`: what a person asks for.

#include <filesystem>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "coordinator/cli/action_command.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/control_access.h"
#include "coordinator/cli/facts_text.h"
#include "coordinator/cli/identifier_source.h"
#include "coordinator/cli/rights_session.h"
#include "policies/rights/right.h"

namespace signet::coordinator {
namespace {

using policies::Right;

struct SubjectOptions : ControlOptions {
  SubjectOptions() { format = "json"; }
  std::string from;
  std::string region;
  std::string purpose;
  std::string out;
  std::string law;
  std::string channel = "cli";
  std::string received;
  std::string pipeline;
  std::string corrections;
  std::string request;
  std::string reason;
  std::string url;
  bool lift = false;
  bool many = false;
  bool withdraw_only = false;
};

/// Performs the call where the state is, and prints the answer.
Status Tell(const SubjectOptions& options, const std::string& verb, const Json& arguments) {
  ASSIGN_OR_RETURN(const Json answer, PerformRights(options, verb, arguments));
  PrintFacts(answer, options.format);
  return OkStatus();
}

Result<Json> ArgumentsOf(const SubjectOptions& options) {
  ASSIGN_OR_RETURN(const std::string people, PeopleTextFrom(options.from));
  Json arguments = Json::Of({{"people", people}, {"region", options.region}});
  if (!options.received.empty()) arguments.Set("received", options.received);
  return arguments;
}

/// Asks for every right but an erasure of many.
Status Ask(const SubjectOptions& options, Right right) {
  Json arguments = Json::Of({{"right", policies::RightName(right)},
                             {"purpose", options.purpose},
                             {"lift", options.lift},
                             {"law", options.law},
                             {"channel", options.channel},
                             {"withdraw_only", options.withdraw_only}});
  if (!options.out.empty()) {
    arguments.Set("out", std::filesystem::absolute(options.out).string());
  }
  if (right == Right::kRectification) {
    ASSIGN_OR_RETURN(const Json corrections,
                     ReadCorrections(options.corrections, options.pipeline));
    arguments.Set("corrections", corrections);
  }
  ASSIGN_OR_RETURN(const Json person, ArgumentsOf(options));
  for (const auto& [name, value] : person.fields()) arguments.Set(name, value);
  return Tell(options, "ask", arguments);
}

Status Erase(const SubjectOptions& options) {
  if (!options.many) return Ask(options, Right::kErasure);
  ASSIGN_OR_RETURN(Json arguments, ArgumentsOf(options));
  arguments.Set("law", options.law);
  arguments.Set("channel", options.channel);
  arguments.Set("withdraw_only", options.withdraw_only);
  return Tell(options, "erase_many", arguments);
}

template <Right kRight>
Status AskFor(const SubjectOptions& options) {
  return Ask(options, kRight);
}

Status ShowStatus(const SubjectOptions& options) {
  ASSIGN_OR_RETURN(const Json arguments, ArgumentsOf(options));
  return Tell(options, "status", arguments);
}

Status Extend(const SubjectOptions& options) {
  return Tell(
      options, "extend", Json::Of({{"request", options.request}, {"reason", options.reason}}));
}

Status Refuse(const SubjectOptions& options) {
  return Tell(
      options, "refuse", Json::Of({{"request", options.request}, {"reason", options.reason}}));
}

Status Notify(const SubjectOptions& options) {
  return Tell(options, "hook", Json::Of({{"url", options.url}}));
}

using Action = Status (*)(const SubjectOptions&);

/// The subcommands of `subject`, which share their options.
class SubjectCommands {
 public:
  SubjectCommands(CLI::App& app, CommandOutcome& outcome)
      : parent_(app.add_subcommand("subject", "Requests of one person")), outcome_(outcome) {
    parent_->require_subcommand(1);
  }

  CLI::App* Add(const char* name, const char* help, Action action) {
    CLI::App* command = AddAction(*parent_, options_, {name, help}, action, outcome_);
    AddConnectOptions(*command, *options_);
    command->add_option("--format", options_->format, "json or text")
        ->check(CLI::IsMember({"json", "text"}));
    return command;
  }

  CLI::App* AddForPerson(const char* name, const char* help, Action action) {
    CLI::App* command = Add(name, help, action);
    command->add_option(
        "--from", options_->from, "File with lines TYPE VALUE (default: standard input)");
    command->add_option(
        "--region", options_->region, "Country of phone numbers without +, such as FI");
    command->add_option("--law", options_->law, "Whose clock runs (default: by jurisdiction)")
        ->check(CLI::IsMember({"gdpr", "ccpa"}));
    command->add_option("--channel", options_->channel, "How the request was made")
        ->check(CLI::IsMember({"cli", "api", "letter", "phone", "web"}));
    command->add_option("--received",
                        options_->received,
                        "When the person asked, if earlier (UTC): the legal clock begins there");
    return command;
  }

  SubjectOptions& options() { return *options_; }

 private:
  CLI::App* parent_;
  CommandOutcome& outcome_;
  std::shared_ptr<SubjectOptions> options_ = std::make_shared<SubjectOptions>();
};

void AddAnswers(SubjectCommands& commands) {
  SubjectOptions& options = commands.options();
  CLI::App* access = commands.AddForPerson(
      "access",
      "Write everything that is held about a person, with proofs from the log",
      AskFor<Right::kAccess>);
  access->add_option("--out", options.out, "The folder of the answer (made, mode 0700)")
      ->required();
  CLI::App* copy =
      commands.AddForPerson("export",
                            "Write the data that came from a person as JSON and CSV (portability)",
                            AskFor<Right::kPortability>);
  copy->add_option("--out", options.out, "The folder of the copy (made, mode 0700)")->required();
  CLI::App* rectify = commands.AddForPerson(
      "rectify", "Replace wrong values about a person", AskFor<Right::kRectification>);
  rectify
      ->add_option("--corrections",
                   options.corrections,
                   "File with lines SOURCE.COLUMN VALUE, values as the state keeps them")
      ->required();
  rectify->add_option("--pipeline", options.pipeline, "Whose source it is")->required();
}

void AddStatements(SubjectCommands& commands) {
  SubjectOptions& options = commands.options();
  CLI::App* restriction = commands.AddForPerson(
      "restrict", "Restrict the processing of a person's data", AskFor<Right::kRestriction>);
  CLI::App* object = commands.AddForPerson(
      "object", "Object to a purpose, or to all below it", AskFor<Right::kObjection>);
  CLI::App* opt_out =
      commands.AddForPerson("opt-out", "Opt out of sale and sharing", AskFor<Right::kOptOut>);
  CLI::App* limit =
      commands.AddForPerson("limit", "Limit the use of sensitive data", AskFor<Right::kLimit>);
  restriction->add_option("--purpose", options.purpose, "Only this purpose (default: all)");
  object->add_option("--purpose", options.purpose, "The purpose")->required();
  for (CLI::App* command : {restriction, object, opt_out, limit}) {
    command->add_flag("--lift", options.lift, "Take it back");
  }
}

}  // namespace

void AddSubjectCommands(CLI::App& app, CommandOutcome& outcome) {
  SubjectCommands commands(app, outcome);
  SubjectOptions& options = commands.options();
  AddAnswers(commands);
  CLI::App* erase = commands.AddForPerson(
      "erase", "Erase a person: withdrawn at once, then destroyed, with receipts", Erase);
  erase->add_flag("--withdraw-only",
                  options.withdraw_only,
                  "Leave the destruction to the next `signet retention sweep`");
  erase->add_flag(
      "--many", options.many, "The file names many persons, with an empty line between two");
  AddStatements(commands);
  commands.AddForPerson(
      "status", "Show the requests of a person and when they are due", ShowStatus);
  CLI::App* notify =
      commands.Add("notify", "Where warnings about the terms of requests are posted", Notify);
  notify->add_option("--url", options.url, "http or https; empty: nowhere")->required();
  CLI::App* extend = commands.Add("extend", "Use the law's longer term for an answer", Extend);
  CLI::App* refuse = commands.Add("refuse", "Refuse a request that nothing was done for", Refuse);
  for (CLI::App* command : {extend, refuse}) {
    command->add_option("request", options.request, "The request's id")->required();
    command->add_option("--reason", options.reason, "Why; told to the person")->required();
  }
}

}  // namespace signet::coordinator
