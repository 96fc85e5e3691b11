#include "coordinator/binding/run_keys.h"

#include <string>
#include <utility>

namespace signet::coordinator {
namespace {

const std::string kPrefix = "runkeys/";  // NOLINT(cert-err58-cpp): a short text

}  // namespace

Status RunKeys::Make(const std::string& dataset,
                     int partition,
                     policies::LabelClass label_class,
                     crypto::WriteBatch& batch) {
  DekId& id = deks_[dataset][pipelines::OutputKey(partition, label_class)];
  if (!id.empty()) return OkStatus();
  const std::string class_name(policies::LabelClassName(label_class));
  ASSIGN_OR_RETURN(id, state_.vault().NewDek({dataset, run_, partition, class_name}, batch));
  return OkStatus();
}

Status RunKeys::Make(const std::string& dataset,
                     const std::vector<int>& partitions,
                     const pipelines::Schema& schema,
                     crypto::WriteBatch& batch) {
  for (const pipelines::Column& column : schema.columns) {
    for (const int partition : partitions) {
      TRY(Make(dataset, partition, column.label.label_class, batch));
    }
  }
  return OkStatus();
}

Result<DekId> RunKeys::Find(const std::string& dataset,
                            int partition,
                            policies::LabelClass label_class) const {
  const auto found = deks_.find(dataset);
  if (found != deks_.end()) {
    const auto key = found->second.find(pipelines::OutputKey(partition, label_class));
    if (key != found->second.end()) return key->second;
  }
  return NotFound("run " + run_ + " has no key for " + dataset + " " +
                  pipelines::OutputKey(partition, label_class));
}

std::map<std::string, DekId> RunKeys::Of(const std::string& dataset) const {
  const auto found = deks_.find(dataset);
  return found != deks_.end() ? found->second : std::map<std::string, DekId>();
}

void RunKeys::Save(crypto::WriteBatch& batch) const {
  Json all{Json::Object()};
  for (const auto& [dataset, keys] : deks_) {
    Json ids{Json::Object()};
    for (const auto& [key, id] : keys) ids.Set(key, id.text());
    all.Set(dataset, std::move(ids));
  }
  batch.Put(kPrefix + run_, all.Dump());
}

Status RunKeys::Load() {
  ASSIGN_OR_RETURN(const Bytes stored, state_.store().Require(kPrefix + run_));
  ASSIGN_OR_RETURN(const Json all, Json::Parse(AsText(stored)));
  for (const auto& [dataset, keys] : all.fields()) {
    for (const auto& [key, id] : keys.fields()) deks_[dataset][key] = DekId(id.AsString());
  }
  return OkStatus();
}

Status RunKeys::DestroyAllBut(const std::set<DekId>& kept, crypto::WriteBatch& batch) {
  for (const auto& [dataset, keys] : deks_) {
    for (const auto& [name, id] : keys) {
      if (kept.count(id) == 0) TRY(state_.vault().DestroyDek(id, batch));
    }
  }
  deks_.clear();
  batch.Delete(kPrefix + run_);
  return OkStatus();
}

}  // namespace signet::coordinator
