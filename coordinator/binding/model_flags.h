/// ModelFlags: models that learnt from somebody who was erased, and from when on nobody may use
/// them.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/state_folder.h"
#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"

namespace signet::coordinator {

/// A model's sealed bytes, flagged.
struct ModelFlag {
  std::string owner;  ///< the pipeline, or "@models"
  std::string name;   ///< the dataset
  std::string run;    ///< that learnt it
  Timestamp since;    ///< the first erasure
  Timestamp barred;   ///< from then on it may not be used
  uint64_t persons = 0;
  std::vector<std::string> blobs;  ///< the bytes that learnt: a model learnt anew has others

  [[nodiscard]] Json ToJson() const;
  static ModelFlag FromJson(const Json& json);
};

/// Records in the store under "modelflag/<owner>/<name>". Belongs to one thread.
class ModelFlags {
 public:
  explicit ModelFlags(StateFolder& state) : state_(state) {}

  /// Flags the live model until it is learnt anew; flagged before, the earlier term stays.
  Status Flag(const LiveDataset& model,
              uint64_t persons,
              Timestamp barred,
              crypto::WriteBatch& batch);
  Result<std::vector<ModelFlag>> All();
  /// Blobs of models whose term is over at `now`.
  Result<std::set<std::string>> BarredBlobs(Timestamp now);
  /// The flag that bars the model's bytes at `now`, if one does.
  Result<std::optional<ModelFlag>> BarredBy(const LiveDataset& model, Timestamp now);
  void Clear(const ModelFlag& flag, crypto::WriteBatch& batch) const;

 private:
  StateFolder& state_;
};

}  // namespace signet::coordinator
