#include "pipelines/plan/plan.h"

#include <map>
#include <string>
#include <utility>

#include "crypto/primitives/sha256.h"

namespace signet::pipelines {
namespace {

std::string_view ShapeName(Shape shape) {
  switch (shape) {
    case Shape::kPerFile:
      return "per_file";
    case Shape::kOnce:
      return "once";
    case Shape::kPerPartition:
      return "per_partition";
    case Shape::kLocal:
      return "local";
  }
  return "once";
}

Json InputToJson(const PlannedInput& input) {
  Json json = Json::Of({{"name", input.name},
                        {"dataset", input.dataset},
                        {"kind", DatasetKindName(input.kind)},
                        {"columns", Json::Strings(input.schema.Names())},
                        {"subjects_filtered", input.subjects_filtered}});
  if (input.approved) json.Set("approved", true);
  if (input.before) {
    json.Set("before",
             Json::Of({{"column", input.before_column}, {"moment", TimestampText(*input.before)}}));
  }
  return json;
}

Json OutputToJson(const PlannedOutput& output) {
  Json json = Json::Of({{"dataset", output.dataset}, {"kind", DatasetKindName(output.kind)}});
  json.Set("schema", output.schema.ToJson());
  return json;
}

Json StepToJson(const PlannedStep& step) {
  Json inputs{Json::Array()};
  for (const PlannedInput& input : step.inputs) inputs.Push(InputToJson(input));
  Json outputs{Json::Array()};
  for (const PlannedOutput& output : step.outputs) outputs.Push(OutputToJson(output));
  Json tasks{Json::Array()};
  for (const Json& options : step.task_options) tasks.Push(options);
  Json json = Json::Of({{"id", step.id},
                        {"op", step.op},
                        {"operator_digest", step.operator_digest},
                        {"purpose", step.purpose},
                        {"shape", ShapeName(step.shape)},
                        {"tasks", step.tasks},
                        {"options", step.options},
                        {"after", Json::Strings(step.after)},
                        {"may_warn", step.may_warn}});
  json.Set("task_options", std::move(tasks));
  json.Set("inputs", std::move(inputs));
  json.Set("outputs", std::move(outputs));
  return json;
}

/// All but the steps and the derivation, which are nearly all of a plan.
Json HeadOf(const Plan& plan) {
  Json publishes{Json::Array()};
  for (const PlannedPublication& publication : plan.publications) {
    publishes.Push(Json::Of({{"step", publication.step},
                             {"recipient", publication.recipient},
                             {"relation", publication.relation},
                             {"purpose", publication.purpose}}));
  }
  return Json::Of({{"pipeline", plan.pipeline},
                   {"policy_digest", plan.policy_digest},
                   {"params", plan.params},
                   {"as_of", TimestampText(plan.as_of)},
                   {"seed", static_cast<long long>(plan.seed)},
                   {"partitions", plan.partitions},
                   {"publications", publishes},
                   {"purposes", Json::Strings(plan.purposes)}});
}

/// The bytes of plan.ToJson().Dump(), without a copy of the plan.
std::string CanonicalText(const Plan& plan) {
  std::map<std::string, std::string> fields;  // sorted, as Json's are
  const Json head = HeadOf(plan);
  for (const auto& [name, value] : head.fields()) fields[name] = value.Dump();
  fields["derivation"] = plan.derivation.Dump();
  std::string& steps = fields["steps"];
  for (const PlannedStep& step : plan.steps) {
    steps += steps.empty() ? "[" : ",";
    steps += StepToJson(step).Dump();
  }
  steps += steps.empty() ? "[]" : "]";
  std::string text;
  for (const auto& [name, value] : fields) {
    text += text.empty() ? "{\"" : ",\"";
    text += name;
    text += "\":";
    text += value;
  }
  return text + "}";
}

}  // namespace

const PlannedStep* Plan::Find(const std::string& step) const {
  for (const PlannedStep& planned : steps) {
    if (planned.id == step) return &planned;
  }
  return nullptr;
}

Json Plan::ToJson() const {
  Json list{Json::Array()};
  for (const PlannedStep& step : steps) list.Push(StepToJson(step));
  Json json = HeadOf(*this);
  json.Set("steps", std::move(list));
  json.Set("derivation", derivation);
  return json;
}

std::string Plan::Digest() const {
  return ToHex(crypto::Sha256::Of(AsBytes(CanonicalText(*this))));
}

}  // namespace signet::pipelines
