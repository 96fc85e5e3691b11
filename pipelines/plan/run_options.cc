#include "pipelines/plan/run_options.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace signet::pipelines {
namespace {

using policies::Diagnostics;
using policies::MapReader;
using policies::Node;

constexpr int64_t kMillisPerSecond = 1'000;
constexpr int64_t kMilliPerCpu = 1'000;
constexpr int64_t kFailuresMax = 100;
constexpr int64_t kApprovalsMax = 10;
constexpr int64_t kPriorityMax = 100;
constexpr int64_t kPoolMax = 1'000'000;

/// The key's duration in milliseconds.
int64_t Millis(MapReader& reader, std::string_view key, int64_t fallback_ms) {
  const int64_t seconds = reader.Duration(key, -1);
  return seconds < 0 ? fallback_ms : seconds * kMillisPerSecond;
}

void ReadRetry(MapReader& step, StepRunOptions& options, Diagnostics& diagnostics) {
  const Node* node = step.Optional("retry");
  if (node == nullptr) return;
  MapReader retry(*node, "`retry` of " + step.what(), diagnostics);
  options.failures_max =
      static_cast<int>(retry.Int("failures", options.failures_max, 1, kFailuresMax));
  options.delay_ms = Millis(retry, "delay", options.delay_ms);
  options.delay_ms_max = Millis(retry, "delay_max", options.delay_ms_max);
  retry.Finish();
}

void ReadTimeout(MapReader& step, StepRunOptions& options, Diagnostics& diagnostics) {
  const Node* node = step.Optional("timeout");
  if (node == nullptr) return;
  if (node->is_scalar()) {
    options.attempt_ms = Millis(step, "timeout", options.attempt_ms);
    return;
  }
  MapReader timeout(*node, "`timeout` of " + step.what(), diagnostics);
  options.attempt_ms = Millis(timeout, "attempt", options.attempt_ms);
  options.queue_ms = Millis(timeout, "queue", options.queue_ms);
  options.start_ms = Millis(timeout, "start", options.start_ms);
  timeout.Finish();
}

void ReadNeeds(MapReader& step, StepRunOptions& options, Diagnostics& diagnostics) {
  const Node* node = step.Optional("needs");
  if (node == nullptr) return;
  MapReader needs(*node, "`needs` of " + step.what(), diagnostics);
  options.labels = needs.Texts("labels");
  options.memory_mb = needs.Int("memory_mb", 0, 0);
  const double cpu = needs.Double("cpu", 0);
  const bool sane = cpu >= 0 && cpu <= 1e6;
  if (!sane) {
    needs.Error("SIG-1208", needs.ValueMark("cpu"), "`cpu` is a number of processors");
  } else {
    options.cpu_milli = std::llround(cpu * static_cast<double>(kMilliPerCpu));
  }
  needs.Finish();
}

}  // namespace

Json StepRunOptions::ToJson() const {
  const StepRunOptions plain;
  Json json{Json::Object()};
  if (failures_max != plain.failures_max) json.Set("failures_max", failures_max);
  if (delay_ms != plain.delay_ms) json.Set("delay_ms", delay_ms);
  if (delay_ms_max != plain.delay_ms_max) json.Set("delay_ms_max", delay_ms_max);
  if (attempt_ms != plain.attempt_ms) json.Set("attempt_ms", attempt_ms);
  if (queue_ms != plain.queue_ms) json.Set("queue_ms", queue_ms);
  if (start_ms != plain.start_ms) json.Set("start_ms", start_ms);
  if (!pool.empty()) json.Set("pool", pool);
  if (when != plain.when) json.Set("when", when);
  if (!labels.empty()) json.Set("labels", Json::Strings(labels));
  if (memory_mb != 0) json.Set("memory_mb", memory_mb);
  if (cpu_milli != 0) json.Set("cpu_milli", cpu_milli);
  if (straggler_ms != plain.straggler_ms) json.Set("straggler_ms", straggler_ms);
  if (approvals != 0) json.Set("approvals", approvals);
  return json;
}

StepRunOptions StepRunOptions::FromJson(const Json& json) {
  StepRunOptions options;
  options.failures_max = static_cast<int>(json["failures_max"].AsInt(options.failures_max));
  options.delay_ms = json["delay_ms"].AsInt(options.delay_ms);
  options.delay_ms_max = json["delay_ms_max"].AsInt(options.delay_ms_max);
  options.attempt_ms = json["attempt_ms"].AsInt(options.attempt_ms);
  options.queue_ms = json["queue_ms"].AsInt(options.queue_ms);
  options.start_ms = json["start_ms"].AsInt(options.start_ms);
  options.pool = json["pool"].AsString();
  if (json.Has("when")) options.when = json["when"].AsString();
  options.labels = json["labels"].AsStrings();
  options.memory_mb = json["memory_mb"].AsInt();
  options.cpu_milli = json["cpu_milli"].AsInt();
  options.straggler_ms = json["straggler_ms"].AsInt(options.straggler_ms);
  options.approvals = static_cast<int>(json["approvals"].AsInt());
  return options;
}

Json PipelineRunOptions::ToJson() const {
  Json limits{Json::Object()};
  for (const auto& [name, limit] : pools) limits.Set(name, limit);
  Json json = Json::Of({{"pools", limits}, {"total_ms", total_ms}, {"priority", priority}});
  if (!shared_pools.empty()) {
    json.Set("shared_pools", Json::Strings({shared_pools.begin(), shared_pools.end()}));
  }
  if (schedule.any()) json.Set("schedule", schedule.ToJson());
  Json hooks{Json::Array()};
  for (const NotifyOptions& hook : notify) hooks.Push(hook.ToJson());
  if (!notify.empty()) json.Set("notify", std::move(hooks));
  return json;
}

