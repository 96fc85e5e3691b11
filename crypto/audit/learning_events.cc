#include "crypto/audit/learning_events.h"

#include <vector>

namespace signet::crypto {
namespace {

void AddModels(EventRows& t) {
  t.Kind("model");
  const std::vector<const char*> facts = {"pipeline name the pipeline",
                                          "model name the step that learns it",
                                          "version count its version",
                                          "learnt_by name the run that learnt it",
                                          "model_digest? digest SHA-256 of the model's bytes",
                                          "replaces? count the version that was in force before"};
  t.Add("model.registered",
        "A run learnt a model; it waits for approval.",
        "GDPR Art. 5(2), 22: which model scored whom",
        EventNames::kBoth,
        facts);
  t.Add("model.approved",
        "A version of a model came into force.",
        "GDPR Art. 22, 25: approved by a person",
        EventNames::kNothing,
        facts);
  t.Add("model.rolled_back",
        "The version in force was rejected; the one before it is in force again.",
        "GDPR Art. 22, 25: decided by a person",
        EventNames::kNothing,
        facts);
  t.Add("model.rejected",
        "A version of a model must not come into force.",
        "GDPR Art. 22, 25: decided by a person",
        EventNames::kNothing,
        facts);
}

void AddExperiments(EventRows& t) {
  t.Kind("experiment");
  t.Add("experiment.registered",
        "The rule by which an experiment will be decided was fixed.",
        "pre-registration: a rule that is written down before its outcome",
        EventNames::kNothing,
        {"pipeline name the pipeline",
         "experiment name the step",
         "rule_digest digest SHA-256 of metrics, primary, guardrails, margins, boundaries",
         "primary? name the metric that decides",
         "control? name the control arm",
         "start? time from when outcomes count",
         "before_start? flag whether none was there yet",
         "replaces? digest the rule before"});
  t.Add("experiment.decided",
        "An experiment was read out, and its rule came to a decision.",
        "the rule registered for it",
        EventNames::kBoth,
        {"pipeline name the pipeline",
         "experiment name the step",
         "rule_digest digest the rule that decided",
         "look count how often it was read out by now",
         "decision name ship, keep_control, no_difference or stopped",
         "winner? name the arm that won",
         "figures_digest digest SHA-256 of the read-out",
         "pre_registered flag whether the rule was registered before the start"});
}

}  // namespace

void AddLearningEvents(EventRows& rows) {
  AddModels(rows);
  AddExperiments(rows);
}

}  // namespace signet::crypto
