#include "coordinator/scheduler/spec_extension.h"

#include <string>
#include <utility>

#include "crypto/base/json.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

Json StepExtension(const StepSpec& step) {
  Json json;
  if (step.when != StepWhen::kSucceeded) json.Set("when", static_cast<int>(step.when));
  if (!step.needs.labels.empty()) json.Set("labels", Json::Strings(step.needs.labels));
  if (step.needs.memory_mb != 0) json.Set("memory_mb", step.needs.memory_mb);
  if (step.needs.cpu_milli != 0) json.Set("cpu_milli", step.needs.cpu_milli);
  if (step.timeouts.start_ms != 0) json.Set("start_ms", step.timeouts.start_ms);
  if (step.gang) json.Set("gang", true);
  if (step.cached) json.Set("cached", true);
  if (step.approvals != 0) json.Set("approvals", step.approvals);
  if (step.second_after_ms != 0) json.Set("second_after_ms", step.second_after_ms);
  return json;
}

Status ApplyStep(const Json& json, StepSpec& step) {
  const int64_t when = json["when"].AsInt();
  if (when < 0 || when > static_cast<int64_t>(StepWhen::kAlways)) {
    return Corrupt("a journalled step has an unknown `when`");
  }
  step.when = static_cast<StepWhen>(when);
  step.needs.labels = json["labels"].AsStrings();
  step.needs.memory_mb = json["memory_mb"].AsInt();
  step.needs.cpu_milli = json["cpu_milli"].AsInt();
  step.timeouts.start_ms = json["start_ms"].AsInt();
  step.gang = json["gang"].AsBool();
  step.cached = json["cached"].AsBool();
  step.approvals = static_cast<int>(json["approvals"].AsInt());
  step.second_after_ms = json["second_after_ms"].AsInt();
  return OkStatus();
}

}  // namespace

std::string ExtensionOf(const RunSpec& spec) {
  Json json;
  if (!spec.lane.empty()) json.Set("lane", spec.lane);
  if (spec.priority != 0) json.Set("priority", spec.priority);
  if (!spec.owner.empty()) json.Set("owner", spec.owner);
  if (!spec.shared_pools.empty()) {
    json.Set("shared_pools", Json::Strings({spec.shared_pools.begin(), spec.shared_pools.end()}));
  }
  Json steps;  // by position
  for (size_t i = 0; i < spec.steps.size(); ++i) {
    Json step = StepExtension(spec.steps[i]);
    if (!step.is_null()) steps.Set(std::to_string(i), std::move(step));
  }
  if (!steps.is_null()) json.Set("steps", std::move(steps));
  return json.is_null() ? std::string() : json.Dump();
}

Status ApplyExtension(std::string_view text, RunSpec& spec) {
  if (text.empty()) return OkStatus();
  const Result<Json> json = Json::Parse(text);
  if (!json.ok() || !json->is_object()) return Corrupt("a journalled run's extension is damaged");
  spec.lane = (*json)["lane"].AsString();
  spec.priority = static_cast<int>((*json)["priority"].AsInt());
  spec.owner = (*json)["owner"].AsString();
  for (const std::string& pool : (*json)["shared_pools"].AsStrings()) {
    spec.shared_pools.insert(pool);
  }
  for (const auto& step : (*json)["steps"].fields()) {
    const Result<int64_t> position = IntegerFromText(step.first);
    if (!position.ok() || *position < 0 || static_cast<size_t>(*position) >= spec.steps.size()) {
      return Corrupt("a journalled run's extension names an unknown step");
    }
    TRY(ApplyStep(step.second, spec.steps[static_cast<size_t>(*position)]));
  }
  return OkStatus();
}

}  // namespace signet::coordinator
