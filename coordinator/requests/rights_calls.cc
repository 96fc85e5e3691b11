#include "coordinator/requests/rights_calls.h"

#include <optional>
#include <utility>
#include <vector>

#include "coordinator/requests/consent_desk.h"
#include "coordinator/requests/identifiers.h"
#include "coordinator/requests/purpose_check.h"
#include "coordinator/requests/retention_calls.h"
#include "policies/consent/consent_import.h"

namespace signet::coordinator {
namespace {

using policies::Right;

std::string ChannelOf(const Json& arguments) {
  const std::string& channel = arguments["channel"].AsString();
  return channel.empty() ? std::string("cli") : channel;
}

Result<LocatedSubject> PersonOf(RightsWorld& world, const Json& arguments) {
  ASSIGN_OR_RETURN(const std::vector<Identifier> identifiers,
                   ReadIdentifiers(arguments["people"].AsString()));
  Result<LocatedSubject> located = world.desk.Locate(identifiers, arguments["region"].AsString());
  if (!located.ok()) {
    return located.status().WithRemedy(
        "check the identifier's type and spelling; phone numbers without + need --region");
  }
  return located;
}

/// When the person asked: a day or a moment that is not to come.
Result<std::optional<Timestamp>> ReceivedFrom(const Json& arguments, Timestamp now) {
  const std::string& text = arguments["received"].AsString();
  if (text.empty()) return std::optional<Timestamp>();
  const Result<Timestamp> received = TimestampFromText(text);
  if (!received.ok() || received->micros > now.micros) {
    return Invalid("'received' is a day or a moment (UTC) that has passed");
  }
  return std::optional<Timestamp>(*received);
}

Result<Asked> AskedFrom(RightsWorld& world, const Json& arguments, Right right) {
  Asked asked;
  asked.right = right;
  asked.purpose = arguments["purpose"].AsString();
  asked.lift = arguments["lift"].AsBool();
  asked.law = arguments["law"].AsString();
  asked.channel = arguments["channel"].AsString();
  asked.out = arguments["out"].AsString();
  asked.corrections = arguments["corrections"];
  asked.withdraw_only = arguments["withdraw_only"].AsBool();
  ASSIGN_OR_RETURN(asked.received, ReceivedFrom(arguments, world.state.clock().Now()));
  return asked;
}

Result<Json> Ask(RightsWorld& world, const Json& arguments) {
  ASSIGN_OR_RETURN(const Right right, policies::RightFromName(arguments["right"].AsString()));
  ASSIGN_OR_RETURN(const Asked asked, AskedFrom(world, arguments, right));
  if (!asked.purpose.empty()) TRY(CheckPurposeOrAncestor(world.policy, asked.purpose));
  const bool hands_over = right == Right::kAccess || right == Right::kPortability;
  if (hands_over && (asked.out.empty() || asked.out[0] != '/')) {
    return Invalid("an answer needs the folder that it is written to, named from the root");
  }
  if (right == Right::kRectification && asked.corrections.size() == 0) {
    return Invalid("there is nothing to correct");
  }
  ASSIGN_OR_RETURN(const LocatedSubject person, PersonOf(world, arguments));
  return world.desk.Ask(person, asked);
}

Result<Json> EraseMany(RightsWorld& world, const Json& arguments) {
  ASSIGN_OR_RETURN(const std::vector<std::vector<Identifier>> people,
                   ReadPeople(arguments["people"].AsString()));
  SubjectFinder::ManyOptions many;
  many.default_region = arguments["region"].AsString();
  ASSIGN_OR_RETURN(const std::vector<LocatedSubject> found,
                   world.desk.finder().LocateAll(people, many));
  std::vector<LocatedSubject> known;
  known.reserve(found.size());
  for (const LocatedSubject& person : found) {
    if (!person.subjects.empty()) known.push_back(person);
  }
  ASSIGN_OR_RETURN(const Asked asked, AskedFrom(world, arguments, Right::kErasure));
  ASSIGN_OR_RETURN(Json answer, world.desk.EraseAll(known, asked));
  answer.Set("unknown", found.size() - known.size());
  return answer;
}

Result<Json> StatusOf(RightsWorld& world, const Json& arguments) {
  ASSIGN_OR_RETURN(const LocatedSubject person, PersonOf(world, arguments));
  ASSIGN_OR_RETURN(const Json requests, world.desk.StatusOf(person));
  Json status{Json::Object()};
  status.Set("requests", requests);
  return status;
}

Result<Json> SetConsent(RightsWorld& world, const Json& arguments) {
  const std::string& purpose = arguments["purpose"].AsString();
  const std::string& to = arguments["to"].AsString();
  if (to != "given" && to != "withdrawn") return Invalid("consent is given or withdrawn");
  TRY(CheckPurpose(world.policy, purpose));
  ASSIGN_OR_RETURN(const LocatedSubject person, PersonOf(world, arguments));
  return world.desk.SetConsent(person, purpose, to == "given", ChannelOf(arguments));
}

Result<Json> Import(RightsWorld& world, const Json& arguments) {
  policies::ImportOptions options;
  options.source = arguments["source"].AsString();
  if (options.source.empty()) return Invalid("an export needs the name of its source");
  if (!arguments["as_of"].AsString().empty()) {
    ASSIGN_OR_RETURN(options.as_of, TimestampFromText(arguments["as_of"].AsString()));
  }
  for (const Json& mapping : arguments["tcf"].items()) {
    TRY(policies::AddTcfPurpose(mapping.AsString(), options.tcf));
  }
  if (arguments["tcf"].size() > 0) {
    for (const auto& mapped : options.tcf) TRY(CheckPurpose(world.policy, mapped.first));
  }
  ASSIGN_OR_RETURN(policies::ConsentImport import,
                   policies::ReadConsentImport(arguments["text"].AsString(), options));
  ConsentDesk desk(world.state, world.ledger, world.desk.finder(), world.policy);
  return desk.Import(std::move(import),
                     {options.source, arguments["region"].AsString(), ChannelOf(arguments)});
}

}  // namespace

Result<Json> PerformRightsCall(RightsWorld& world, const std::string& verb, const Json& arguments) {
  ConsentDesk consent(world.state, world.ledger, world.desk.finder(), world.policy);
  if (verb == "ask") return Ask(world, arguments);
  if (verb == "erase_many") return EraseMany(world, arguments);
  if (verb == "status") return StatusOf(world, arguments);
  const std::string& request = arguments["request"].AsString();
  if (verb == "extend") return world.desk.Extend(request, arguments["reason"].AsString());
  if (verb == "refuse") return world.desk.Refuse(request, arguments["reason"].AsString());
  if (verb == "consent_set") return SetConsent(world, arguments);
  if (verb == "consent_show") {
    ASSIGN_OR_RETURN(const LocatedSubject person, PersonOf(world, arguments));
    return consent.Show(person);
  }
  if (verb == "gpc") {
    ASSIGN_OR_RETURN(const std::vector<Identifier> identifiers,
                     ReadIdentifiers(arguments["people"].AsString()));
    return consent.Gpc(identifiers, arguments["region"].AsString(), ChannelOf(arguments));
  }
  if (verb == "import") return Import(world, arguments);
  if (verb == "sweep") return PerformSweep(world, arguments);
  std::optional<Result<Json>> setting = PerformSettingCall(world.state, verb, arguments);
  if (setting.has_value()) return *std::move(setting);
  return Invalid("there is no call '" + verb + "' about persons");
}

bool NeedsQuiet(const std::string& verb, const Json& arguments) {
  if (verb == "sweep") return !arguments["dry_run"].AsBool();
  if (verb != "ask") return false;
  const std::string& right = arguments["right"].AsString();
  return right == "access" || right == "portability" || right == "rectification";
}

}  // namespace signet::coordinator
