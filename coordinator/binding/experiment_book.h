/// ExperimentBook: the decision rule of each experiment before its outcome, and every read-out
/// after.
#pragma once

#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"

namespace signet::coordinator {

/// An experiment is a step `experiment` of a pipeline; its rule is the step's options: metrics,
/// primary, guardrails, margins, correction, boundaries, start and end.
struct ExperimentRule {
  std::string pipeline;
  std::string step;
  Json options;
  Timestamp as_of;  ///< what `start` is relative to
};

/// Records in the store under "experiments/<pipeline>/<step>": {pipeline, experiment, rules: [{
/// digest, at, start?, primary}], looks: [{at, rule, decision, figures_digest, ...}]}. What is
/// returned as facts goes into the log in the same batch. Belongs to one thread.
class ExperimentBook {
 public:
  explicit ExperimentBook(StateFolder& state) : state_(state) {}

  /// Hex SHA-256 of the rule as canonical JSON.
  static std::string DigestOf(const ExperimentRule& rule);
  /// Facts of `experiment.registered`: the rule's digest and whether outcomes had begun by then;
  /// with `replaces` when another rule was in force. Null when this rule is in force already.
  Result<Json> Register(const ExperimentRule& rule, crypto::WriteBatch& batch);
  /// Facts of `experiment.decided`: decision, winner, which look it is, and whether its rule was
  /// registered before the start. Null when the last look saw the very same figures.
  Result<Json> Decide(const ExperimentRule& rule, const Json& figures, crypto::WriteBatch& batch);
  /// All records, by pipeline and step.
  Result<std::vector<Json>> All();

 private:
  Result<Json> Read(const ExperimentRule& rule);

  StateFolder& state_;
};

}  // namespace signet::coordinator
