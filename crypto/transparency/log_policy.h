/// LogPolicy (C2SP tlog-policy): which logs are trusted, and which witnesses must have cosigned.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/transparency/checkpoint.h"
#include "crypto/transparency/signed_note.h"

namespace signet::crypto {

/// A text of lines; `#` begins a comment line:
///
///   log VKEY [URL]                       a trusted log
///   witness NAME VKEY [URL]              NAME is the policy's own name for it
///   group NAME K|any|all MEMBER...       K of the members: witnesses or earlier groups
///   quorum NAME|none                     exactly once
///
/// A name is defined before it is used, and once.
class LogPolicy {
 public:
  struct Log {
    VerifierKey key;
    std::string url;  ///< or empty
  };
  struct Witness {
    std::string name;
    VerifierKey key;
    std::string url;  ///< PREFIX of `POST PREFIX/add-checkpoint`, or empty
  };

  /// kInvalid with the line's number, without quoting it.
  static Result<LogPolicy> FromText(std::string_view text);

  /// One log and no witnesses.
  static LogPolicy OfKey(VerifierKey key);

  /// The checkpoint, when a trusted log signed it under its own name and the quorum cosigned it.
  /// kCorrupt for a wrong or missing signature of the log, or a wrong line of a known witness;
  /// kDenied when the quorum is not reached: it says who is missing.
  [[nodiscard]] Result<Checkpoint> Open(std::string_view note) const;
  /// kDenied when these witnesses (policy names) are not a quorum.
  [[nodiscard]] Status CheckQuorum(const std::vector<std::string>& cosigned) const;

  [[nodiscard]] const std::vector<Log>& logs() const { return logs_; }
  [[nodiscard]] const std::vector<Witness>& witnesses() const { return witnesses_; }
  /// Whether any cosignature is asked for.
  [[nodiscard]] bool needs_witnesses() const { return quorum_ != kNone; }

 private:
  static constexpr const char* kNone = "none";

  struct Group {
    size_t needed = 0;
    std::vector<std::string> members;
  };

  Status AddLine(const std::vector<std::string>& words);
  Status AddLog(const std::vector<std::string>& words);
  Status AddWitness(const std::vector<std::string>& words);
  Status AddGroup(const std::vector<std::string>& words);
  Status CheckNewName(const std::string& name) const;
  [[nodiscard]] bool Knows(const std::string& name) const;
  /// Whether `name`, a witness or group, is satisfied.
  [[nodiscard]] bool Holds(const std::string& name, const std::vector<std::string>& cosigned) const;

  std::vector<Log> logs_;
  std::vector<Witness> witnesses_;
  std::map<std::string, Group, std::less<>> groups_;
  std::string quorum_;
};

}  // namespace signet::crypto
