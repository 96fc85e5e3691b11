#include "coordinator/disclosure/profile.h"

#include <algorithm>
#include <utility>

#include "coordinator/requests/run_folder.h"
#include "crypto/base/text.h"
#include "pipelines/artifacts/sealed_blob.h"
#include "pipelines/catalog/operator.h"
#include "pipelines/catalog/state_blobs.h"
#include "policies/disclosure/noisy_count.h"

namespace signet::coordinator {
namespace {

using policies::LabelClass;

Status NoDataset(const std::vector<LiveDataset>& all, const ProfileRequest& request) {
  std::vector<std::string> names;
  for (const LiveDataset& dataset : all) {
    if (dataset.owner[0] != '@') names.push_back(dataset.name);
  }
  const std::string nearest = NearestName(request.dataset, names);
  return NotFound("no dataset '" + request.dataset + "' rests in this state")
      .WithRemedy(nearest.empty() ? "run the pipeline first; datasets here: " + Join(names, ", ")
                                  : "did you mean '" + nearest + "'?");
}

Result<LiveDataset> FindDataset(StateFolder& state, const ProfileRequest& request) {
  DatasetRegistry registry(state);
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, registry.All());
  std::vector<LiveDataset> found;
  for (const LiveDataset& dataset : all) {
    const bool wanted = dataset.name == request.dataset &&
                        (request.pipeline.empty() || dataset.owner == request.pipeline);
    if (wanted && dataset.owner[0] != '@') found.push_back(dataset);
  }
  if (found.empty()) return NoDataset(all, request);
  if (found.size() > 1) {
    return Invalid("several pipelines have a dataset '" + request.dataset + "'")
        .WithRemedy("name one with --pipeline");
  }
  return found.front();
}

/// Who is in a segment is one question, whoever asks: also the size of published lists answers it.
std::string GroupOf(const ProfileSubject& subject, const std::string& more) {
  if (more.empty() && subject.dataset.kind == pipelines::DatasetKind::kSegment) {
    return SegmentGroup(subject.dataset.owner, subject.dataset.name);
  }
  return "profile/" + subject.dataset.owner + "/" + subject.dataset.name + more;
}

/// The counts of one column's values, as statements; `places` names where each stands.
void Collect(const ProfileSubject& subject,
             const ProfileRequest& request,
             const Json& column,
             Timestamp now,
             std::vector<policies::CountStatement>& statements) {
  const std::string name = column["name"].AsString();
  for (const char* what : {"people", "missing"}) {
    if (!column[what].is_int()) continue;
    statements.push_back({request.recipient,
                          GroupOf(subject, "/" + name + "/" + what),
                          column[what].AsInt(),
                          now.micros});
  }
  for (const Json& value : column["values"].items()) {
    statements.push_back({request.recipient,
                          GroupOf(subject, "/" + name + "=" + value["value"].AsString()),
                          value["people"].AsInt(),
                          now.micros});
  }
}

/// The column with the counts that may not be told left out; `next` walks through `told`.
Json Filtered(const Json& column, const std::vector<bool>& told, size_t& next) {
  Json json = column;
  bool all = true;
  for (const char* what : {"people", "missing"}) {
    if (!column[what].is_int()) continue;
    if (!told[next++]) json.Set(what, Json());
  }
  Json values{Json::Array()};
  for (const Json& value : column["values"].items()) {
    const bool may = told[next++];
    all = all && may;
    values.Push(may ? value : Json::Of({{"value", value["value"]}, {"people", Json()}}));
  }
  if (column.Has("values")) json.Set("values", std::move(values));
  // The rest is the total less the values: it would tell what was left out.
  if (!all) json.Set("rest", Json());
  return json;
}

TellingNote NoteOf(const ProfileRequest& request, const ProfileSubject& subject) {
  return {"profile",
          subject.dataset.owner + "/" + subject.dataset.name,
          request.purpose,
          request.recipient,
          subject.policy.digest()};
}

Result<Json> TellNoisy(DisclosureBook& book,
                       const ProfileRequest& request,
                       const ProfileSubject& subject,
                       int64_t people,
                       Timestamp now) {
  const policies::PublicationRule& rule = subject.policy.publication();
  ASSIGN_OR_RETURN(const int64_t noisy,
                   book.TellNoisy(people, request.noise, rule, NoteOf(request, subject)));
  const policies::BudgetGauge gauge = book.budget().Gauge(request.recipient, now.micros, rule);
  return Json::Of({{"dataset", subject.dataset.name},
                   {"pipeline", subject.dataset.owner},
                   {"people_noisy", noisy},
                   {"epsilon", request.noise.epsilon},
                   {"noise", policies::NoiseName(request.noise.kind)},
                   {"within_95", policies::NoiseBound95(request.noise.kind, request.noise.epsilon)},
                   {"budget",
                    Json::Of({{"recipient", gauge.recipient},
                              {"spent", gauge.spent},
                              {"limit", gauge.limit},
                              {"rho", gauge.rho},
                              {"delta", gauge.delta},
                              {"gauge", policies::GaugeText(gauge)}})}});
}

std::string SearchText(const Json& search) {
  const std::string goal = "  least generalisation for classes of " +
                           std::to_string(search["k"].AsInt()) + " with at most " +
                           FixedText(100 * search["suppressed_max"].AsDouble(), 1) +
                           " % suppressed: ";
  if (!search["found"].AsBool()) return goal + "none, not even without these columns\n";
  std::string text = goal + FixedText(search["loss_bits"].AsDouble(), 0) + " bits lost, " +
                     std::to_string(search["nodes_checked"].AsInt()) + " of " +
                     std::to_string(search["nodes"].AsInt()) + " ways tried\n";
  for (const Json& one : search["levels"].items()) {
    text += "    " + one["column"].AsString() + ": " + one["level"].AsString() + " (level " +
            std::to_string(one["step"].AsInt()) + " of " + std::to_string(one["of"].AsInt()) +
            ")\n";
  }
  return text;
}

std::string CountText(const Json& count) {
  return count.is_int() ? std::to_string(count.AsInt()) : "withheld";
}

std::string ColumnText(const Json& column) {
  std::string text = "  " + column["name"].AsString() + " (" + column["type"].AsString() +
                     ")  people " + CountText(column["people"]) + ", missing " +
                     CountText(column["missing"]) + "\n";
  if (column.Has("top")) {
    std::vector<std::string> quartiles;
    quartiles.reserve(column["quartiles"].size());
    for (const Json& one : column["quartiles"].items()) quartiles.push_back(one.Dump());
    text += "    at most " + column["bottom"].Dump() + " | " + Join(quartiles, " ") +
            " | at least " + column["top"].Dump() + "\n";
  }
  for (const Json& value : column["values"].items()) {
    text += "    " + value["value"].AsString() + "  " + CountText(value["people"]) + "\n";
  }
  if (column.Has("rest")) text += "    the rest  " + CountText(column["rest"]) + "\n";
  return text;
}

}  // namespace

