/// RunKeys: the data keys of one run, made when the run is accepted.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/store/kv_store.h"
#include "pipelines/record/task.h"

namespace signet::coordinator {

/// One DEK per (dataset, partition, label class) that the run may write: random, durable with the
/// run's acceptance, destroyed with its end unless a live dataset was sealed under it.
class RunKeys {
 public:
  RunKeys(StateFolder& state, std::string run) : state_(state), run_(std::move(run)) {}

  /// Makes the keys of `partitions` for each label class of `schema`.
  Status Make(const std::string& dataset,
              const std::vector<int>& partitions,
              const pipelines::Schema& schema,
              crypto::WriteBatch& batch);
  Status Make(const std::string& dataset,
              int partition,
              policies::LabelClass label_class,
              crypto::WriteBatch& batch);
  /// kNotFound (a bug of the planner) when the run was not given that key.
  [[nodiscard]] Result<DekId> Find(const std::string& dataset,
                                   int partition,
                                   policies::LabelClass label_class) const;
  /// All keys of the dataset, by OutputKey.
  [[nodiscard]] std::map<std::string, DekId> Of(const std::string& dataset) const;
  /// Keeps the ids (never the keys) in the store, with the run's acceptance; Load reads them back.
  void Save(crypto::WriteBatch& batch) const;
  Status Load();
  /// Destroys all keys but `kept`, and what Save kept.
  Status DestroyAllBut(const std::set<DekId>& kept, crypto::WriteBatch& batch);

 private:
  StateFolder& state_;
  std::string run_;
  std::map<std::string, std::map<std::string, DekId>> deks_;  // dataset -> OutputKey -> id
};

}  // namespace signet::coordinator
