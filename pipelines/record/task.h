/// What travels between coordinator and worker for one task: the specification, the key lease and
/// the result.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/clock.h"
#include "crypto/base/ids.h"
#include "crypto/base/json.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines {

/// What a stage knows of the world beside its inputs: all of it enters the content digest.
struct StageContext {
  Timestamp as_of;     ///< the run's point in time: nothing at or after it exists
  uint64_t seed = 0;   ///< explicit randomness
  int partition = -1;  ///< -1: the stage sees all partitions
  int partitions = 1;
  std::function<void(double)> progress;  ///< share done, 0 to 1; may be empty
  /// Where sealed scratch files may be made (beside the artifacts); empty: nowhere.
  std::filesystem::path scratch{};
};

/// The sealed list of subjects whom a purpose may use, for one partition.
struct ConsentView {
  int partition = 0;
  Stream stream;
};

/// One dataset as a task sees it: the columns its purpose may read, of the subjects it may use.
struct TaskInput {
  std::string name;  ///< the view's name
  Schema schema;     ///< the columns allowed, in order; others are absent
  std::vector<Piece> pieces;
  bool subjects_filtered = false;  ///< only subjects of `allowed` are present
  std::vector<ConsentView> allowed;
  std::string before_column;  ///< with `before`: rows at or after it are absent
  std::optional<Timestamp> before;
};

/// One dataset that a task writes: a piece per partition (or one piece of partition -1).
struct TaskOutput {
  std::string name;  ///< the table that the operator fills
  std::string dataset;
  DatasetKind kind = DatasetKind::kFeatures;
  Schema schema;
  bool partitioned = false;           ///< split by the subject's partition while writing
  std::map<std::string, DekId> deks;  ///< by OutputKey(partition, label class)
};

/// "3/ordinary": names one of an output's data keys.
std::string OutputKey(int partition, policies::LabelClass label_class);

/// Everything a worker is told about a task, without keys.
struct TaskSpec {
  std::string run;
  std::string step;
  int index = 0;
  int attempt = 1;
  std::string op;       ///< the operator's name in the catalog
  Json options;         ///< its options, parameters substituted
  std::string purpose;  ///< empty for the steps that the plan adds
  Timestamp as_of;
  uint64_t seed = 0;
  int partition = -1;
  int partitions = 1;
  std::string plan_digest;      ///< hex
  std::string operator_digest;  ///< hex; a worker refuses a task whose operator differs
  std::string blobs;            ///< the artifact store, "file:PATH"
  std::vector<TaskInput> inputs;
  std::vector<TaskOutput> outputs;
  std::optional<Stream> suppression;  ///< resolve only: the sealed suppression list

  [[nodiscard]] std::string Producer() const;
  [[nodiscard]] StageContext Context() const;
};

/// The keys leased for one attempt. Data keys by id; derived keys by use ("link", "digest", ...).
struct TaskLease {
  std::map<DekId, SecretBytes> deks;
  std::map<std::string, SecretBytes> keys;

  [[nodiscard]] Result<const SecretBytes*> Dek(const DekId& id) const;
  [[nodiscard]] Result<const SecretBytes*> Key(const std::string& use) const;
};

/// A specification with its lease: the payload of a lease message. Never journalled or logged.
struct TaskAssignment {
  TaskSpec spec;
  TaskLease lease;

  [[nodiscard]] Bytes Encode() const;
  static Result<TaskAssignment> Decode(ByteView bytes);
};

/// Facts for the ledger, sealed, from one task for one partition.
struct FactDelta {
  int partition = 0;
  uint64_t facts = 0;
  Stream stream;
};

/// What a task hands back: references and aggregates, never rows.
struct TaskResult {
  std::map<std::string, std::vector<Piece>> outputs;  ///< by output name
  std::vector<FactDelta> facts;
  Json figures;       ///< aggregates for people
  uint64_t rows = 0;  ///< rows written, for progress
  Json extra;         ///< operator-specific references (a snapshot's manifest parts)

  [[nodiscard]] Bytes Encode() const;
  static Result<TaskResult> Decode(ByteView bytes);
};

}  // namespace signet::pipelines
