#include "policies/disclosure/difference_ledger.h"

#include <algorithm>
#include <string>

#include "policies/disclosure/disclosure.h"

namespace signet::policies {
namespace {

bool IsSmall(int64_t people, const PublicationRule& rule) {
  return people > 0 && people < rule.min_group;
}

std::string Quoted(const std::string& name) {
  return "'" + name + "'";
}

}  // namespace

Verdict DifferenceLedger::MayTell(const CountStatement& statement,
                                  const PublicationRule& rule) const {
  const std::string what = "the count of " + Quoted(statement.group);
  Verdict verdict = CheckGroup(statement.count, rule, what);
  if (!verdict.allowed) return verdict;
  const auto found = groups_.find(statement.group);
  if (found == groups_.end()) {
    if (groups_.size() < kGroupsMax) return verdict;
    return Verdict::Deny(rule.rule, rule.article, "too many different groups were asked for");
  }
  bool repeated = false;
  for (const Telling& telling : found->second) {
    repeated = repeated || telling.count == statement.count;
    Verdict difference = CheckDifference(telling.count, statement.count, rule, what);
    if (!difference.allowed) return difference;
  }
  if (!repeated && found->second.size() >= kCountsMax) {
    return Verdict::Deny(rule.rule, rule.article, what + " was told too often");
  }
  return verdict;
}

Verdict DifferenceLedger::MayTellBoth(const std::string& a,
                                      const std::string& b,
                                      const Overlap& overlap,
                                      const PublicationRule& rule) {
  struct Part {
    int64_t people;
    std::string name;
  };
  const Part parts[] = {{overlap.only_a, Quoted(a) + " without " + Quoted(b)},
                        {overlap.only_b, Quoted(b) + " without " + Quoted(a)},
                        {overlap.both, "who is in both " + Quoted(a) + " and " + Quoted(b)}};
  for (const Part& part : parts) {
    if (!IsSmall(part.people, rule)) continue;
    return Verdict::Deny(
        rule.rule,
        rule.article,
        part.name + " is below the minimum group of " + std::to_string(rule.min_group) + " people");
  }
  return Verdict::Allow(
      rule.rule, rule.article, Quoted(a) + " and " + Quoted(b) + " differ by no small group");
}

Verdict DifferenceLedger::MayTellParts(const std::string& total_name,
                                       int64_t total,
                                       const std::vector<int64_t>& parts,
                                       const PublicationRule& rule) {
  int64_t rest = total;
  for (const int64_t part : parts) rest -= part;
  if (rest < 0 || IsSmall(rest, rule)) {
    return Verdict::Deny(rule.rule,
                         rule.article,
                         "the rest of " + Quoted(total_name) + " is below the minimum group of " +
                             std::to_string(rule.min_group) + " people");
  }
  return Verdict::Allow(
      rule.rule, rule.article, "the parts of " + Quoted(total_name) + " leave no small group");
}

Verdict DifferenceLedger::Tell(const CountStatement& statement, const PublicationRule& rule) {
  Verdict verdict = MayTell(statement, rule);
  if (!verdict.allowed) return verdict;
  std::vector<Telling>& tellings = groups_[statement.group];
  auto telling = std::find_if(tellings.begin(), tellings.end(), [&](const Telling& told) {
    return told.count == statement.count;
  });
  if (telling == tellings.end()) telling = tellings.insert(tellings.end(), {statement.count, {}});
  telling->recipients.emplace(statement.recipient, statement.at_micros);
  return verdict;
}

bool DifferenceLedger::Knows(std::string_view group) const {
  return groups_.find(group) != groups_.end();
}

std::vector<CountStatement> DifferenceLedger::Told(std::string_view recipient) const {
  std::vector<CountStatement> told;
  for (const auto& group : groups_) {
    for (const Telling& telling : group.second) {
      for (const auto& entry : telling.recipients) {
        if (!recipient.empty() && entry.first != recipient) continue;
        told.push_back({entry.first, group.first, telling.count, entry.second});
      }
    }
  }
  return told;
}

Json DifferenceLedger::ToJson() const {
  Json json{Json::Object{}};
  for (const auto& group : groups_) {
    Json list{Json::Array()};
    for (const Telling& telling : group.second) {
      Json recipients{Json::Object{}};
      for (const auto& entry : telling.recipients) recipients.Set(entry.first, entry.second);
      list.Push(Json::Of({{"count", telling.count}, {"to", std::move(recipients)}}));
    }
    json.Set(group.first, std::move(list));
  }
  return json;
}

Result<DifferenceLedger> DifferenceLedger::FromJson(const Json& json) {
  DifferenceLedger ledger;
  if (json.is_null()) return ledger;
  if (!json.is_object()) return Corrupt("a differencing ledger is no object");
  for (const auto& group : json.fields()) {
    std::vector<Telling>& tellings = ledger.groups_[group.first];
    for (const Json& item : group.second.items()) {
      if (!item["count"].is_int() || !item["to"].is_object()) {
        return Corrupt("a differencing ledger holds what is no count");
      }
      Telling telling;
      telling.count = item["count"].AsInt();
      for (const auto& entry : item["to"].fields()) {
        telling.recipients.emplace(entry.first, entry.second.AsInt());
      }
      tellings.push_back(std::move(telling));
    }
  }
  return ledger;
}

}  // namespace signet::policies
