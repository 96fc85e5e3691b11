/// What the files of `signet audit` share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "coordinator/binding/state_folder.h"
#include "coordinator/cli/commands.h"
#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

struct AuditOptions {
  std::string state = "./.signet";
  std::string out;
  std::string type;
  std::string run;
  std::string since;
  std::string subject;  ///< file with a person's identifiers
  std::string region;
  std::string dir;
  std::string address = "127.0.0.1";
  int port = 7480;
  uint64_t index = 0;
  uint64_t lines = 20;
  std::string format = "text";
};

/// Which entries `tail` prints.
struct EntryFilter {
  std::string type;  ///< exact, or with a point at its end the beginning of it
  std::string run;
  std::optional<Timestamp> since;
  std::optional<std::set<std::string>> refs;  ///< of one person

  /// kInvalid for a --since that is no date or time.
  static Result<EntryFilter> From(const AuditOptions& options);
  [[nodiscard]] bool Takes(const Json& entry) const;
};

/// The written retention: a file with the line "retain_days N"; `#` comments.
struct WrittenRetention {
  int64_t days = 0;
  std::string digest;  ///< hex SHA-256 of the file

  /// kNotFound with a remedy when there is no such file, kInvalid for another text.
  static Result<WrittenRetention> Read(const std::filesystem::path& path);
};

using AuditAction = Status (*)(StateFolder&, const AuditOptions&);

/// Adds a command that opens the state and acts on it.
CLI::App* AddAuditAction(CLI::App& audit,
                         const char* name,
                         const char* help,
                         const std::shared_ptr<AuditOptions>& options,
                         AuditAction action,
                         CommandOutcome& outcome);

/// `signet audit tail`.
void AddAuditTail(CLI::App& audit,
                  const std::shared_ptr<AuditOptions>& options,
                  CommandOutcome& outcome);
/// `signet audit serve|cosign|prune|events`.
void AddAuditOutside(CLI::App& audit,
                     const std::shared_ptr<AuditOptions>& options,
                     CommandOutcome& outcome);

}  // namespace signet::coordinator
