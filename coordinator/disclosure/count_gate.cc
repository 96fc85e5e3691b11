#include "coordinator/disclosure/count_gate.h"

#include <utility>

namespace signet::coordinator {
namespace {

constexpr char kPlace[] = "@count";
constexpr char kWithheld[] = "withheld beside what was told before";

/// What stands in the places, in order.
Json Filled(const Json& json, const std::vector<Json>& told) {
  if (json.is_object()) {
    if (json.Has(kPlace)) return told[static_cast<size_t>(json[kPlace].AsInt())];
    Json filled{Json::Object()};
    for (const auto& [name, value] : json.fields()) filled.Set(name, Filled(value, told));
    return filled;
  }
  if (!json.is_array()) return json;
  Json filled{Json::Array()};
  for (const Json& item : json.items()) filled.Push(Filled(item, told));
  return filled;
}

}  // namespace

Json CountGate::Place(const std::string& group, int64_t people, int64_t value) {
  if (people < min_group_) return {"fewer than " + std::to_string(min_group_)};
  statements_.push_back({recipient_, group, value, now_micros_});
  return Json::Of({{kPlace, statements_.size() - 1}});
}

Result<Json> CountGate::Fill(const Json& answer, const AskLedger& ask) const {
  if (statements_.empty()) return answer;
  ASSIGN_OR_RETURN(const std::vector<bool> may, ask(statements_));
  std::vector<Json> told;
  told.reserve(statements_.size());
  for (size_t i = 0; i < statements_.size(); ++i) {
    if (may[i]) {
      told.emplace_back(statements_[i].count);
    } else {
      told.emplace_back(kWithheld);
    }
  }
  return Filled(answer, told);
}

}  // namespace signet::coordinator
