// `signet subject ...`: what a person asks for.

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/action_command.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/facts_text.h"
#include "coordinator/cli/identifier_source.h"
#include "coordinator/cli/purpose_check.h"
#include "coordinator/cli/rights_session.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

using policies::Right;

struct SubjectOptions {
  std::string state = "./.signet";
  std::string from;
  std::string region;
  std::string purpose;
  std::string out;
  std::string law;
  std::string channel = "cli";
  std::string pipeline;
  std::string corrections;
  std::string request;
  std::string reason;
  std::string format = "json";
  bool lift = false;
  bool many = false;
  bool withdraw_only = false;
};

Asked AskedFrom(const SubjectOptions& options, Right right) {
  Asked asked;
  asked.right = right;
  asked.purpose = options.purpose;
  asked.lift = options.lift;
  asked.law = options.law;
  asked.channel = options.channel;
  asked.withdraw_only = options.withdraw_only;
  if (!options.out.empty()) asked.out = std::filesystem::absolute(options.out).string();
  return asked;
}

Result<LocatedSubject> LocateFrom(RightsSession& session, const SubjectOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<Identifier> identifiers, ReadIdentifiersFrom(options.from));
  Result<LocatedSubject> located = session.desk().Locate(identifiers, options.region);
  if (!located.ok()) {
    return located.status().WithRemedy(
        "check the identifier's type and spelling; phone numbers without + need --region");
  }
  return located;
}

/// Opens, asks, prints: for every right but an erasure of many.
Status Ask(const SubjectOptions& options, Right right) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RightsSession> session,
                   RightsSession::Open(options.state));
  if (!options.purpose.empty()) TRY(CheckPurposeOrAncestor(session->policy(), options.purpose));
  Asked asked = AskedFrom(options, right);
  if (right == Right::kRectification) {
    ASSIGN_OR_RETURN(asked.corrections, ReadCorrections(options.corrections, options.pipeline));
  }
  ASSIGN_OR_RETURN(const LocatedSubject person, LocateFrom(*session, options));
  ASSIGN_OR_RETURN(const Json answer, session->desk().Ask(person, asked));
  TRY(session->Finish());
  PrintFacts(answer, options.format);
  return OkStatus();
}

Status EraseMany(const SubjectOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RightsSession> session,
                   RightsSession::Open(options.state));
  ASSIGN_OR_RETURN(const std::vector<std::vector<Identifier>> people, ReadPeopleFrom(options.from));
  SubjectFinder::ManyOptions many;
  many.default_region = options.region;
  ASSIGN_OR_RETURN(const std::vector<LocatedSubject> found,
                   session->desk().finder().LocateAll(people, many));
  std::vector<LocatedSubject> known;
  for (const LocatedSubject& person : found) {
    if (!person.subjects.empty()) known.push_back(person);
  }
  ASSIGN_OR_RETURN(Json answer,
                   session->desk().EraseAll(known, AskedFrom(options, Right::kErasure)));
  answer.Set("unknown", found.size() - known.size());
  TRY(session->Finish());
  PrintFacts(answer, options.format);
  return OkStatus();
}

Status Erase(const SubjectOptions& options) {
  return options.many ? EraseMany(options) : Ask(options, Right::kErasure);
}

template <Right kRight>
Status AskFor(const SubjectOptions& options) {
  return Ask(options, kRight);
}

Status ShowStatus(const SubjectOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RightsSession> session,
                   RightsSession::Open(options.state));
  ASSIGN_OR_RETURN(const LocatedSubject person, LocateFrom(*session, options));
  ASSIGN_OR_RETURN(Json requests, session->desk().StatusOf(person));
  PrintFacts(Json::Of({{"requests", std::move(requests)}}), options.format);
  return OkStatus();
}

Status Extend(const SubjectOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RightsSession> session,
                   RightsSession::Open(options.state));
  ASSIGN_OR_RETURN(const Json answer, session->desk().Extend(options.request, options.reason));
  PrintFacts(answer, options.format);
  return OkStatus();
}

Status Refuse(const SubjectOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RightsSession> session,
                   RightsSession::Open(options.state));
  ASSIGN_OR_RETURN(const Json answer, session->desk().Refuse(options.request, options.reason));
  PrintFacts(answer, options.format);
  return OkStatus();
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
  CLI::App* extend = commands.Add("extend", "Use the law's longer term for an answer", Extend);
  CLI::App* refuse = commands.Add("refuse", "Refuse a request that nothing was done for", Refuse);
  for (CLI::App* command : {extend, refuse}) {
    command->add_option("request", options.request, "The request's id")->required();
    command->add_option("--reason", options.reason, "Why; told to the person")->required();
  }
}

}  // namespace signet::coordinator
