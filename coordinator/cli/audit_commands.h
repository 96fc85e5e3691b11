/// What the files of `signet audit` share.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "coordinator/binding/state_folder.h"
#include "coordinator/cli/commands.h"
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
