/// The catalog: one thin adapter per stage, from the name in YAML to a factory and a signature.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/catalog/task_context.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"

namespace signet::pipelines {

/// How a step becomes tasks.
enum class Shape {
  kPerFile,       ///< a task per source file
  kOnce,          ///< one task that sees all partitions
  kPerPartition,  ///< a task per partition of the subjects
  kLocal,         ///< done by the coordinator itself (ledger, publication)
};

/// What an operator takes and gives, known before anything runs.
struct OperatorSignature {
  std::string name;
  std::string summary;  ///< one sentence for the reference
  Shape shape = Shape::kPerPartition;
  std::vector<DatasetKind> accepts;  ///< kinds its inputs may have
  DatasetKind produces = DatasetKind::kFeatures;
  bool in_documents = true;       ///< false: only the planner may add it
  bool ephemeral = false;         ///< what it writes dies with the run
  std::vector<std::string> keys;  ///< derived keys it needs beside "digest"
  std::vector<OptionDoc> options;
};

/// What the planner knows when it binds a step.
struct BindRequest {
  Json options;
  std::map<std::string, Schema> inputs;  ///< by view name: the columns that the purpose may read
};

/// One operator. Stateless; shared by all threads.
class Operator {
 public:
  virtual ~Operator() = default;
  [[nodiscard]] virtual const OperatorSignature& signature() const = 0;
  /// The transfer function: the output's schema with labels, or why the options do not fit.
  [[nodiscard]] virtual Result<Schema> Bind(const BindRequest& request) const = 0;
  /// Runs one task: reads the context's inputs, fills its outputs and figures.
  [[nodiscard]] virtual Status Run(TaskContext& context) const = 0;
};

/// The operator of that name, or null.
const Operator* FindOperator(std::string_view name);
/// All operators in the order of the reference.
std::vector<const Operator*> AllOperators();
/// Hex SHA-256 over the operator's name, version and option names: what the plan pins.
std::string OperatorDigest(const Operator& op);

}  // namespace signet::pipelines
