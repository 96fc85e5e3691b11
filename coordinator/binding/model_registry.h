/// ModelRegistry: the versions of each pipeline's models, who approved them, which one is in force.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/state_folder.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"
#include "pipelines/record/dataset.h"

namespace signet::coordinator {

enum class ModelStatus {
  kChallenger,  ///< learnt, and not judged yet
  kChampion,    ///< in force: what NAME@approved reads
  kRetired,     ///< was in force
  kRejected,    ///< must not come into force
};
std::string_view ModelStatusName(ModelStatus status);

/// "loyalty/churn@3"; version 0: the model, whatever its version.
struct ModelName {
  std::string pipeline;
  std::string model;  ///< the step that learns it
  int version = 0;

  [[nodiscard]] std::string Text() const;
  /// kInvalid unless PIPELINE/MODEL or PIPELINE/MODEL@VERSION.
  static Result<ModelName> Parse(const std::string& text);
};

/// One version. `figures` are the stage's: aggregates, with the model's card.
struct ModelVersion {
  ModelName name;
  std::string op;  ///< "train", "fit", "cluster", ...
  ModelStatus status = ModelStatus::kChallenger;
  std::string run;
  std::string at;  ///< when it was registered
  std::string policy_digest, plan_digest;
  int replaced = 0;  ///< champions: the version in force before
  bool kept = true;  ///< whether its bytes are still there
  Json figures;
  Json decisions{Json::Array()};  ///< [{action, actor, at, why}], oldest first

  [[nodiscard]] Json ToJson() const;
  static Result<ModelVersion> FromJson(const Json& json);
};

/// Records in the store under "models/<pipeline>/<model>/<version>"; the sealed bytes of a version
/// are a live dataset of the owner "@models", so that its keys outlive the pipeline's own dataset.
/// What is returned as facts goes into the log in the same batch. Belongs to one thread.
class ModelRegistry {
 public:
  /// Challengers of a model that keep their bytes: older ones that nobody approved lose them.
  static constexpr size_t kChallengersKept = 10;
  static constexpr char kOwner[] = "@models";

  explicit ModelRegistry(StateFolder& state) : state_(state), datasets_(state) {}

  /// By pipeline, model and version; of one model, if `name` says so.
  Result<std::vector<ModelVersion>> Versions(const ModelName& name = {});
  /// kNotFound, naming what there is.
  Result<ModelVersion> Find(const ModelName& name);
  Result<std::optional<ModelVersion>> Champion(const ModelName& name);
  /// The sealed bytes of the version in force; kDenied when none is approved.
  Result<std::vector<pipelines::Piece>> ApprovedPieces(const ModelName& name);

  /// Takes what a run has learnt as the next version. Null when these very bytes are registered.
  Result<Json> Register(ModelVersion version,
                        const LiveDataset& dataset,
                        crypto::WriteBatch& batch);
  /// Puts a version in force; the one before retires. kConflict for a rejected version, for the one
  /// in force, and for one whose bytes are gone.
  Result<Json> Approve(const ModelName& name,
                       const std::string& actor,
                       const std::string& why,
                       crypto::WriteBatch& batch);
  /// Rejects the version in force and puts the one before it in force again; kConflict when there
  /// is none.
  Result<Json> RollBack(const ModelName& name,
                        const std::string& actor,
                        const std::string& why,
                        crypto::WriteBatch& batch);
  /// kConflict for the version in force: roll back instead.
  Result<Json> Reject(const ModelName& name,
                      const std::string& actor,
                      const std::string& why,
                      crypto::WriteBatch& batch);

  /// {a, b, same_people, metrics: [{metric, a, b, difference, verdict}]}: every figure of quality
  /// that both have. The verdict is "apart" only if neither lies in the other's 95 % interval.
  static Json Compare(const ModelVersion& a, const ModelVersion& b);

 private:
  void Note(ModelVersion& version,
            const std::string& action,
            const std::string& actor,
            const std::string& why) const;
  void Put(const ModelVersion& version, crypto::WriteBatch& batch) const;
  Status PruneChallengers(const std::vector<ModelVersion>& versions, crypto::WriteBatch& batch);

  StateFolder& state_;
  DatasetRegistry datasets_;
};

}  // namespace signet::coordinator
