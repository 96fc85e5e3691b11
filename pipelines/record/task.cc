#include "pipelines/record/task.h"

#include <string>
#include <utility>
#include <vector>

namespace signet::pipelines {
namespace {

/// Layout: field(json spec) | u32 n | n * (field id, field key) | u32 m | m * (field use, field
/// key).
constexpr uint32_t kKeysMax = 100'000;

template <typename T>
Json ListToJson(const std::vector<T>& items) {
  Json list{Json::Array()};
  for (const T& item : items) list.Push(item.ToJson());
  return list;
}

template <typename T>
Result<std::vector<T>> ListFromJson(const Json& json) {
  std::vector<T> items;
  for (const Json& item : json.items()) {
    ASSIGN_OR_RETURN(T value, T::FromJson(item));
    items.push_back(std::move(value));
  }
  return items;
}

Json InputToJson(const TaskInput& input) {
  Json views{Json::Array()};
  for (const ConsentView& view : input.allowed) {
    views.Push(Json::Of({{"partition", view.partition}, {"stream", view.stream.ToJson()}}));
  }
  Json json = Json::Of({{"name", input.name},
                        {"schema", input.schema.ToJson()},
                        {"pieces", ListToJson(input.pieces)},
                        {"filtered", input.subjects_filtered},
                        {"allowed", views},
                        {"before_column", input.before_column}});
  if (input.before) json.Set("before", input.before->micros);
  return json;
}

Result<TaskInput> InputFromJson(const Json& json) {
  TaskInput input;
  input.name = json["name"].AsString();
  ASSIGN_OR_RETURN(input.schema, Schema::FromJson(json["schema"]));
  ASSIGN_OR_RETURN(input.pieces, ListFromJson<Piece>(json["pieces"]));
  input.subjects_filtered = json["filtered"].AsBool();
  for (const Json& item : json["allowed"].items()) {
    ConsentView view;
    view.partition = static_cast<int>(item["partition"].AsInt());
    ASSIGN_OR_RETURN(view.stream, Stream::FromJson(item["stream"]));
    input.allowed.push_back(std::move(view));
  }
  input.before_column = json["before_column"].AsString();
  if (json.Has("before")) input.before = Timestamp{json["before"].AsInt()};
  return input;
}

Json OutputToJson(const TaskOutput& output) {
  Json deks{Json::Object()};
  for (const auto& [key, id] : output.deks) deks.Set(key, id.text());
  return Json::Of({{"name", output.name},
                   {"dataset", output.dataset},
                   {"kind", DatasetKindName(output.kind)},
                   {"schema", output.schema.ToJson()},
                   {"partitioned", output.partitioned},
                   {"deks", deks}});
}

Result<TaskOutput> OutputFromJson(const Json& json) {
  TaskOutput output;
  output.name = json["name"].AsString();
  output.dataset = json["dataset"].AsString();
  ASSIGN_OR_RETURN(output.kind, DatasetKindFromName(json["kind"].AsString()));
  ASSIGN_OR_RETURN(output.schema, Schema::FromJson(json["schema"]));
  output.partitioned = json["partitioned"].AsBool();
  for (const auto& [key, id] : json["deks"].fields()) {
    output.deks.emplace(key, DekId(id.AsString()));
  }
  return output;
}

Json SpecToJson(const TaskSpec& spec) {
  Json inputs{Json::Array()};
  for (const TaskInput& input : spec.inputs) inputs.Push(InputToJson(input));
  Json outputs{Json::Array()};
  for (const TaskOutput& output : spec.outputs) outputs.Push(OutputToJson(output));
  Json json = Json::Of({{"run", spec.run},
                        {"step", spec.step},
                        {"index", spec.index},
                        {"attempt", spec.attempt},
                        {"op", spec.op},
                        {"options", spec.options},
                        {"purpose", spec.purpose},
                        {"as_of", spec.as_of.micros},
                        {"seed", static_cast<int64_t>(spec.seed)},
                        {"partition", spec.partition},
                        {"partitions", spec.partitions},
                        {"plan", spec.plan_digest},
                        {"operator", spec.operator_digest},
                        {"blobs", spec.blobs},
                        {"inputs", inputs},
                        {"outputs", outputs}});
  if (spec.suppression) json.Set("suppression", spec.suppression->ToJson());
  return json;
}

Result<TaskSpec> SpecFromJson(const Json& json) {
  if (!json["run"].is_string() || !json["step"].is_string() || !json["op"].is_string() ||
      !json["inputs"].is_array() || !json["outputs"].is_array()) {
    return Corrupt("a task without run, step, operator, inputs or outputs");
  }
  TaskSpec spec;
  spec.run = json["run"].AsString();
  spec.step = json["step"].AsString();
  spec.index = static_cast<int>(json["index"].AsInt());
  spec.attempt = static_cast<int>(json["attempt"].AsInt());
  spec.op = json["op"].AsString();
  spec.options = json["options"];
  spec.purpose = json["purpose"].AsString();
  spec.as_of = Timestamp{json["as_of"].AsInt()};
  spec.seed = static_cast<uint64_t>(json["seed"].AsInt());
  spec.partition = static_cast<int>(json["partition"].AsInt());
  spec.partitions = static_cast<int>(json["partitions"].AsInt());
  spec.plan_digest = json["plan"].AsString();
  spec.operator_digest = json["operator"].AsString();
  spec.blobs = json["blobs"].AsString();
  for (const Json& item : json["inputs"].items()) {
    ASSIGN_OR_RETURN(TaskInput input, InputFromJson(item));
    spec.inputs.push_back(std::move(input));
  }
  for (const Json& item : json["outputs"].items()) {
    ASSIGN_OR_RETURN(TaskOutput output, OutputFromJson(item));
    spec.outputs.push_back(std::move(output));
  }
  if (json.Has("suppression")) {
    ASSIGN_OR_RETURN(spec.suppression, Stream::FromJson(json["suppression"]));
  }
  return spec;
}

void AppendSecret(Bytes& to, const std::string& name, const SecretBytes& key) {
  AppendField(to, name);
  AppendField(to, key.ExposeSecret());
}

Result<std::pair<std::string, SecretBytes>> ReadSecret(ByteReader& reader) {
  ASSIGN_OR_RETURN(const ByteView name, reader.Field());
  ASSIGN_OR_RETURN(const ByteView key, reader.Field());
  return std::pair(std::string(AsText(name)), SecretBytes::CopyOf(key));
}

Result<uint32_t> ReadCount(ByteReader& reader) {
  ASSIGN_OR_RETURN(const uint32_t count, reader.U32());
  if (count > kKeysMax) return Corrupt("a lease with too many keys");
  return count;
}

}  // namespace

std::string OutputKey(int partition, policies::LabelClass label_class) {
  return std::to_string(partition) + "/" + std::string(policies::LabelClassName(label_class));
}

std::string TaskSpec::Producer() const {
  return run + "/" + step + "/" + std::to_string(index);
}

StageContext TaskSpec::Context() const {
  return {as_of, seed, partition, partitions, {}};
}

Result<const SecretBytes*> TaskLease::Dek(const DekId& id) const {
  const auto found = deks.find(id);
  if (found == deks.end()) return Denied("data key " + id.text() + " is not in this task's lease");
  return &found->second;
}

Result<const SecretBytes*> TaskLease::Key(const std::string& use) const {
  const auto found = keys.find(use);
  if (found == keys.end()) return Denied("the " + use + " key is not in this task's lease");
  return &found->second;
}

Bytes TaskAssignment::Encode() const {
  Bytes bytes;
  AppendField(bytes, SpecToJson(spec).Dump());
  AppendU32(bytes, static_cast<uint32_t>(lease.deks.size()));
  for (const auto& [id, key] : lease.deks) AppendSecret(bytes, id.text(), key);
  AppendU32(bytes, static_cast<uint32_t>(lease.keys.size()));
  for (const auto& [use, key] : lease.keys) AppendSecret(bytes, use, key);
  return bytes;
}

Result<TaskAssignment> TaskAssignment::Decode(ByteView bytes) {
  ByteReader reader(bytes);
  TaskAssignment task;
  ASSIGN_OR_RETURN(const ByteView text, reader.Field());
  ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(text)));
  ASSIGN_OR_RETURN(task.spec, SpecFromJson(json));
  ASSIGN_OR_RETURN(const uint32_t deks, ReadCount(reader));
  for (uint32_t i = 0; i < deks; ++i) {
    ASSIGN_OR_RETURN(auto entry, ReadSecret(reader));
    task.lease.deks.emplace(DekId(std::move(entry.first)), std::move(entry.second));
  }
  ASSIGN_OR_RETURN(const uint32_t keys, ReadCount(reader));
  for (uint32_t i = 0; i < keys; ++i) {
    ASSIGN_OR_RETURN(auto entry, ReadSecret(reader));
    task.lease.keys.insert(std::move(entry));
  }
  if (!reader.empty()) return Corrupt("a task assignment with trailing bytes");
  return task;
}

