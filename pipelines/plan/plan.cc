#include "pipelines/plan/plan.h"

#include <string>

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
  return Json::Of({{"dataset", output.dataset},
                   {"kind", DatasetKindName(output.kind)},
                   {"schema", output.schema.ToJson()}});
}

Json StepToJson(const PlannedStep& step) {
  Json inputs{Json::Array()};
  for (const PlannedInput& input : step.inputs) inputs.Push(InputToJson(input));
  Json outputs{Json::Array()};
  for (const PlannedOutput& output : step.outputs) outputs.Push(OutputToJson(output));
  Json tasks{Json::Array()};
  for (const Json& options : step.task_options) tasks.Push(options);
  return Json::Of({{"id", step.id},
                   {"op", step.op},
                   {"operator_digest", step.operator_digest},
                   {"purpose", step.purpose},
                   {"shape", ShapeName(step.shape)},
                   {"tasks", step.tasks},
                   {"options", step.options},
                   {"task_options", tasks},
                   {"inputs", inputs},
                   {"outputs", outputs},
                   {"after", Json::Strings(step.after)},
                   {"may_warn", step.may_warn}});
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
  Json publishes{Json::Array()};
  for (const PlannedPublication& publication : publications) {
    publishes.Push(Json::Of({{"step", publication.step},
                             {"recipient", publication.recipient},
                             {"relation", publication.relation},
                             {"purpose", publication.purpose}}));
  }
  return Json::Of({{"pipeline", pipeline},
                   {"policy_digest", policy_digest},
                   {"params", params},
                   {"as_of", TimestampText(as_of)},
                   {"seed", static_cast<long long>(seed)},
                   {"partitions", partitions},
                   {"steps", list},
                   {"publications", publishes},
                   {"purposes", Json::Strings(purposes)},
                   {"derivation", derivation}});
}

std::string Plan::Digest() const {
  return ToHex(crypto::Sha256::Of(AsBytes(ToJson().Dump())));
}

}  // namespace signet::pipelines