Result<ProfileSubject> FindProfileSubject(StateFolder& state, const ProfileRequest& request) {
  ASSIGN_OR_RETURN(LiveDataset dataset, FindDataset(state, request));
  ASSIGN_OR_RETURN(PreparedRun run, RunFolder(state, RunId(dataset.run)).Thaw());
  ProfileSubject subject{
      std::move(dataset), std::move(run.planned.plan), std::move(run.planned.policy), {}};
  if (subject.policy.FindPurpose(request.purpose) == nullptr) {
    const std::string nearest = NearestName(request.purpose, subject.policy.PurposeNames());
    return Invalid("no policy declares the purpose '" + request.purpose + "'")
        .WithRemedy(nearest.empty() ? "name a declared purpose"
                                    : "did you mean '" + nearest + "'?");
  }
  const pipelines::Column* person = subject.dataset.schema.Find(pipelines::kSubjectColumn);
  if (person == nullptr) return Invalid("dataset '" + request.dataset + "' is about no subjects");
  for (const pipelines::Column& column : subject.dataset.schema.columns) {
    const bool sealed_cells = column.label.label_class == LabelClass::kEscrow;
    if (column.label.Allows(request.purpose) && !sealed_cells) {
      subject.columns.push_back(column.name);
    }
  }
  if (!person->label.Allows(request.purpose) || subject.columns.size() < 2) {
    return Denied("purpose '" + request.purpose + "' may read no column of '" + request.dataset +
                  "'");
  }
  std::vector<std::string> named = request.quasi;
  if (!request.sensitive.empty()) named.push_back(request.sensitive);
  for (const std::string& name : named) {
    if (std::find(subject.columns.begin(), subject.columns.end(), name) != subject.columns.end()) {
      continue;
    }
    const std::string nearest = NearestName(name, subject.columns);
    return Invalid("purpose '" + request.purpose + "' may read no column '" + name + "'")
        .WithRemedy(nearest.empty() ? "columns: " + Join(subject.columns, ", ")
                                    : "did you mean '" + nearest + "'?");
  }
  return subject;
}