Bytes TaskResult::Encode() const {
  Json outs{Json::Object()};
  for (const auto& [name, pieces] : outputs) outs.Set(name, ListToJson(pieces));
  Json deltas{Json::Array()};
  for (const FactDelta& delta : facts) {
    deltas.Push(Json::Of({{"partition", delta.partition},
                          {"facts", delta.facts},
                          {"stream", delta.stream.ToJson()}}));
  }
  return ToBytes(Json::Of({{"outputs", outs},
                           {"facts", deltas},
                           {"figures", figures},
                           {"rows", rows},
                           {"extra", extra}})
                     .Dump());
}

Result<TaskResult> TaskResult::Decode(ByteView bytes) {
  ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(bytes)));
  if (!json["outputs"].is_object() || !json["facts"].is_array() || !json["rows"].is_int()) {
    return Corrupt("a task result without outputs, facts or rows");
  }
  TaskResult result;
  for (const auto& [name, pieces] : json["outputs"].fields()) {
    ASSIGN_OR_RETURN(result.outputs[name], ListFromJson<Piece>(pieces));
  }
  for (const Json& item : json["facts"].items()) {
    FactDelta delta;
    delta.partition = static_cast<int>(item["partition"].AsInt());
    delta.facts = static_cast<uint64_t>(item["facts"].AsInt());
    ASSIGN_OR_RETURN(delta.stream, Stream::FromJson(item["stream"]));
    result.facts.push_back(std::move(delta));
  }
  result.figures = json["figures"];
  result.rows = static_cast<uint64_t>(json["rows"].AsInt());
  result.extra = json["extra"];
  return result;
}

}  // namespace signet::pipelines
