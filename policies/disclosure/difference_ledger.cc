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
    if (groups_.size() < kGroupsMax) {
      Verdict near = MayTellNear(statement.group, rule);
      return near.allowed ? verdict : near;
    }
    return Verdict::Deny(rule.rule, rule.article, "too many different groups were asked for");
  }
  const std::vector<Telling>& tellings = found->second;
  const bool repeated = std::any_of(tellings.begin(), tellings.end(), [&](const Telling& telling) {
    return telling.count == statement.count;
  });
  for (const Telling& telling : tellings) {
    // What a list shows already may be said of it, whatever other lists show.
    if (telling.recipients.empty() && repeated) continue;
    Verdict difference = CheckDifference(telling.count, statement.count, rule, what);
    if (!difference.allowed) return difference;
  }
  if (!repeated && tellings.size() >= kCountsMax) {
    return Verdict::Deny(rule.rule, rule.article, what + " was told too often");
  }
  Verdict near = MayTellNear(statement.group, rule);
  return near.allowed ? verdict : near;
}

/// Whether no group that is to be kept apart from it was told.
Verdict DifferenceLedger::MayTellNear(const std::string& group, const PublicationRule& rule) const {
  const auto told = [this](const std::string& name) {
    const auto found = groups_.find(name);
    return found != groups_.end() &&
           std::any_of(found->second.begin(), found->second.end(), [](const Telling& telling) {
             return !telling.recipients.empty();
           });
  };
  if (!told(group)) {
    for (const auto& pair : apart_) {
      const std::string& other = pair.first == group ? pair.second : pair.first;
      if ((pair.first != group && pair.second != group) || !told(other)) continue;
      return Verdict::Deny(rule.rule,
                           rule.article,
                           "the count of " + Quoted(group) + " beside that of " + Quoted(other) +
                               " would tell of fewer than " + std::to_string(rule.min_group) +
                               " people");
    }
  }
  return Verdict::Allow(rule.rule, rule.article, Quoted(group) + " lies near nothing told");
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
  At(statement).recipients.emplace(statement.recipient, statement.at_micros);
  return verdict;
}

void DifferenceLedger::Note(const CountStatement& statement) {
  std::vector<Telling>& tellings = groups_[statement.group];
  // Of lists only the newest sizes are kept, when there are too many.
  if (tellings.size() >= kCountsMax) {
    const auto oldest = std::find_if(tellings.begin(), tellings.end(), [](const Telling& telling) {
      return telling.recipients.empty();
    });
    if (oldest != tellings.end()) tellings.erase(oldest);
  }
  At(statement).lists[statement.recipient] = statement.at_micros;
}

void DifferenceLedger::KeepApart(const std::string& a, const std::string& b) {
  if (a != b) apart_.emplace(std::min(a, b), std::max(a, b));
}

DifferenceLedger::Telling& DifferenceLedger::At(const CountStatement& statement) {
  std::vector<Telling>& tellings = groups_[statement.group];
  auto telling = std::find_if(tellings.begin(), tellings.end(), [&](const Telling& told) {
    return told.count == statement.count;
  });
  if (telling == tellings.end()) {
    telling = tellings.insert(tellings.end(), {statement.count, {}, {}});
  }
  return *telling;
}

bool DifferenceLedger::Knows(std::string_view group) const {
  return groups_.find(group) != groups_.end();
}

std::vector<CountStatement> DifferenceLedger::Told(std::string_view recipient) const {
  std::vector<CountStatement> told;
  const auto add = [&](const std::string& group, int64_t count, const auto& whom) {
    for (const auto& [who, when] : whom) {
      const bool asked = recipient.empty() || who == recipient;
      if (asked) told.push_back({who, group, count, when});
    }
  };
  for (const auto& group : groups_) {
    for (const Telling& telling : group.second) {
      add(group.first, telling.count, telling.recipients);
      add(group.first, telling.count, telling.lists);
    }
  }
  return told;
}

namespace {

constexpr char kApart[] = "\n apart";  // no group is called so

using Recipients = std::map<std::string, int64_t, std::less<>>;

Json RecipientsJson(const Recipients& recipients) {
  Json json{Json::Object{}};
  for (const auto& entry : recipients) json.Set(entry.first, entry.second);
  return json;
}

Recipients RecipientsFrom(const Json& json) {
  Recipients recipients;
  for (const auto& entry : json.fields()) recipients.emplace(entry.first, entry.second.AsInt());
  return recipients;
}

}  // namespace

Json DifferenceLedger::ToJson() const {
  Json json{Json::Object{}};
  for (const auto& group : groups_) {
    Json list{Json::Array()};
    for (const Telling& telling : group.second) {
      Json item = Json::Of({{"count", telling.count}, {"to", RecipientsJson(telling.recipients)}});
      if (!telling.lists.empty()) item.Set("lists", RecipientsJson(telling.lists));
      list.Push(std::move(item));
    }
    json.Set(group.first, std::move(list));
  }
  Json apart{Json::Array()};
  for (const auto& pair : apart_) apart.Push(Json::Strings({pair.first, pair.second}));
  if (!apart_.empty()) json.Set(kApart, std::move(apart));
  return json;
}

Result<DifferenceLedger> DifferenceLedger::FromJson(const Json& json) {
  DifferenceLedger ledger;
  if (json.is_null()) return ledger;
  if (!json.is_object()) return Corrupt("a differencing ledger is no object");
  for (const auto& group : json.fields()) {
    if (group.first == kApart) {
      for (const Json& pair : group.second.items()) {
        const std::vector<std::string> names = pair.AsStrings();
        if (names.size() != 2) return Corrupt("a differencing ledger holds what is no pair");
        ledger.KeepApart(names[0], names[1]);
      }
      continue;
    }
    std::vector<Telling>& tellings = ledger.groups_[group.first];
    for (const Json& item : group.second.items()) {
      if (!item["count"].is_int() || !item["to"].is_object()) {
        return Corrupt("a differencing ledger holds what is no count");
      }
      tellings.push_back(
          {item["count"].AsInt(), RecipientsFrom(item["to"]), RecipientsFrom(item["lists"])});
    }
  }
  return ledger;
}

}  // namespace signet::policies