Result<ProfileTask> ProfileTaskOf(LedgerBook& ledger,
                                  const ProfileSubject& subject,
                                  const ProfileRequest& request) {
  const policies::PublicationRule& rule = subject.policy.publication();
  ProfileTask task;
  task.dataset = subject.dataset;
  task.columns = subject.columns;
  task.purpose = request.purpose;
  task.why = "statistics through the disclosure gate, for " + request.recipient;
  task.options = Json::Of({{"quasi", Json::Strings(request.quasi)},
                           {"sensitive", request.sensitive},
                           {"min_group", rule.min_group},
                           {"min_class", rule.min_class},
                           {"rule", rule.rule},
                           {"article", rule.article}});
  if (request.suppressed_max >= 0) task.options.Set("suppressed_max", request.suppressed_max);
  for (int partition = 0; partition < subject.plan.partitions; ++partition) {
    ASSIGN_OR_RETURN(const policies::LedgerPartition* part, ledger.Partition(partition));
    task.allowed.push_back(part->AllowedFor(subject.policy, request.purpose));
  }
  return task;
}

Result<Json> TellProfile(DisclosureBook& book,
                         const ProfileRequest& request,
                         const ProfileSubject& subject,
                         const Json& statistics,
                         Timestamp now) {
  const policies::PublicationRule& rule = subject.policy.publication();
  if (statistics.Has("refused")) {
    TRY(book.Refused(NoteOf(request, subject)));
    return Denied(statistics["refused"].AsString() + " (" + rule.rule + ", " + rule.article + ")");
  }
  if (request.noise.epsilon > 0) {
    return TellNoisy(book, request, subject, statistics["people"].AsInt(), now);
  }
  std::vector<policies::CountStatement> statements = {
      {request.recipient, GroupOf(subject, ""), statistics["people"].AsInt(), now.micros}};
  const policies::Verdict people = book.ledger().MayTell(statements.front(), rule);
  if (!people.allowed) {
    TRY(book.Refused(NoteOf(request, subject)));
    return Denied(people.message + " (" + people.rule + ")")
        .WithRemedy("ask with --epsilon for a noisy count");
  }
  for (const Json& column : statistics["columns"].items()) {
    Collect(subject, request, column, now, statements);
  }
  ASSIGN_OR_RETURN(const std::vector<bool> told,
                   book.Tell(statements, rule, NoteOf(request, subject)));
  size_t next = 1;
  Json columns{Json::Array()};
  for (const Json& column : statistics["columns"].items()) {
    columns.Push(Filtered(column, told, next));
  }
  Json json = Json::Of({{"dataset", subject.dataset.name},
                        {"pipeline", subject.dataset.owner},
                        {"kind", pipelines::DatasetKindName(subject.dataset.kind)},
                        {"purpose", request.purpose},
                        {"people", statistics["people"]},
                        {"rows", statistics["rows"]},
                        {"min_group", rule.min_group},
                        {"columns", std::move(columns)}});
  for (const char* what : {"classes", "generalisation"}) {
    if (statistics.Has(what)) json.Set(what, statistics[what]);
  }
  return json;
}

std::string ProfileText(const Json& profile) {
  std::string text =
      "dataset " + profile["dataset"].AsString() + " of " + profile["pipeline"].AsString();
  if (profile.Has("people_noisy")) {
    return text + ": about " + std::to_string(profile["people_noisy"].AsInt()) +
           " people, within " + std::to_string(profile["within_95"].AsInt()) +
           " of it in 95 % of answers\nprivacy budget of " +
           profile["budget"]["recipient"].AsString() + " " + profile["budget"]["gauge"].AsString() +
           "\n";
  }
  text += " (" + profile["kind"].AsString() + "), for " + profile["purpose"].AsString() + ": " +
          std::to_string(profile["people"].AsInt()) + " people, " +
          std::to_string(profile["rows"].AsInt()) + " rows; nothing about fewer than " +
          std::to_string(profile["min_group"].AsInt()) + "\n";
  for (const Json& column : profile["columns"].items()) text += ColumnText(column);
  if (profile.Has("generalisation")) text += SearchText(profile["generalisation"]);
  const Json& classes = profile["classes"];
  if (!classes.is_object()) return text;
  text += "  people alike in " + Join(classes["columns"].AsStrings(), ", ") + ": " +
          classes["verdict"].AsString() + "; below that " + CountText(classes["people_below_k"]) +
          "\n";
  if (classes.Has("sensitive")) {
    text += "    about " + classes["sensitive"].AsString() + ": l " + classes["l"].Dump() +
            " (entropy " + classes["entropy_l"].Dump() + "), t " + classes["t"].Dump() +
            ", ordered " + classes["t_ordered"].Dump() + "\n";
  }
  return text;
}

}  // namespace signet::coordinator
