#include "pipelines/plan/plan_codec.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace signet::pipelines {
namespace {

constexpr int64_t kFormat = 1;

struct NamedShape {
  Shape shape;
  std::string_view name;
};
constexpr std::array<NamedShape, 4> kShapes{{{Shape::kPerFile, "per_file"},
                                             {Shape::kOnce, "once"},
                                             {Shape::kPerPartition, "per_partition"},
                                             {Shape::kLocal, "local"}}};

std::string_view NameOf(Shape shape) {
  for (const NamedShape& known : kShapes) {
    if (known.shape == shape) return known.name;
  }
  return "once";
}

Result<Shape> ShapeFromName(const std::string& name) {
  for (const NamedShape& known : kShapes) {
    if (known.name == name) return known.shape;
  }
  return Corrupt("a stored plan has the unknown shape '" + name + "'");
}

Json EncodeInput(const PlannedInput& input) {
  Json json = Json::Of({{"name", input.name},
                        {"dataset", input.dataset},
                        {"kind", DatasetKindName(input.kind)},
                        {"schema", input.schema.ToJson()},
                        {"same_task", input.same_task},
                        {"subjects_filtered", input.subjects_filtered},
                        {"before_column", input.before_column}});
  if (input.approved) json.Set("approved", true);
  if (input.before) json.Set("before", input.before->micros);
  return json;
}

Result<PlannedInput> DecodeInput(const Json& json) {
  PlannedInput input;
  input.name = json["name"].AsString();
  input.dataset = json["dataset"].AsString();
  ASSIGN_OR_RETURN(input.kind, DatasetKindFromName(json["kind"].AsString()));
  ASSIGN_OR_RETURN(input.schema, Schema::FromJson(json["schema"]));
  input.approved = json.Has("approved") && json["approved"].AsBool();
  input.same_task = json["same_task"].AsBool();
  input.subjects_filtered = json["subjects_filtered"].AsBool();
  input.before_column = json["before_column"].AsString();
  if (json.Has("before")) input.before = Timestamp{json["before"].AsInt()};
  return input;
}

Json EncodeOutput(const PlannedOutput& output) {
  return Json::Of({{"name", output.name},
                   {"dataset", output.dataset},
                   {"kind", DatasetKindName(output.kind)},
                   {"schema", output.schema.ToJson()},
                   {"partitioned", output.partitioned},
                   {"ephemeral", output.ephemeral}});
}

Result<PlannedOutput> DecodeOutput(const Json& json) {
  PlannedOutput output;
  output.name = json["name"].AsString();
  output.dataset = json["dataset"].AsString();
  ASSIGN_OR_RETURN(output.kind, DatasetKindFromName(json["kind"].AsString()));
  ASSIGN_OR_RETURN(output.schema, Schema::FromJson(json["schema"]));
  output.partitioned = json["partitioned"].AsBool();
  output.ephemeral = json["ephemeral"].AsBool();
  return output;
}

Json EncodeStep(const PlannedStep& step) {
  Json inputs{Json::Array()};
  for (const PlannedInput& input : step.inputs) inputs.Push(EncodeInput(input));
  Json outputs{Json::Array()};
  for (const PlannedOutput& output : step.outputs) outputs.Push(EncodeOutput(output));
  return Json::Of({{"id", step.id},
                   {"op", step.op},
                   {"operator_digest", step.operator_digest},
                   {"purpose", step.purpose},
                   {"shape", NameOf(step.shape)},
                   {"tasks", step.tasks},
                   {"options", step.options},
                   {"task_options", Json(step.task_options)},
                   {"inputs", inputs},
                   {"outputs", outputs},
                   {"after", Json::Strings(step.after)},
                   {"keys", Json::Strings(step.keys)},
                   {"may_warn", step.may_warn},
                   {"run", step.run.ToJson()},
                   {"file", step.file},
                   {"line", step.line}});
}

Result<PlannedStep> DecodeStep(const Json& json) {
  PlannedStep step;
  step.id = json["id"].AsString();
  step.op = json["op"].AsString();
  step.operator_digest = json["operator_digest"].AsString();
  step.purpose = json["purpose"].AsString();
  ASSIGN_OR_RETURN(step.shape, ShapeFromName(json["shape"].AsString()));
  step.tasks = static_cast<int>(json["tasks"].AsInt());
  step.options = json["options"];
  step.task_options = json["task_options"].items();
  for (const Json& item : json["inputs"].items()) {
    ASSIGN_OR_RETURN(PlannedInput input, DecodeInput(item));
    step.inputs.push_back(std::move(input));
  }
  for (const Json& item : json["outputs"].items()) {
    ASSIGN_OR_RETURN(PlannedOutput output, DecodeOutput(item));
    step.outputs.push_back(std::move(output));
  }
  step.after = json["after"].AsStrings();
  step.keys = json["keys"].AsStrings();
  step.may_warn = json["may_warn"].AsBool();
  step.run = StepRunOptions::FromJson(json["run"]);
  step.file = json["file"].AsString();
  step.line = static_cast<int>(json["line"].AsInt());
  return step;
}

Result<Plan> Decode(const Json& json) {
  Plan plan;
  plan.pipeline = json["pipeline"].AsString();
  plan.policy_digest = json["policy_digest"].AsString();
  plan.params = json["params"];
  plan.as_of = Timestamp{json["as_of"].AsInt()};
  plan.seed = static_cast<uint64_t>(json["seed"].AsInt());
  plan.partitions = static_cast<int>(json["partitions"].AsInt());
  for (const Json& item : json["steps"].items()) {
    ASSIGN_OR_RETURN(PlannedStep step, DecodeStep(item));
    plan.steps.push_back(std::move(step));
  }
  for (const Json& item : json["publications"].items()) {
    plan.publications.push_back({item["step"].AsString(),
                                 item["recipient"].AsString(),
                                 item["relation"].AsString(),
                                 item["purpose"].AsString()});
  }
  plan.purposes = json["purposes"].AsStrings();
  plan.run = PipelineRunOptions::FromJson(json["run"]);
  plan.derivation = json["derivation"];
  return plan;
}

}  // namespace

Json EncodePlan(const Plan& plan) {
  Json steps{Json::Array()};
  for (const PlannedStep& step : plan.steps) steps.Push(EncodeStep(step));
  Json publications{Json::Array()};
  for (const PlannedPublication& publication : plan.publications) {
    publications.Push(Json::Of({{"step", publication.step},
                                {"recipient", publication.recipient},
                                {"relation", publication.relation},
                                {"purpose", publication.purpose}}));
  }
  return Json::Of({{"format", kFormat},
                   {"digest", plan.Digest()},
                   {"pipeline", plan.pipeline},
                   {"policy_digest", plan.policy_digest},
                   {"params", plan.params},
                   {"as_of", plan.as_of.micros},
                   {"seed", static_cast<int64_t>(plan.seed)},
                   {"partitions", plan.partitions},
                   {"steps", steps},
                   {"publications", publications},
                   {"purposes", Json::Strings(plan.purposes)},
                   {"run", plan.run.ToJson()},
                   {"derivation", plan.derivation}});
}

Result<Plan> DecodePlan(const Json& json) {
  if (json["format"].AsInt() != kFormat) {
    return Corrupt("a stored plan has a format that this program does not read");
  }
  Result<Plan> plan = Decode(json);
  if (!plan.ok()) return Corrupt("a stored plan is damaged: " + plan.status().message());
  if (plan->Digest() != json["digest"].AsString()) {
    return Corrupt("a stored plan does not have the digest it had");
  }
  return plan;
}

}  // namespace signet::pipelines
