#include "crypto/transparency/log_policy.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "crypto/base/text.h"
#include "crypto/transparency/cosignature.h"
#include "crypto/transparency/decimal.h"

namespace signet::crypto {
namespace {

constexpr size_t kTextBytesMax = size_t{1} << 20;
/// Logs, witnesses and groups together.
constexpr size_t kLinesMax = 1000;

std::vector<std::string> WordsOf(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : line + " ") {
    if (c != ' ' && c != '\t') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

bool Contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

Result<LogPolicy> LogPolicy::FromText(std::string_view text) {
  if (text.size() > kTextBytesMax) return Invalid("a log policy is at most 1 MiB");
  if (!IsValidUtf8(text)) return Invalid("a log policy is UTF-8 text");
  LogPolicy policy;
  size_t number = 0;
  size_t used = 0;
  for (const std::string& line : Split(text, '\n')) {
    ++number;
    const std::vector<std::string> words = WordsOf(line);
    if (words.empty() || words.front().starts_with('#')) continue;
    if (++used > kLinesMax) return Invalid("a log policy has at most 1,000 lines");
    TRY(policy.AddLine(words).WithContext("line " + std::to_string(number)));
  }
  if (policy.logs_.empty()) return Invalid("the log policy names no log");
  if (policy.quorum_.empty()) return Invalid("the log policy has no `quorum` line");
  return policy;
}

LogPolicy LogPolicy::OfKey(VerifierKey key) {
  LogPolicy policy;
  policy.logs_.push_back({std::move(key), {}});
  policy.quorum_ = kNone;
  return policy;
}

Status LogPolicy::AddLine(const std::vector<std::string>& words) {
  const std::string& kind = words.front();
  if (kind == "log") return AddLog(words);
  if (kind == "witness") return AddWitness(words);
  if (kind == "group") return AddGroup(words);
  if (kind != "quorum") return Invalid("it is no log, witness, group or quorum line");
  if (words.size() != 2) return Invalid("quorum takes one name");
  if (!quorum_.empty()) return Invalid("there is a quorum already");
  if (words[1] != kNone && !Knows(words[1])) return Invalid("the quorum's name is not defined");
  quorum_ = words[1];
  return OkStatus();
}

Status LogPolicy::AddLog(const std::vector<std::string>& words) {
  if (words.size() < 2 || words.size() > 3) return Invalid("log takes a key and perhaps an URL");
  ASSIGN_OR_RETURN(VerifierKey key, VerifierKey::FromText(words[1]));
  for (const Log& log : logs_) {
    if (log.key.Text() == key.Text()) return Invalid("the log is named twice");
  }
  logs_.push_back({std::move(key), words.size() == 3 ? words[2] : std::string()});
  return OkStatus();
}

Status LogPolicy::AddWitness(const std::vector<std::string>& words) {
  if (words.size() < 3 || words.size() > 4) {
    return Invalid("witness takes a name, a key and perhaps an URL");
  }
  TRY(CheckNewName(words[1]));
  ASSIGN_OR_RETURN(VerifierKey key, VerifierKey::FromText(words[2], KeyType::kWitness));
  for (const Witness& witness : witnesses_) {
    // One witness under two names would count twice.
    if (witness.key.key() == key.key()) return Invalid("this witness' key is named already");
  }
  witnesses_.push_back({words[1], std::move(key), words.size() == 4 ? words[3] : std::string()});
  return OkStatus();
}

Status LogPolicy::AddGroup(const std::vector<std::string>& words) {
  if (words.size() < 4) return Invalid("group takes a name, a number and members");
  TRY(CheckNewName(words[1]));
  Group group;
  for (size_t i = 3; i < words.size(); ++i) {
    if (!Knows(words[i])) return Invalid("a member of the group is not defined");
    if (Contains(group.members, words[i])) return Invalid("a member of the group is named twice");
    group.members.push_back(words[i]);
  }
  if (words[2] == "any") {
    group.needed = 1;
  } else if (words[2] == "all") {
    group.needed = group.members.size();
  } else {
    const std::optional<uint64_t> needed = DecimalFromText(words[2]);
    if (!needed.has_value() || *needed == 0 || *needed > group.members.size()) {
      return Invalid("the group needs a number from 1 to that of its members, `any` or `all`");
    }
    group.needed = static_cast<size_t>(*needed);
  }
  groups_.emplace(words[1], std::move(group));
  return OkStatus();
}

Status LogPolicy::CheckNewName(const std::string& name) const {
  if (name == kNone) return Invalid("`none` cannot be a name");
  return Knows(name) ? Invalid("the name is defined already") : OkStatus();
}

bool LogPolicy::Knows(const std::string& name) const {
  return groups_.contains(name) ||
         std::any_of(witnesses_.begin(), witnesses_.end(), [&name](const Witness& witness) {
           return witness.name == name;
         });
}

bool LogPolicy::Holds(const std::string& name, const std::vector<std::string>& cosigned) const {
  const auto group = groups_.find(name);
  if (group == groups_.end()) return Contains(cosigned, name);
  // Members were defined before their group: the recursion ends.
  const auto held = std::count_if(
      group->second.members.begin(), group->second.members.end(), [&](const std::string& member) {
        return Holds(member, cosigned);
      });
  return static_cast<size_t>(held) >= group->second.needed;
}

Status LogPolicy::CheckQuorum(const std::vector<std::string>& cosigned) const {
  if (quorum_ == kNone || Holds(quorum_, cosigned)) return OkStatus();
  std::vector<std::string> missing;
  for (const Witness& witness : witnesses_) {
    if (!Contains(cosigned, witness.name)) missing.push_back(witness.name);
  }
  return Denied("the checkpoint is not cosigned by the quorum '" + quorum_ +
                "': no cosignature of " + Join(missing, ", "))
      .WithRemedy("ask the witnesses again, or see that they run");
}

Result<Checkpoint> LogPolicy::Open(std::string_view note) const {
  ASSIGN_OR_RETURN(const SignedNote parsed, SignedNote::FromText(note));
  ASSIGN_OR_RETURN(const Checkpoint named, Checkpoint::FromText(parsed.text));
  const auto log = std::find_if(logs_.begin(), logs_.end(), [&named](const Log& known) {
    return known.key.name() == named.origin;
  });
  if (log == logs_.end()) {
    return Corrupt("the checkpoint is of a log that the policy does not name");
  }
  ASSIGN_OR_RETURN(Checkpoint checkpoint, OpenCheckpoint(note, log->key));
  std::vector<std::string> cosigned;
  for (const Witness& witness : witnesses_) {
    const Result<uint64_t> time = VerifyCosignature(parsed, witness.key);
    if (time.ok()) {
      cosigned.push_back(witness.name);
    } else if (time.status().code() != StatusCode::kNotFound) {
      return time.status();
    }
  }
  TRY(CheckQuorum(cosigned));
  return checkpoint;
}

}  // namespace signet::crypto
