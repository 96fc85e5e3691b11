// `signet audit serve|cosign|prune|events`: the log and those outside: readers, witnesses, the
// retention that somebody wrote down.
#include <filesystem>
#include <memory>
#include <optional>
#include <signal.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/binding/publication.h"
#include "coordinator/cli/audit_commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cosigning/log_pages.h"
#include "coordinator/web/http_server.h"
#include "crypto/audit/event_catalog.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "crypto/primitives/sha256.h"
#include "crypto/transparency/tiles.h"

namespace signet::coordinator {

Result<WrittenRetention> WrittenRetention::Read(const std::filesystem::path& path) {
  const Result<Bytes> bytes = ReadFile(path);
  if (!bytes.ok()) {
    return NotFound("no retention is written down for the log")
        .WithRemedy("write " + path.string() + " with the line `retain_days 3650`");
  }
  WrittenRetention retention;
  retention.digest = ToHex(crypto::Sha256::Of(*bytes));
  for (const std::string& line : Split(AsText(*bytes), '\n')) {
    const std::string_view text = Trim(line);
    if (text.empty() || text.front() == '#') continue;
    constexpr std::string_view kWord = "retain_days ";
    const Result<int64_t> days = text.starts_with(kWord)
                                     ? IntegerFromText(Trim(text.substr(kWord.size())))
                                     : Result<int64_t>(Invalid("another line"));
    if (!days.ok() || *days < 1 || retention.days != 0) {
      return Invalid(path.string() + " holds one line `retain_days N` (N at least 1)");
    }
    retention.days = *days;
  }
  if (retention.days == 0) return Invalid(path.string() + " has no line `retain_days N`");
  return retention;
}

namespace {

constexpr int64_t kMicrosPerDay = 86'400'000'000;

/// Serves an exported folder until SIGINT or SIGTERM. Needs no state and no key.
Status Serve(const AuditOptions& options) {
  std::error_code ignored;
  const std::filesystem::path folder = options.dir;
  if (!std::filesystem::exists(folder / "checkpoint", ignored)) {
    return NotFound(options.dir + " holds no exported log")
        .WithRemedy("write one: signet audit export --out " + options.dir);
  }
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  HttpServerOptions server_options;
  server_options.address = options.address;
  server_options.port = options.port;
  ASSIGN_OR_RETURN(const std::unique_ptr<HttpServer> server,
                   HttpServer::Listen(server_options, [&folder](const HttpRequest& request) {
                     return AnswerLogPage(folder, request);
                   }));
  PrintNote("serving the log at http://" + options.address + ":" + std::to_string(server->port()) +
            "/checkpoint\n");
  const std::jthread attendant([&] {
    int signal = 0;
    sigwait(&signals, &signal);
    server->Stop();
  });
  Status served = server->Serve();
  ::kill(::getpid(), SIGTERM);  // blocked: taken by the attendant, so that it ends too
  return served;
}

/// Has the log cosigned and delivers what waited for the quorum.
Status Cosign(StateFolder& state, const AuditOptions& /*options*/) {
  ASSIGN_OR_RETURN(const std::optional<crypto::LogPolicy> policy, state.ReadLogPolicy());
  if (!policy || !policy->needs_witnesses()) {
    return Invalid("no witness is asked for")
        .WithRemedy("write " + (state.path() / "log-policy").string() +
                    " (C2SP tlog-policy): log, witness and quorum lines");
  }
  Publisher publisher(state);
  TRY(publisher.Checkpoint());
  TRY(publisher.Deliver());
  TRY(publisher.Checkpoint());  // a delivery is an entry, too
  ASSIGN_OR_RETURN(const std::string checkpoint, state.audit().reader().LastCheckpoint());
  PrintData(checkpoint);
  return OkStatus();
}

/// The first entry that is not older than `before`, rounded down to a whole bundle.
Result<uint64_t> MinimumFor(StateFolder& state, Timestamp before) {
  uint64_t minimum = state.audit().size();
  const Status scanned =
      state.audit().reader().Scan(0, [&](uint64_t index, ByteView entry) -> Status {
        ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(entry)));
        ASSIGN_OR_RETURN(const Timestamp time, TimestampFromText(json["time"].AsString()));
        if (time < before) return OkStatus();
        minimum = index;
        return Cancelled("found");
      });
  if (!scanned.ok() && scanned.code() != StatusCode::kCancelled) return scanned;
  return minimum / crypto::kTileWidth * crypto::kTileWidth;
}

Status Prune(StateFolder& state, const AuditOptions& /*options*/) {
  ASSIGN_OR_RETURN(const WrittenRetention retention,
                   WrittenRetention::Read(state.path() / "log-retention"));
  const Timestamp before{state.clock().Now().micros - retention.days * kMicrosPerDay};
  ASSIGN_OR_RETURN(const uint64_t minimum, MinimumFor(state, before));
  const uint64_t already = state.audit().reader().pruned_below();
  if (minimum <= already) {
    PrintNote("nothing to prune: no whole bundle of 256 entries is older than " +
              std::to_string(retention.days) + " days\n");
    return OkStatus();
  }
  crypto::AuditEvent event;
  event.type = "log.pruned";
  event.actor = "cli";
  event.action = "prune";
  event.facts = Json::Of({{"minimum", minimum},
                          {"before", TimestampText(before)},
                          {"retention_days", retention.days},
                          {"policy_file_digest", retention.digest}});
  TRY(state.audit().Prune(minimum, event));
  TRY(state.audit().SignCheckpoint().status());
  PrintNote("entries below " + WithThousands(static_cast<int64_t>(minimum)) +
            " are gone; their hashes stay, and so do all proofs of the rest\n");
  return OkStatus();
}

}  // namespace

void AddAuditOutside(CLI::App& audit,
                     const std::shared_ptr<AuditOptions>& options,
                     CommandOutcome& outcome) {
  AddAuditAction(audit,
                 "cosign",
                 "Ask the witnesses of STATE/log-policy, and deliver what waited for them",
                 options,
                 Cosign,
                 outcome);
  AddAuditAction(audit,
                 "prune",
                 "Remove entries that are older than STATE/log-retention says",
                 options,
                 Prune,
                 outcome);
  CLI::App* serve = audit.add_subcommand("serve", "Serve an exported log over HTTP (tlog-tiles)");
  serve->add_option("--dir", options->dir, "Folder that `audit export` wrote")->required();
  serve->add_option("--address", options->address, "Where to listen")->capture_default_str();
  serve->add_option("--port", options->port, "0 picks a free port")->capture_default_str();
  serve->callback([options, &outcome] {
    const Status status = Serve(*options);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
  CLI::App* events =
      audit.add_subcommand("events", "Print the catalog of entries: reference or JSON Schema");
  events->add_option("--format", options->format, "text (Markdown) or json")
      ->check(CLI::IsMember({"text", "json"}));
  events->callback([options] {
    if (options->format == "json") {
      PrintJson(crypto::EventSchemas());
    } else {
      PrintData(crypto::EventReference());
    }
  });
}

}  // namespace signet::coordinator
