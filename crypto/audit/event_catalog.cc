#include "crypto/audit/event_catalog.h"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "crypto/audit/event_table.h"
#include "crypto/base/clock.h"
#include "crypto/base/line_text.h"

namespace signet::crypto {
namespace {

constexpr size_t kNameBytesMax = 200;
constexpr size_t kDigestDigitsMin = 8;
constexpr size_t kDigestDigitsMax = 160;
constexpr const char* kDigestPattern = "^[0-9a-f]{8,160}$";
constexpr const char* kTimePattern =
    R"(^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?Z$)";
constexpr const char* kSubjectRefPattern = R"(^[0-9a-f]{32}\.[0-9a-f]{64}$)";

Status Wrong(std::string_view type, std::string_view field, std::string_view why) {
  return Invalid("an entry of type '" + ShownOnOneLine(type) + "': " + ShownOnOneLine(field) + " " +
                 std::string(why));
}

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

bool IsDigest(const Json& value) {
  const std::string& text = value.AsString();
  return text.size() >= kDigestDigitsMin && text.size() <= kDigestDigitsMax && IsHex(text);
}

bool IsName(const Json& value) {
  const std::string& text = value.AsString();
  return value.is_string() && !text.empty() && text.size() <= kNameBytesMax && IsOneLine(text);
}

bool IsSubjectRef(const std::string& text) {
  constexpr size_t kNonceDigits = 32;
  constexpr size_t kMacDigits = 64;
  return text.size() == kNonceDigits + 1 + kMacDigits && text[kNonceDigits] == '.' &&
         IsHex(std::string_view(text).substr(0, kNonceDigits)) &&
         IsHex(std::string_view(text).substr(kNonceDigits + 1));
}

bool Fits(FactType type, const Json& value) {
  switch (type) {
    case FactType::kName:
      return IsName(value);
    case FactType::kText:
      return value.is_string() && IsOneLine(value.AsString());
    case FactType::kDigest:
      return IsDigest(value);
    case FactType::kCount:
      return value.is_int() && value.AsInt() >= 0;
    case FactType::kNumber:
      return value.is_number();
    case FactType::kTime:
      return value.is_string() && TimestampFromText(value.AsString()).ok();
    case FactType::kFlag:
      return value.is_bool();
    case FactType::kNames:
      return value.is_array() && std::all_of(value.items().begin(), value.items().end(), IsName);
    case FactType::kCounts:
      return value.is_array() &&
             std::all_of(value.items().begin(), value.items().end(), [](const Json& item) {
               return item.is_int() && item.AsInt() >= 0;
             });
    case FactType::kObject:
      return value.is_object();
    case FactType::kObjects:
      return value.is_array() && std::all_of(value.items().begin(),
                                             value.items().end(),
                                             [](const Json& item) { return item.is_object(); });
  }
  return false;
}

const char* TypeName(FactType type) {
  switch (type) {
    case FactType::kName:
      return "name";
    case FactType::kText:
      return "text";
    case FactType::kDigest:
      return "digest";
    case FactType::kCount:
      return "count";
    case FactType::kNumber:
      return "number";
    case FactType::kTime:
      return "time";
    case FactType::kFlag:
      return "flag";
    case FactType::kNames:
      return "list of names";
    case FactType::kCounts:
      return "list of counts";
    case FactType::kObject:
      return "object";
    case FactType::kObjects:
      return "list of objects";
  }
  return "";
}

Json SchemaOf(FactType type) {
  switch (type) {
    case FactType::kName:
      return Json::Of({{"type", "string"}, {"minLength", 1}, {"maxLength", kNameBytesMax}});
    case FactType::kText:
      return Json::Of({{"type", "string"}});
    case FactType::kDigest:
      return Json::Of({{"type", "string"}, {"pattern", kDigestPattern}});
    case FactType::kCount:
      return Json::Of({{"type", "integer"}, {"minimum", 0}});
    case FactType::kNumber:
      return Json::Of({{"type", "number"}});
    case FactType::kTime:
      return Json::Of({{"type", "string"}, {"pattern", kTimePattern}});
    case FactType::kFlag:
      return Json::Of({{"type", "boolean"}});
    case FactType::kNames:
      return Json::Of({{"type", "array"}, {"items", SchemaOf(FactType::kName)}});
    case FactType::kCounts:
      return Json::Of({{"type", "array"}, {"items", SchemaOf(FactType::kCount)}});
    case FactType::kObject:
      return Json::Of({{"type", "object"}});
    case FactType::kObjects:
      return Json::Of({{"type", "array"}, {"items", Json::Of({{"type", "object"}})}});
  }
  return {};
}

/// The fields that any entry may have.
const std::set<std::string, std::less<>>& CommonFields() {
  static const std::set<std::string, std::less<>> kFields = {
      "action", "actor", "facts", "index", "policy", "run", "subject_ref", "time", "type", "why"};
  return kFields;
}

Status CheckFrame(const EventDoc& event, const Json& entry) {
  for (const auto& [name, value] : entry.fields()) {
    if (!CommonFields().contains(name)) return Wrong(event.type, name, "is no field of an entry");
  }
  if (!Fits(FactType::kCount, entry["index"])) return Wrong(event.type, "index", "is no index");
  if (!Fits(FactType::kTime, entry["time"])) return Wrong(event.type, "time", "is no time");
  for (const char* field : {"actor", "action"}) {
    if (!IsName(entry[field])) return Wrong(event.type, field, "is missing: who did what?");
  }
  if (!entry["why"].is_string() || entry["why"].AsString().empty()) {
    return Wrong(event.type, "why", "is missing");
  }
  if (event.policy || entry.Has("policy")) {
    if (!IsDigest(entry["policy"])) {
      return Wrong(event.type, "policy", "is not the policy's digest");
    }
  }
  if (event.run || entry.Has("run")) {
    if (!IsName(entry["run"])) return Wrong(event.type, "run", "is missing or no name");
  }
  if (entry.Has("subject_ref") && !IsSubjectRef(entry["subject_ref"].AsString())) {
    return Wrong(event.type, "subject_ref", "is not NONCE.HMAC");
  }
  return OkStatus();
}

Json StringSchema() {
  return Json::Of({{"type", "string"}, {"minLength", 1}});
}

std::string MeaningOf(const FactDoc& fact) {
  return "| `" + fact.name + "` | " + TypeName(fact.type) + (fact.required ? "" : ", optional") +
         " | " + fact.meaning + " |\n";
}

}  // namespace

const std::vector<EventDoc>& EventCatalog() {
  static const std::vector<EventDoc> kCatalog = MakeEventTable();
  return kCatalog;
}

const EventDoc* FindEvent(std::string_view type) {
  using ByType = std::unordered_map<std::string_view, const EventDoc*>;
  static const ByType kByType = [] {
    ByType by_type;
    for (const EventDoc& event : EventCatalog()) by_type.emplace(event.type, &event);
    return by_type;
  }();
  const auto found = kByType.find(type);
  return found == kByType.end() ? nullptr : found->second;
}

Status CheckEntry(const Json& entry) {
  const std::string& type = entry["type"].AsString();
  const EventDoc* const event = FindEvent(type);
  if (event == nullptr) return Wrong(type, "type", "is not in the catalog");
  TRY(CheckFrame(*event, entry));
  const Json& facts = entry["facts"];
  for (const FactDoc& fact : event->facts) {
    if (!facts.Has(fact.name)) {
      if (fact.required) return Wrong(type, "facts." + fact.name, "is missing");
    } else if (!Fits(fact.type, facts[fact.name])) {
      return Wrong(type, "facts." + fact.name, std::string("is no ") + TypeName(fact.type));
    }
  }
  for (const auto& field : facts.fields()) {
    const bool known = std::any_of(event->facts.begin(),
                                   event->facts.end(),
                                   [&](const FactDoc& fact) { return fact.name == field.first; });
    if (!known) return Wrong(type, "facts." + field.first, "is not in the catalog");
  }
  return OkStatus();
}

Json EventSchema(const EventDoc& event) {
  Json facts{Json::Object()};
  Json required_facts{Json::Array()};
  for (const FactDoc& fact : event.facts) {
    Json schema = SchemaOf(fact.type);
    schema.Set("description", fact.meaning);
    facts.Set(fact.name, std::move(schema));
    if (fact.required) required_facts.Push(fact.name);
  }
  const bool needs_facts = required_facts.size() > 0;
  Json required = Json::List({"action", "actor", "index", "time", "type", "why"});
  if (needs_facts) required.Push("facts");
  if (event.policy) required.Push("policy");
  if (event.run) required.Push("run");
  return Json::Of(
      {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
       {"title", event.type},
       {"description", event.meaning},
       {"type", "object"},
       {"additionalProperties", false},
       {"required", std::move(required)},
       {"properties",
        Json::Of({{"action", StringSchema()},
                  {"actor", StringSchema()},
                  {"index", SchemaOf(FactType::kCount)},
                  {"time", SchemaOf(FactType::kTime)},
                  {"type", Json::Of({{"const", event.type}})},
                  {"why", StringSchema()},
                  {"run", SchemaOf(FactType::kName)},
                  {"policy", SchemaOf(FactType::kDigest)},
                  {"subject_ref", Json::Of({{"type", "string"}, {"pattern", kSubjectRefPattern}})},
                  {"facts",
                   Json::Of({{"type", "object"},
                             {"additionalProperties", false},
                             {"required", std::move(required_facts)},
                             {"properties", std::move(facts)}})}})}});
}

Json EventSchemas() {
  Json all{Json::Array()};
  for (const EventDoc& event : EventCatalog()) {
    Json schema = EventSchema(event);
    all.Push(std::move(schema));
  }
  return Json::Of({{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                   {"title", "Entries of Signet's log"},
                   {"oneOf", std::move(all)}});
}

std::string EventReference() {
  std::string page =
      "# Entries of the log\n\n"
      "Generated by `deploy/docs/generate` from `signet audit events`; the JSON Schema is printed "
      "by\n"
      "`signet audit events --format json`. Every entry says who (`actor`), what (`action`,\n"
      "`type`), when (`time`, `index`), under which policy (`policy`, its digest) and why "
      "(`why`).\n"
      "No entry holds personal data: a person appears as `subject_ref`, a nonce and an HMAC under "
      "a\n"
      "key of that person alone, and nobody can tell whom it means once that key is destroyed.\n";
  std::string kind;
  for (const EventDoc& event : EventCatalog()) {
    if (event.kind != kind) page += "\n## " + event.kind + "\n";
    kind = event.kind;
    page += "\n### `" + event.type + "`\n\n" + event.meaning + " Why: " + event.why + ".";
    if (event.policy || event.run) {
      page += std::string(" Always with ") + (event.policy ? "`policy`" : "") +
              (event.policy && event.run ? " and " : "") + (event.run ? "`run`" : "") + ".";
    }
    page += "\n";
    if (!event.facts.empty()) page += "\n| fact | type | meaning |\n| --- | --- | --- |\n";
    for (const FactDoc& fact : event.facts) page += MeaningOf(fact);
  }
  return page;
}

}  // namespace signet::crypto
