#include "coordinator/requests/subject_finder.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "coordinator/binding/cell_key.h"
#include "crypto/audit/subject_ref.h"
#include "crypto/primitives/sealed_stream.h"
#include "crypto/pseudonym/link_hasher.h"
#include "crypto/pseudonym/normalise.h"
#include "pipelines/catalog/collect_operator.h"
#include "pipelines/identity/identity_table.h"

namespace signet::coordinator {
namespace {

constexpr size_t kKeyBytes = 32;

Json TextsOf(const std::vector<Uuid>& uuids) {
  Json texts{Json::Array()};
  for (const Uuid& uuid : uuids) texts.Push(UuidText(uuid));
  return texts;
}

/// The person's id in use first, then the aliases.
Json SubjectTexts(const LocatedSubject& person) {
  Json texts = Json::List({UuidText(person.subject.value)});
  for (const SubjectId& id : person.subjects) {
    if (id != person.subject) texts.Push(UuidText(id.value));
  }
  return texts;
}

Result<std::vector<Uuid>> UuidsOf(const Json& list) {
  std::vector<Uuid> uuids;
  uuids.reserve(list.size());
  for (const Json& item : list.items()) {
    ASSIGN_OR_RETURN(const Uuid uuid, UuidFromText(item.AsString()));
    uuids.push_back(uuid);
  }
  return uuids;
}

std::vector<std::string> BlobsOf(const LiveDataset& dataset) {
  std::vector<std::string> blobs;
  for (const pipelines::Piece& piece : dataset.pieces) {
    for (const pipelines::Stream& stream : piece.streams) blobs.push_back(stream.blob_digest);
  }
  return blobs;
}

Result<std::vector<RightsStep>> RefsStep(const Json& options,
                                         const std::vector<int>& partitions,
                                         LiveDataset keyring) {
  std::vector<RightsStep> steps(1);
  steps[0].id = "subject_refs";
  steps[0].op = "subject_refs";
  steps[0].options = options;
  steps[0].view = "keyring";
  steps[0].dataset = std::move(keyring);
  steps[0].partitions = partitions;
  return steps;
}

bool IsAboutPersons(const LiveDataset& dataset) {
  // Keys of persons are theirs, and no business of an answer.
  return dataset.name != pipelines::kKeyringDataset && !dataset.pieces.empty() &&
         dataset.schema.Find(pipelines::kSubjectColumn) != nullptr;
}

}  // namespace

bool LocatedSubject::Is(const SubjectId& id) const {
  return id == subject || std::find(subjects.begin(), subjects.end(), id) != subjects.end();
}

Json LocatedSubject::ToJson() const {
  Json ids{Json::Array()};
  for (const SubjectId& id : subjects) ids.Push(UuidText(id.value));
  return Json::Of(
      {{"subject", UuidText(subject.value)}, {"subjects", ids}, {"links", TextsOf(links)}});
}

Result<LocatedSubject> LocatedSubject::FromJson(const Json& json) {
  LocatedSubject person;
  ASSIGN_OR_RETURN(person.subject.value, UuidFromText(json["subject"].AsString()));
  ASSIGN_OR_RETURN(const std::vector<Uuid> ids, UuidsOf(json["subjects"]));
  person.subjects.reserve(ids.size());
  for (const Uuid& id : ids) person.subjects.push_back({id});
  ASSIGN_OR_RETURN(person.links, UuidsOf(json["links"]));
  return person;
}

Result<std::map<std::string, pipelines::TaskResult>> SubjectFinder::RunSteps(
    std::vector<RightsStep> steps) {
  std::vector<std::string> ids;
  ids.reserve(steps.size());
  for (const RightsStep& step : steps) ids.push_back(step.id);
  RightsBinder binder(state_, new_run_(), std::move(steps));
  ASSIGN_OR_RETURN(const RunView view, run_(binder.Spec(), binder));
  std::map<std::string, pipelines::TaskResult> results;
  for (const std::string& id : ids) {
    const pipelines::TaskResult* result = binder.ResultOf(id);
    if (result == nullptr) {
      return view.failure.ok() ? Internal(id + " gave no result") : view.failure;
    }
    results.emplace(id, *result);
  }
  return results;
}

Result<std::vector<Uuid>> SubjectFinder::LinksOf(const std::vector<Identifier>& identifiers,
                                                 const std::string& default_region) {
  const SecretBytes key = state_.vault().LinkKey();
  const crypto::LinkHasher hasher(key);
  std::vector<Uuid> links;
  links.reserve(identifiers.size());
  for (const Identifier& identifier : identifiers) {
    std::string normalised;
    if (!crypto::Normalise(
            identifier.type, identifier.value.ExposePersonal(), default_region, normalised)) {
      return Invalid("the " + std::string(crypto::LinkTypeName(identifier.type)) +
                     " given cannot identify anyone");
    }
    links.push_back(hasher.Link(identifier.type, identifier.domain, normalised));
    Wipe(normalised.data(), normalised.size());
  }
  return links;
}

Result<LiveDataset> SubjectFinder::Identities() {
  ASSIGN_OR_RETURN(LiveDataset identity,
                   DatasetRegistry(state_).Find(kStateOwner, pipelines::kIdentityDataset));
  if (identity.pieces.empty()) return NotFound("this state knows nobody yet");
  return identity;
}

Result<std::map<std::string, pipelines::TaskResult>> SubjectFinder::RunOnState(
    const std::string& name, const Make& make) {
  DatasetRegistry registry(state_);
  constexpr int kTriesMax = 5;
  for (int tries = 1;; ++tries) {
    ASSIGN_OR_RETURN(LiveDataset dataset, registry.Find(kStateOwner, name));
    const std::vector<std::string> before = BlobsOf(dataset);
    ASSIGN_OR_RETURN(std::vector<RightsStep> steps, make(std::move(dataset)));
    auto results = RunSteps(std::move(steps));
    if (results.ok() || tries == kTriesMax) return results;
    ASSIGN_OR_RETURN(const LiveDataset now, registry.Find(kStateOwner, name));
    if (BlobsOf(now) == before) return results;
  }
}

Result<LocatedSubject> SubjectFinder::Locate(const std::vector<Identifier>& identifiers,
                                             const std::string& default_region) {
  ASSIGN_OR_RETURN(const std::vector<Uuid> links, LinksOf(identifiers, default_region));
  TRY(Identities().status());
  const auto make = [&links](LiveDataset identity) -> Result<std::vector<RightsStep>> {
    std::vector<RightsStep> steps(1);
    steps[0].id = "locate";
    steps[0].op = "locate";
    steps[0].options = Json::Of({{"links", TextsOf(links)}});
    steps[0].view = "identity";
    steps[0].dataset = std::move(identity);
    return steps;
  };
  ASSIGN_OR_RETURN(const auto results, RunOnState(pipelines::kIdentityDataset, make));
  return LocatedSubject::FromJson(results.at("locate").extra);
}

/// A task for each so many people.
void SubjectFinder::LocateSteps(std::span<const std::vector<Identifier>> people,
                                const ManyOptions& options,
                                const LiveDataset& identity,
                                std::vector<RightsStep>& steps) {
  for (size_t begin = 0; begin < people.size(); begin += kPeopleAtOnce) {
    Json persons{Json::Array()};
    for (size_t i = begin; i < std::min(people.size(), begin + kPeopleAtOnce); ++i) {
      const Result<std::vector<Uuid>> links = LinksOf(people[i], options.default_region);
      persons.Push(links.ok() ? TextsOf(*links) : Json(Json::Array()));
    }
    RightsStep step;
    step.id = "locate" + std::to_string(steps.size());
    step.op = "locate";
    step.options = Json::Of({{"persons", persons}, {"brief", !options.with_links}});
    step.view = "identity";
    step.dataset = identity;
    steps.push_back(std::move(step));
  }
}

Result<std::vector<LocatedSubject>> SubjectFinder::LocateAll(
    std::span<const std::vector<Identifier>> people, const ManyOptions& options) {
  TRY(Identities().status());
  size_t tasks = 0;
  const auto make = [&](const LiveDataset& identity) -> Result<std::vector<RightsStep>> {
    std::vector<RightsStep> steps;
    LocateSteps(people, options, identity, steps);
    tasks = steps.size();
    return steps;
  };
  ASSIGN_OR_RETURN(const auto results, RunOnState(pipelines::kIdentityDataset, make));
  std::vector<LocatedSubject> found;
  found.reserve(people.size());
  for (size_t task = 0; task < tasks; ++task) {
    const Json& list = results.at("locate" + std::to_string(task)).extra["persons"];
    for (const Json& item : list.items()) {
      LocatedSubject person;
      if (!item.is_null()) {
        ASSIGN_OR_RETURN(person, LocatedSubject::FromJson(item));
        if (person.subjects.empty()) person.subjects.push_back(person.subject);
      }
      found.push_back(std::move(person));
    }
  }
  return found;
}

Result<std::vector<int>> SubjectFinder::PartitionsOf(std::span<const LocatedSubject> people) {
  ASSIGN_OR_RETURN(const int partitions, state_.Partitions());
  if (partitions == 0) return Invalid("this state has no partitions yet");
  std::set<int> touched;
  for (const LocatedSubject& person : people) {
    for (const SubjectId& id : person.subjects) {
      touched.insert(static_cast<int>(PartitionOf(id, static_cast<uint32_t>(partitions))));
    }
  }
  return std::vector<int>(touched.begin(), touched.end());
}

Result<std::vector<std::vector<std::string>>> SubjectFinder::References(
    std::span<const LocatedSubject> people, size_t n) {
  std::vector<std::vector<std::string>> refs(people.size(), std::vector<std::string>(n));
  ASSIGN_OR_RETURN(const LiveDataset keyring,
                   DatasetRegistry(state_).Find(kStateOwner, pipelines::kKeyringDataset));
  if (keyring.pieces.empty() || people.empty()) return refs;
  Json list{Json::Array()};
  for (const LocatedSubject& person : people) {
    Json nonces{Json::Array()};
    for (size_t i = 0; i < n; ++i) nonces.Push(ToHex(crypto::NewEventNonce(state_.entropy())));
    list.Push(Json::Of({{"subjects", SubjectTexts(person)}, {"nonces", std::move(nonces)}}));
  }
  ASSIGN_OR_RETURN(const std::vector<int> partitions, PartitionsOf(people));
  const Json options = Json::Of({{"people", list}});
  ASSIGN_OR_RETURN(const auto results, RunOnState(pipelines::kKeyringDataset, [&](LiveDataset now) {
                     return RefsStep(options, partitions, std::move(now));
                   }));
  const Json& made = results.at("subject_refs").extra["people"];
  for (size_t i = 0; i < std::min(refs.size(), made.size()); ++i) {
    const std::vector<std::string> texts = made.items()[i].AsStrings();
    std::copy_n(texts.begin(), std::min(texts.size(), n), refs[i].begin());
  }
  return refs;
}

Result<std::vector<std::string>> SubjectFinder::ReferencesTo(const LocatedSubject& person,
                                                             const std::vector<std::string>& refs) {
  ASSIGN_OR_RETURN(const LiveDataset keyring,
                   DatasetRegistry(state_).Find(kStateOwner, pipelines::kKeyringDataset));
  if (keyring.pieces.empty() || refs.empty()) return std::vector<std::string>();
  ASSIGN_OR_RETURN(const std::vector<int> partitions, PartitionsOf(std::span(&person, 1)));
  const Json options =
      Json::Of({{"subjects", SubjectTexts(person)}, {"refs", Json::Strings(refs)}});
  ASSIGN_OR_RETURN(const auto results, RunOnState(pipelines::kKeyringDataset, [&](LiveDataset now) {
                     return RefsStep(options, partitions, std::move(now));
                   }));
  return results.at("subject_refs").extra["matching"].AsStrings();
}

Result<Json> SubjectFinder::Collect(const LocatedSubject& person) {
  DatasetRegistry registry(state_);
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, registry.All());
  ASSIGN_OR_RETURN(const LiveDataset keyring,
                   registry.Find(kStateOwner, pipelines::kKeyringDataset));
  ASSIGN_OR_RETURN(const std::vector<int> partitions, PartitionsOf(std::span(&person, 1)));
  const SecretBytes key = state_.entropy().RandomSecret(kKeyBytes);
  ASSIGN_OR_RETURN(const std::optional<DekId> cell_dek, CellKeyOf(state_));
  SecretBytes cell;
  if (cell_dek) {
    ASSIGN_OR_RETURN(cell, state_.vault().OpenDek(*cell_dek));
  }
  std::vector<RightsStep> steps;
  for (const LiveDataset& dataset : all) {
    if (!IsAboutPersons(dataset) || dataset.name == pipelines::kIdentityDataset) continue;
    RightsStep step;
    step.id = "collect." + dataset.owner + "." + dataset.name;
    step.op = "collect";
    step.options = Json::Of({{"subjects", SubjectTexts(person)}, {"dataset", dataset.name}});
    step.view = "rows";
    step.dataset = dataset;
    step.partitions = partitions;
    step.lends["reveal"] = &key;
    if (!cell.empty()) step.lends["cell"] = &cell;
    if (!keyring.pieces.empty()) step.also.push_back({"keyring", keyring});
    steps.push_back(std::move(step));
  }
  Json list{Json::Array()};
  if (steps.empty()) return list;
  const std::vector<RightsStep> asked = steps;
  ASSIGN_OR_RETURN(const auto results, RunSteps(std::move(steps)));
  for (const RightsStep& step : asked) {
    const Json& extra = results.at(step.id).extra;
    ASSIGN_OR_RETURN(const Bytes sealed, FromBase64(extra["sealed"].AsString()));
    ASSIGN_OR_RETURN(Bytes text,
                     crypto::OpenStream(key, AsBytes(pipelines::kCollectContext), sealed));
    Result<Json> rows = Json::Parse(AsText(text));
    Wipe(text.data(), text.size());
    if (!rows.ok()) return rows.status();
    list.Push(Json::Of({{"owner", step.dataset.owner},
                        {"dataset", step.dataset.name},
                        {"kind", pipelines::DatasetKindName(step.dataset.kind)},
                        {"run", step.dataset.run},
                        {"rows", *std::move(rows)},
                        {"unreadable", extra["unreadable"]}}));
  }
  return list;
}

}  // namespace signet::coordinator
