#include "coordinator/binding/experiment_book.h"

#include <optional>
#include <utility>

#include "crypto/primitives/sha256.h"
#include "pipelines/record/option_doc.h"

namespace signet::coordinator {
namespace {

constexpr char kPrefix[] = "experiments/";

std::string KeyOf(const ExperimentRule& rule) {
  return kPrefix + rule.pipeline + "/" + rule.step;
}

std::string DigestOfJson(const Json& json) {
  return ToHex(crypto::Sha256::Of(AsBytes(json.Dump())));
}

/// The moment from which outcomes count, if the rule says so.
std::optional<Timestamp> StartOf(const ExperimentRule& rule) {
  const std::string& text = rule.options["start"].AsString();
  if (text.empty()) return std::nullopt;
  const Result<Timestamp> moment = pipelines::ResolveMoment(text, rule.as_of);
  if (!moment.ok()) return std::nullopt;
  return *moment;
}

std::string PrimaryOf(const ExperimentRule& rule) {
  const std::string& primary = rule.options["primary"].AsString();
  if (!primary.empty()) return primary;
  const auto& metrics = rule.options["metrics"].fields();
  return metrics.empty() ? "" : metrics.begin()->first;
}

Json Last(const Json& list) {
  return list.size() == 0 ? Json() : list.items().back();
}

/// When the rule in force was first registered; null if it never was.
Json RuleWith(const Json& record, const std::string& digest) {
  for (const Json& rule : record["rules"].items()) {
    if (rule["digest"].AsString() == digest) return rule;
  }
  return {};
}

}  // namespace

std::string ExperimentBook::DigestOf(const ExperimentRule& rule) {
  return DigestOfJson(rule.options);
}

Result<Json> ExperimentBook::Read(const ExperimentRule& rule) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state_.store().Get(KeyOf(rule)));
  if (stored) return Json::Parse(AsText(*stored));
  return Json::Of({{"pipeline", rule.pipeline},
                   {"experiment", rule.step},
                   {"rules", Json(Json::Array())},
                   {"looks", Json(Json::Array())}});
}

Result<Json> ExperimentBook::Register(const ExperimentRule& rule, crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(Json record, Read(rule));
  const std::string digest = DigestOf(rule);
  const Json last = Last(record["rules"]);
  if (last.is_object() && last["digest"].AsString() == digest) return Json();
  const Timestamp now = state_.clock().Now();
  Json entry =
      Json::Of({{"digest", digest}, {"at", TimestampText(now)}, {"primary", PrimaryOf(rule)}});
  Json facts = Json::Of({{"pipeline", rule.pipeline},
                         {"experiment", rule.step},
                         {"rule_digest", digest},
                         {"primary", PrimaryOf(rule)},
                         {"control", rule.options["control"].AsString()}});
  if (const std::optional<Timestamp> start = StartOf(rule)) {
    entry.Set("start", TimestampText(*start)).Set("before_start", now < *start);
    facts.Set("start", TimestampText(*start)).Set("before_start", now < *start);
  }
  if (last.is_object()) facts.Set("replaces", last["digest"].AsString());
  record.Field("rules").Push(std::move(entry));
  batch.Put(KeyOf(rule), record.Dump());
  return facts;
}

Result<Json> ExperimentBook::Decide(const ExperimentRule& rule,
                                    const Json& figures,
                                    crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(Json record, Read(rule));
  const std::string digest = DigestOf(rule);
  const std::string seen = DigestOfJson(figures);
  const Json last = Last(record["looks"]);
  const bool same = last.is_object() && last["figures_digest"].AsString() == seen &&
                    last["rule"].AsString() == digest;
  if (same) return Json();
  const std::string now = TimestampText(state_.clock().Now());
  const Json registered = RuleWith(record, digest);
  const bool before = registered.is_object() && registered.Has("before_start") &&
                      registered["before_start"].AsBool();
  Json look = Json::Of({{"at", now},
                        {"rule", digest},
                        {"figures_digest", seen},
                        {"decision", figures["decision"].AsString()},
                        {"winner", figures["arm"].AsString()},
                        {"as_of", TimestampText(rule.as_of)},
                        {"pre_registered", before}});
  Json facts = Json::Of({{"pipeline", rule.pipeline},
                         {"experiment", rule.step},
                         {"rule_digest", digest},
                         {"look", record["looks"].size() + 1},
                         {"decision", figures["decision"].AsString()},
                         {"figures_digest", seen},
                         {"pre_registered", before}});
  const std::string& winner = figures["arm"].AsString();
  if (!winner.empty()) facts.Set("winner", winner);
  record.Field("looks").Push(std::move(look));
  batch.Put(KeyOf(rule), record.Dump());
  return facts;
}

Result<std::vector<Json>> ExperimentBook::All() {
  std::vector<Json> all;
  TRY(state_.store().Scan(kPrefix, [&all](std::string_view, ByteView value) -> Status {
    ASSIGN_OR_RETURN(Json json, Json::Parse(AsText(value)));
    all.push_back(std::move(json));
    return OkStatus();
  }));
  return all;
}

}  // namespace signet::coordinator
