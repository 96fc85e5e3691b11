#include "crypto/audit/event_rows.h"

#include "crypto/base/check.h"

namespace signet::crypto {
namespace {

FactType TypeOf(const std::string& name) {
  const std::pair<const char*, FactType> names[] = {{"name", FactType::kName},
                                                    {"text", FactType::kText},
                                                    {"digest", FactType::kDigest},
                                                    {"count", FactType::kCount},
                                                    {"number", FactType::kNumber},
                                                    {"time", FactType::kTime},
                                                    {"flag", FactType::kFlag},
                                                    {"names", FactType::kNames},
                                                    {"counts", FactType::kCounts},
                                                    {"object", FactType::kObject},
                                                    {"objects", FactType::kObjects}};
  for (const auto& [known, type] : names) {
    if (name == known) return type;
  }
  CHECK_FACTS(false, name);
  return FactType::kName;
}

FactDoc FactFrom(const std::string& line) {
  const size_t first = line.find(' ');
  const size_t second = line.find(' ', first + 1);
  CHECK(second != std::string::npos);
  FactDoc fact;
  fact.name = line.substr(0, first);
  fact.required = !fact.name.ends_with('?');
  if (!fact.required) fact.name.pop_back();
  fact.type = TypeOf(line.substr(first + 1, second - first - 1));
  fact.meaning = line.substr(second + 1);
  return fact;
}

}  // namespace

void EventRows::Add(const char* type,
                    const char* meaning,
                    const char* why,
                    EventNames names,
                    const std::vector<const char*>& facts) {
  EventDoc event{type, kind_, meaning, why, false, false, {}};
  event.policy = names == EventNames::kPolicy || names == EventNames::kBoth;
  event.run = names == EventNames::kRun || names == EventNames::kBoth;
  event.facts.reserve(facts.size());
  for (const char* fact : facts) event.facts.push_back(FactFrom(fact));
  events_.push_back(std::move(event));
}

}  // namespace signet::crypto
