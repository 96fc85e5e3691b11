/// DatasetRegistry: which sealed pieces are alive, of which dataset, and who made them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/json.h"
#include "crypto/store/kv_store.h"
#include "pipelines/record/dataset.h"

namespace signet::coordinator {

/// Who owns identities and keyring.
inline constexpr char kStateOwner[] = "@state";

/// A dataset that rests in the state: the latest of a pipeline, or identities and keyring.
struct LiveDataset {
  std::string owner;  ///< the pipeline, or "@state"
  std::string name;
  std::string run;
  pipelines::DatasetKind kind = pipelines::DatasetKind::kGoverned;
  pipelines::Schema schema;
  std::vector<pipelines::Piece> pieces;

  [[nodiscard]] Json ToJson() const;
  static Result<LiveDataset> FromJson(const Json& json);
};

/// Records in the store under "live/<owner>/<name>". Replacing or dropping a dataset destroys its
/// data keys in the same batch; ciphertext that nobody can open any more is deleted afterwards
/// (Sweep). Belongs to one thread.
class DatasetRegistry {
 public:
  explicit DatasetRegistry(StateFolder& state) : state_(state) {}

  Result<std::vector<LiveDataset>> All();
  /// An empty dataset of that name when there is none.
  Result<LiveDataset> Find(const std::string& owner, const std::string& name);
  /// Makes `dataset` the live one; pieces of its predecessor that it does not contain are dropped.
  /// A model's bytes may be those of a registered version, too: they stay as long as one of the two
  /// lives.
  Status Put(const LiveDataset& dataset, crypto::WriteBatch& batch);
  /// Drops one dataset, if there is one.
  Status Drop(const std::string& owner, const std::string& name, crypto::WriteBatch& batch);
  /// Drops the datasets of `owner` whose names are not in `keep`.
  Status DropOthers(const std::string& owner,
                    const std::vector<std::string>& keep,
                    crypto::WriteBatch& batch);
  /// Takes the dataset off the list; its pieces go, but for those whose keys are `in_use`
  /// elsewhere.
  Status Release(const LiveDataset& dataset,
                 const std::set<DekId>& in_use,
                 crypto::WriteBatch& batch);
  /// Destroys the keys of pieces of models, and takes them from every dataset that names them.
  Status Forget(const std::vector<pipelines::Piece>& pieces, crypto::WriteBatch& batch);
  /// Destroys the keys of pieces that never became live.
  Status Discard(const std::vector<pipelines::Piece>& pieces, crypto::WriteBatch& batch);
  /// Deletes the ciphertext of what was dropped, once the batch is durable.
  void Sweep();
  /// Deletes every blob that no live dataset names: what failed attempts and ended runs left
  /// behind. Only while no run is under way.
  Status CollectGarbage();

 private:
  /// Those of `pieces` that no other live model than `owner`/`name` names.
  Result<std::vector<pipelines::Piece>> Unshared(const LiveDataset& dataset,
                                                 const std::vector<pipelines::Piece>& pieces);

  StateFolder& state_;
  std::set<std::string> garbage_;  // blob digests
};

}  // namespace signet::coordinator
