#include "coordinator/binding/model_registry.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/binding/model_flags.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

constexpr char kPrefix[] = "models/";
constexpr int kVersionDigits = 6;

constexpr std::pair<ModelStatus, std::string_view> kStatusNames[] = {
    {ModelStatus::kChallenger, "challenger"},
    {ModelStatus::kChampion, "champion"},
    {ModelStatus::kRetired, "retired"},
    {ModelStatus::kRejected, "rejected"},
};

std::string FolderOf(const ModelName& name) {
  return kPrefix + name.pipeline + "/" + name.model + "/";
}

/// Versions sort as text.
std::string KeyOf(const ModelName& name) {
  const std::string digits = std::to_string(name.version);
  const size_t zeros = digits.size() < kVersionDigits ? kVersionDigits - digits.size() : 0;
  return FolderOf(name) + std::string(zeros, '0') + digits;
}

std::set<std::string> BlobsOf(const std::vector<pipelines::Piece>& pieces) {
  std::set<std::string> blobs;
  for (const pipelines::Piece& piece : pieces) {
    for (const pipelines::Stream& stream : piece.streams) blobs.insert(stream.blob_digest);
  }
  return blobs;
}

/// The name of the version's sealed bytes among the live datasets.
std::string BytesOf(const ModelName& name) {
  return name.pipeline + ":" + name.model + "@" + std::to_string(name.version);
}

Json FactsOf(const ModelVersion& version) {
  Json facts = Json::Of({{"pipeline", version.name.pipeline},
                         {"model", version.name.model},
                         {"version", version.name.version},
                         {"learnt_by", version.run}});
  const std::string& digest = version.figures["model_digest"].AsString();
  if (!digest.empty()) facts.Set("model_digest", digest);
  return facts;
}

const ModelVersion* ChampionOf(const std::vector<ModelVersion>& versions) {
  for (const ModelVersion& version : versions) {
    if (version.status == ModelStatus::kChampion) return &version;
  }
  return nullptr;
}

/// A figure of quality: a number, or {value, low, high}.
struct Figure {
  double value = 0;
  double low = 0;
  double high = 0;
  bool interval = false;
};

std::optional<Figure> FigureOf(const Json& json) {
  if (json.is_number()) return Figure{json.AsDouble(), 0, 0, false};
  if (!json.is_object() || !json["value"].is_number()) return std::nullopt;
  const bool interval = json["low"].is_number() && json["high"].is_number();
  return Figure{
      json["value"].AsDouble(), json["low"].AsDouble(), json["high"].AsDouble(), interval};
}

std::string VerdictOf(const Figure& a, const Figure& b) {
  if (!a.interval || !b.interval) return "no interval";
  const bool inside =
      (b.value >= a.low && b.value <= a.high) || (a.value >= b.low && a.value <= b.high);
  if (inside) return "not told apart";
  return b.value > a.value ? "apart: higher" : "apart: lower";
}

Status UnknownModel(const ModelName& name, const std::vector<ModelVersion>& all) {
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const ModelVersion& version : all) names.push_back(version.name.Text());
  const std::string nearest = NearestName(name.Text(), names);
  return NotFound("there is no model " + name.Text())
      .WithRemedy(names.empty()     ? "no run has left a model in this state"
                  : nearest.empty() ? "there are: " + Join(names, ", ")
                                    : "did you mean " + nearest + "?");
}

}  // namespace

std::string_view ModelStatusName(ModelStatus status) {
  for (const auto& [known, name] : kStatusNames) {
    if (known == status) return name;
  }
  return "challenger";
}

std::string ModelName::Text() const {
  return pipeline + "/" + model + (version > 0 ? "@" + std::to_string(version) : "");
}

