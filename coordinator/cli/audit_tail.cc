// `signet audit tail`: the last entries, by type, run, time and person.
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/audit_commands.h"
#include "coordinator/cli/audit_subject.h"
#include "coordinator/cli/console.h"
#include "crypto/base/clock.h"

namespace signet::coordinator {

Result<EntryFilter> EntryFilter::From(const AuditOptions& options) {
  EntryFilter filter{options.type, options.run, std::nullopt, std::nullopt};
  if (options.since.empty()) return filter;
  const Result<Timestamp> since = TimestampFromText(options.since);
  if (!since.ok()) {
    return Invalid("--since takes a date or time")
        .WithRemedy("write it as 2026-11-22 or 2026-11-22T03:38:31Z (UTC)");
  }
  filter.since = *since;
  return filter;
}

bool EntryFilter::Takes(const Json& entry) const {
  const std::string& its_type = entry["type"].AsString();
  const bool by_prefix = type.ends_with('.') && its_type.starts_with(type);
  if (!type.empty() && !by_prefix && its_type != type) return false;
  if (!run.empty() && entry["run"].AsString() != run) return false;
  if (refs && !refs->contains(entry["subject_ref"].AsString())) return false;
  if (!since) return true;
  const Result<Timestamp> time = TimestampFromText(entry["time"].AsString());
  return time.ok() && *time >= *since;
}

namespace {

/// All references to persons in the log.
Result<std::vector<std::string>> AllRefs(StateFolder& state) {
  std::vector<std::string> refs;
  TRY(state.audit().reader().Scan(0, [&refs](uint64_t, ByteView entry) -> Status {
    ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(entry)));
    if (json.Has("subject_ref")) refs.push_back(json["subject_ref"].AsString());
    return OkStatus();
  }));
  return refs;
}

Status Tail(StateFolder& state, const AuditOptions& options) {
  ASSIGN_OR_RETURN(EntryFilter filter, EntryFilter::From(options));
  if (!options.subject.empty()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> refs, AllRefs(state));
    ASSIGN_OR_RETURN(filter.refs, RefsOfPerson(state, options.subject, options.region, refs));
  }
  std::deque<std::string> lines;
  TRY(state.audit().reader().Scan(0, [&](uint64_t, ByteView entry) -> Status {
    ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(entry)));
    if (!filter.Takes(json)) return OkStatus();
    lines.emplace_back(AsText(entry));
    if (lines.size() > options.lines) lines.pop_front();
    return OkStatus();
  }));
  for (const std::string& line : lines) PrintData(line + "\n");
  return OkStatus();
}

}  // namespace

void AddAuditTail(CLI::App& audit,
                  const std::shared_ptr<AuditOptions>& options,
                  CommandOutcome& outcome) {
  CLI::App* tail = AddAuditAction(
      audit, "tail", "Print the last entries, one JSON object a line", options, Tail, outcome);
  tail->add_option("-n,--lines", options->lines, "How many");
  tail->add_option("--type", options->type, "Only this type, or those that begin with `snapshot.`");
  tail->add_option("--run", options->run, "Only this run");
  tail->add_option("--subject",
                   options->subject,
                   "Only about the person whose identifiers are in this file (TYPE VALUE lines)");
  tail->add_option("--region", options->region, "Country of phone numbers without +, such as FI");
  tail->add_option("--since", options->since, "Only from this date or time on (UTC)");
}

}  // namespace signet::coordinator