PipelineRunOptions PipelineRunOptions::FromJson(const Json& json) {
  PipelineRunOptions options;
  for (const auto& [name, limit] : json["pools"].fields()) {
    options.pools[name] = static_cast<int>(limit.AsInt());
  }
  for (const std::string& pool : json["shared_pools"].AsStrings()) {
    options.shared_pools.insert(pool);
  }
  options.total_ms = json["total_ms"].AsInt();
  options.priority = static_cast<int>(json["priority"].AsInt());
  if (json.Has("schedule")) options.schedule = ScheduleOptions::FromJson(json["schedule"]);
  for (const Json& hook : json["notify"].items()) {
    options.notify.push_back(NotifyOptions::FromJson(hook));
  }
  return options;
}

StepRunOptions ReadStepRunOptions(MapReader& step, Diagnostics& diagnostics) {
  StepRunOptions options;
  ReadRetry(step, options, diagnostics);
  ReadTimeout(step, options, diagnostics);
  ReadNeeds(step, options, diagnostics);
  options.pool = step.Text("pool");
  if (step.Has("when")) {
    options.when = step.Choice("when", {"success", "failure", "always"}, options.when);
  }
  options.straggler_ms = Millis(step, "straggler_after", options.straggler_ms);
  options.approvals = static_cast<int>(step.Int("approvals", 0, 0, kApprovalsMax));
  return options;
}

PipelineRunOptions ReadPipelineRunOptions(MapReader& settings, Diagnostics& diagnostics) {
  PipelineRunOptions options;
  if (const Node* node = settings.Optional("pools")) {
    MapReader pools(*node, "the pools", diagnostics);
    for (const Node::Entry& entry : node->entries()) {
      if (!entry.value.is_map()) {
        options.pools[entry.key] = static_cast<int>(pools.Int(entry.key, 1, 1, kPoolMax));
        continue;
      }
      pools.Know(entry.key);
      MapReader pool(entry.value, "pool '" + entry.key + "'", diagnostics);
      options.pools[entry.key] = static_cast<int>(pool.Int("limit", 1, 1, kPoolMax));
      if (pool.Bool("across_runs", /*fallback=*/false)) options.shared_pools.insert(entry.key);
      pool.Finish();
    }
    pools.Finish();
  }
  options.total_ms = Millis(settings, "timeout", options.total_ms);
  options.priority = static_cast<int>(settings.Int("priority", 0, -kPriorityMax, kPriorityMax));
  return options;
}

void CheckPool(const StepRunOptions& step,
               const PipelineRunOptions& pipeline,
               const policies::Mark& mark,
               Diagnostics& diagnostics) {
  if (step.pool.empty() || pipeline.pools.count(step.pool) != 0) return;
  diagnostics.Error("SIG-1208",
                    mark,
                    "there is no pool '" + step.pool + "'",
                    "name it with its limit under `settings: {pools: {" + step.pool + ": 2}}`");
}

std::vector<policies::SchemaField> StepRunFields() {
  return {
      {"retry",
       policies::SchemaObject(
           {{"failures", policies::SchemaInteger("Failed attempts after which it fails."), false},
            {"delay", policies::SchemaText("The first delay's upper bound, such as 1s."), false},
            {"delay_max", policies::SchemaText("The upper bound of every delay."), false}},
           "How often and when it is tried again, if a retry can help."),
       false},
      {"timeout", Json::Of({{"description", "A duration, or {attempt, queue, start}."}}), false},
      {"pool", policies::SchemaText("A pool of the settings, which limits how many run."), false},
      {"when",
       policies::SchemaChoice({"success", "failure", "always"},
                              "Whether it runs, by how the steps before it ended."),
       false},
      {"needs",
       policies::SchemaObject(
           {{"labels", policies::SchemaTexts("Labels that its worker must have."), false},
            {"memory_mb", policies::SchemaInteger("Memory of its worker that it takes."), false},
            {"cpu", policies::SchemaNumber("Processors of its worker that it takes."), false}},
           "What its worker must offer."),
       false},
      {"straggler_after",
       policies::SchemaText("When half of its tasks are done, one that has run for so long, and "
                            "three times as long as those, is tried on a second worker too; the "
                            "first result counts. Default 30s; 0s = never."),
       false},
      {"approvals",
       policies::SchemaInteger("Persons, other than who asked, that agree before it begins."),
       false}};
}

std::vector<policies::SchemaField> PipelineRunFields() {
  return {
      {"pools",
       policies::SchemaMapOf(
           policies::SchemaAnyOf({policies::SchemaInteger("Tasks at a time."),
                                  policies::SchemaObject(
                                      {{"limit", policies::SchemaInteger("Tasks at a time."), true},
                                       {"across_runs",
                                        policies::SchemaBool("Counted over all runs that name it."),
                                        false}},
                                      "A limit that runs share.")},
                                 "Tasks at a time."),
           "Limits by name."),
       false},
      {"timeout", policies::SchemaText("Limit of a whole run, such as 6h; default 7d."), false},
      {"priority", policies::SchemaInteger("Higher goes first; -100 to 100."), false}};
}

}  // namespace signet::pipelines