Result<ModelName> ModelName::Parse(const std::string& text) {
  ModelName name;
  const size_t slash = text.find('/');
  const size_t at = text.find('@');
  const auto wrong = [] {
    return Invalid("a model is named PIPELINE/MODEL or PIPELINE/MODEL@VERSION")
        .WithRemedy("for example loyalty/churn@3; 'signet models list' tells all");
  };
  if (slash == std::string::npos || slash == 0 || at < slash) return wrong();
  name.pipeline = text.substr(0, slash);
  name.model = text.substr(slash + 1, at == std::string::npos ? at : at - slash - 1);
  if (name.model.empty()) return wrong();
  if (at == std::string::npos) return name;
  const Result<int64_t> version = IntegerFromText(text.substr(at + 1));
  if (!version.ok() || *version < 1 || *version > 999'999) return wrong();
  name.version = static_cast<int>(*version);
  return name;
}

Json ModelVersion::ToJson() const {
  return Json::Of({{"pipeline", name.pipeline},
                   {"model", name.model},
                   {"version", name.version},
                   {"op", op},
                   {"status", ModelStatusName(status)},
                   {"run", run},
                   {"at", at},
                   {"policy_digest", policy_digest},
                   {"plan_digest", plan_digest},
                   {"replaced", replaced},
                   {"kept", kept},
                   {"figures", figures},
                   {"decisions", decisions}});
}

Result<ModelVersion> ModelVersion::FromJson(const Json& json) {
  ModelVersion version;
  version.name = {json["pipeline"].AsString(),
                  json["model"].AsString(),
                  static_cast<int>(json["version"].AsInt())};
  version.op = json["op"].AsString();
  const std::string& status = json["status"].AsString();
  const auto* found = std::find_if(std::begin(kStatusNames),
                                   std::end(kStatusNames),
                                   [&](const auto& known) { return known.second == status; });
  if (found == std::end(kStatusNames)) {
    return Corrupt("a registered model has the unknown status '" + status + "'");
  }
  version.status = found->first;
  version.run = json["run"].AsString();
  version.at = json["at"].AsString();
  version.policy_digest = json["policy_digest"].AsString();
  version.plan_digest = json["plan_digest"].AsString();
  version.replaced = static_cast<int>(json["replaced"].AsInt());
  version.kept = json["kept"].AsBool();
  version.figures = json["figures"];
  version.decisions = json["decisions"];
  return version;
}

void ModelRegistry::Put(const ModelVersion& version, crypto::WriteBatch& batch) const {
  batch.Put(KeyOf(version.name), version.ToJson().Dump());
}

void ModelRegistry::Note(ModelVersion& version,
                         const std::string& action,
                         const std::string& actor,
                         const std::string& why) const {
  version.decisions.Push(Json::Of({{"action", action},
                                   {"actor", actor},
                                   {"at", TimestampText(state_.clock().Now())},
                                   {"why", why}}));
}

Result<std::vector<ModelVersion>> ModelRegistry::Versions(const ModelName& name) {
  std::vector<ModelVersion> versions;
  const std::string prefix = name.model.empty() ? kPrefix : FolderOf(name);
  TRY(state_.store().Scan(prefix, [&](std::string_view, ByteView value) -> Status {
    ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(value)));
    ASSIGN_OR_RETURN(ModelVersion version, ModelVersion::FromJson(json));
    versions.push_back(std::move(version));
    return OkStatus();
  }));
  return versions;
}

Result<ModelVersion> ModelRegistry::Find(const ModelName& name) {
  ASSIGN_OR_RETURN(const std::vector<ModelVersion> all, Versions());
  const ModelVersion* latest = nullptr;
  for (const ModelVersion& version : all) {
    const bool same = version.name.pipeline == name.pipeline && version.name.model == name.model;
    if (same && (name.version == 0 || name.version == version.name.version)) latest = &version;
  }
  if (latest == nullptr) return UnknownModel(name, all);
  return *latest;
}

Result<std::optional<ModelVersion>> ModelRegistry::Champion(const ModelName& name) {
  ASSIGN_OR_RETURN(const std::vector<ModelVersion> versions, Versions(name));
  const ModelVersion* champion = ChampionOf(versions);
  if (champion == nullptr) return std::optional<ModelVersion>();
  return std::optional<ModelVersion>(*champion);
}

Result<std::vector<pipelines::Piece>> ModelRegistry::ApprovedPieces(const ModelName& name) {
  ASSIGN_OR_RETURN(const std::optional<ModelVersion> champion, Champion(name));
  if (!champion) {
    return Denied("no version of the model " + name.Text() + " is approved")
        .WithRemedy("judge what is there with 'signet models list', then 'signet models approve " +
                    name.Text() + "@1 --why ...'");
  }
  ASSIGN_OR_RETURN(const LiveDataset dataset, datasets_.Find(kOwner, BytesOf(champion->name)));
  if (dataset.pieces.empty()) {
    return NotFound("the bytes of " + champion->name.Text() + " were shredded")
        .WithRemedy("approve another version: 'signet models list'");
  }
  // At each read: the term may end between two sweeps.
  ASSIGN_OR_RETURN(const std::optional<ModelFlag> barred,
                   ModelFlags(state_).BarredBy(dataset, state_.clock().Now()));
  if (barred) {
    return Denied(champion->name.Text() + " learnt from persons who were erased; it may not be " +
                  "used since " + DateText(barred->barred) + " (GDPR Art. 17)")
        .WithRemedy("train it anew and approve the new version: 'signet models list'");
  }
  return dataset.pieces;
}

Result<Json> ModelRegistry::Register(ModelVersion version,
                                     const LiveDataset& dataset,
                                     crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(std::vector<ModelVersion> versions, Versions(version.name));
  const std::set<std::string> blobs = BlobsOf(dataset.pieces);
  for (const ModelVersion& known : versions) {
    ASSIGN_OR_RETURN(const LiveDataset bytes, datasets_.Find(kOwner, BytesOf(known.name)));
    if (BlobsOf(bytes.pieces) == blobs) return Json();
  }
  version.name.version = versions.empty() ? 1 : versions.back().name.version + 1;
  version.status = ModelStatus::kChallenger;
  version.at = TimestampText(state_.clock().Now());
  LiveDataset own = dataset;
  own.owner = kOwner;
  own.name = BytesOf(version.name);
  TRY(datasets_.Put(own, batch));
  Put(version, batch);
  TRY(PruneChallengers(versions, batch));
  return FactsOf(version);
}

