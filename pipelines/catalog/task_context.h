/// What an operator sees of its task: inputs as views, outputs as tables, keys of its lease.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "crypto/base/entropy.h"
#include "crypto/base/status.h"
#include "crypto/primitives/hmac.h"
#include "pipelines/artifacts/blob_store.h"
#include "pipelines/artifacts/dataset_reader.h"
#include "pipelines/artifacts/piece_writer.h"
#include "pipelines/artifacts/sealed_blob.h"
#include "pipelines/query/database.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

/// Opens what the lease allows and nothing else; one per attempt, in its own process.
class TaskContext {
 public:
  using Progress = std::function<void(double)>;

  /// Of `image`, opened ahead of this process, the task's engine is made; then it also ends with
  /// the process, which spares taking it apart.
  static Result<std::unique_ptr<TaskContext>> Open(
      TaskAssignment task,
      Progress progress,
      const std::vector<std::string>& readable_paths = {},
      std::unique_ptr<query::EngineImage> image = nullptr);
  ~TaskContext();
  TaskContext(const TaskContext&) = delete;
  TaskContext& operator=(const TaskContext&) = delete;

  [[nodiscard]] const TaskSpec& spec() const { return task_.spec; }
  [[nodiscard]] const TaskLease& lease() const { return task_.lease; }
  [[nodiscard]] query::Connection& sql() { return *connection_; }
  [[nodiscard]] BlobStore& blobs() { return *blobs_; }
  [[nodiscard]] Entropy& entropy() { return entropy_; }
  [[nodiscard]] TaskResult& result() { return result_; }
  [[nodiscard]] StageContext stage() const;

  /// Each input of the specification as a view of its name.
  Status OpenInputs();
  Status OpenInput(const TaskInput& input);
  /// Writes table `output.name` as the output's pieces. `partition_column` names the UTINYINT or
  /// INTEGER column of a table that is split while writing.
  Status WriteOutput(const TaskOutput& output, const std::string& partition_column = {});
  /// The same for rows that are split already.
  Status WriteOutput(const TaskOutput& output, PartitionTables& tables);
  /// The output of that name; a CHECK if the planner gave none.
  [[nodiscard]] const TaskOutput& Output(const std::string& name) const;
  [[nodiscard]] Result<LeasedDek> OutputDek(const TaskOutput& output,
                                            int partition,
                                            policies::LabelClass label_class) const;
  /// The output's keys for the piece that replaces `old`, one for each of its streams.
  [[nodiscard]] Result<std::map<policies::LabelClass, LeasedDek>> DeksLike(const TaskOutput& output,
                                                                           const Piece& old) const;
  /// The subjects whom the input's consent views allow, sorted.
  [[nodiscard]] Result<std::vector<SubjectId>> AllowedSubjects(const TaskInput& input);

 private:
  TaskContext() = default;

  [[nodiscard]] WriteRequest RequestFor(const TaskOutput& output) const;
  [[nodiscard]] Result<std::map<policies::LabelClass, LeasedDek>> DeksFor(const TaskOutput& output,
                                                                          int partition) const;
  Status TakePieces(const TaskOutput& output, std::vector<Piece> pieces);

  TaskAssignment task_;
  Progress progress_;
  std::unique_ptr<BlobStore> blobs_;
  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  std::unique_ptr<crypto::HmacKey> digest_key_;
  std::unique_ptr<DatasetReader> reader_;
  SystemEntropy entropy_;
  TaskResult result_;
  bool engine_ends_with_process_ = false;
};

/// The engine for processes forked to run one task each.
Result<std::unique_ptr<query::EngineImage>> OpenTaskEngineAhead();

}  // namespace signet::pipelines