/// `versions` are those before the one being registered.
Status ModelRegistry::PruneChallengers(const std::vector<ModelVersion>& versions,
                                       crypto::WriteBatch& batch) {
  size_t kept = 1;
  for (auto at = versions.rbegin(); at != versions.rend(); ++at) {
    const bool unjudged =
        at->status == ModelStatus::kChallenger || at->status == ModelStatus::kRejected;
    if (!unjudged || !at->kept || ++kept <= kChallengersKept) continue;
    ModelVersion gone = *at;
    gone.kept = false;
    Put(gone, batch);
    TRY(datasets_.Drop(kOwner, BytesOf(gone.name), batch));
  }
  return OkStatus();
}

Result<Json> ModelRegistry::Approve(const ModelName& name,
                                    const std::string& actor,
                                    const std::string& why,
                                    crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(ModelVersion version, Find(name));
  if (version.status == ModelStatus::kChampion) {
    return Conflict(version.name.Text() + " is in force already");
  }
  if (version.status == ModelStatus::kRejected) {
    return Conflict(version.name.Text() + " was rejected").WithRemedy("approve another version");
  }
  ASSIGN_OR_RETURN(const LiveDataset bytes, datasets_.Find(kOwner, BytesOf(version.name)));
  if (bytes.pieces.empty()) {
    return Conflict("the bytes of " + version.name.Text() + " are no longer kept")
        .WithRemedy("learn it again: 'signet run', then approve the new version");
  }
  ASSIGN_OR_RETURN(std::optional<ModelVersion> before, Champion(version.name));
  version.replaced = before ? before->name.version : 0;
  if (before) {
    before->status = ModelStatus::kRetired;
    Note(*before, "retired", actor, why);
    Put(*before, batch);
  }
  version.status = ModelStatus::kChampion;
  Note(version, "approved", actor, why);
  Put(version, batch);
  Json facts = FactsOf(version);
  if (version.replaced > 0) facts.Set("replaces", version.replaced);
  return facts;
}

Result<Json> ModelRegistry::RollBack(const ModelName& name,
                                     const std::string& actor,
                                     const std::string& why,
                                     crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(std::optional<ModelVersion> champion, Champion(name));
  if (!champion) return Conflict("no version of " + name.Text() + " is in force");
  if (champion->replaced == 0) {
    return Conflict(champion->name.Text() + " is the first that was in force: nothing is before it")
        .WithRemedy("approve another version with 'signet models approve'");
  }
  ModelName earlier = champion->name;
  earlier.version = champion->replaced;
  ASSIGN_OR_RETURN(ModelVersion before, Find(earlier));
  champion->status = ModelStatus::kRejected;
  Note(*champion, "rolled_back", actor, why);
  Put(*champion, batch);
  before.status = ModelStatus::kChampion;
  Note(before, "restored", actor, why);
  Put(before, batch);
  Json facts = FactsOf(before);
  facts.Set("replaces", champion->name.version);
  return facts;
}

Result<Json> ModelRegistry::Reject(const ModelName& name,
                                   const std::string& actor,
                                   const std::string& why,
                                   crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(ModelVersion version, Find(name));
  if (version.status == ModelStatus::kChampion) {
    return Conflict(version.name.Text() + " is in force")
        .WithRemedy("put the one before it in force: 'signet models rollback'");
  }
  if (version.status == ModelStatus::kRejected) {
    return Conflict(version.name.Text() + " was rejected already");
  }
  version.status = ModelStatus::kRejected;
  Note(version, "rejected", actor, why);
  Put(version, batch);
  return FactsOf(version);
}

Json ModelRegistry::Compare(const ModelVersion& a, const ModelVersion& b) {
  Json metrics{Json::Array()};
  for (const auto& [metric, mine] : a.figures["quality"].fields()) {
    const std::optional<Figure> left = FigureOf(mine);
    const std::optional<Figure> right = FigureOf(b.figures["quality"][metric]);
    if (!left || !right) continue;
    metrics.Push(Json::Of({{"metric", metric},
                           {"a", mine},
                           {"b", b.figures["quality"][metric]},
                           {"difference", right->value - left->value},
                           {"verdict", VerdictOf(*left, *right)}}));
  }
  const Json& one = a.figures["card"];
  const Json& other = b.figures["card"];
  const bool same = one.is_object() && one["features_at"] == other["features_at"] &&
                    one["label"] == other["label"] && one["eligible"] == other["eligible"] &&
                    one["seed"] == other["seed"];
  return Json::Of(
      {{"a", a.name.Text()}, {"b", b.name.Text()}, {"same_people", same}, {"metrics", metrics}});
}

}  // namespace signet::coordinator
