/// signet-serve: answers membership lookups from a serving folder. It holds the serving key and
/// nothing else of the state.
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <signal.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/api/client_pins.h"
#include "coordinator/api/segment_server.h"
#include "coordinator/api/served_snapshots.h"
#include "crypto/base/file.h"
#include "crypto/base/log.h"
#include "crypto/base/secret.h"
#include "crypto/base/text.h"

namespace {

using namespace signet;               // NOLINT(google-build-using-namespace): a main
using namespace signet::coordinator;  // NOLINT(google-build-using-namespace)

struct Arguments {
  std::filesystem::path serving;
  std::filesystem::path index;
  std::filesystem::path clients;
  std::filesystem::path log_key;
  std::filesystem::path log_policy;
  int poll_seconds = 1;
  SegmentServerOptions server;
};

void AddOptions(CLI::App& app, Arguments& arguments) {
  app.add_option("--serving", arguments.serving, "The folder written at publication: STATE/serving")
      ->required();
  app.add_option("--address", arguments.server.address, "Where to listen")->capture_default_str();
  app.add_option("--port", arguments.server.port, "0 picks a free port")->capture_default_str();
  app.add_option("--tls-cert", arguments.server.tls_cert, "This server's certificate (PEM)")
      ->required();
  app.add_option("--tls-key", arguments.server.tls_key, "Its private key (PEM)")->required();
  app.add_option("--tls-ca", arguments.server.tls_ca, "The authority that signs clients (PEM)")
      ->required();
  app.add_option(
      "--clients",
      arguments.clients,
      "Lines 'IDENTITY RECIPIENT'; without it the certificate's name is the recipient's");
  app.add_option("--log-key",
                 arguments.log_key,
                 "File with the verifier key ('signet audit key'): serve only what it signed");
  app.add_option("--log-policy",
                 arguments.log_policy,
                 "A C2SP tlog-policy: serve only what lies under its quorum of witnesses");
  app.add_option("--index", arguments.index, "Scratch folder for the lookup index (sealed)");
  app.add_option("--poll-seconds", arguments.poll_seconds, "How often to look for new snapshots")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--connections", arguments.server.connections_max, "At most so many at a time")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--resolves-per-minute",
                 arguments.server.resolves_per_minute_max,
                 "Identifiers that a recipient may resolve")
      ->capture_default_str();
}

int Fail(const Status& status) {
  std::fprintf(stderr, "error: %s\n", status.message().c_str());
  if (!status.remedy().empty()) std::fprintf(stderr, "help: %s\n", status.remedy().c_str());
  return ExitCode(status.code());
}

/// Who signs for the state: its log's keys.
std::vector<crypto::VerifierKey> LogKeys(const std::optional<crypto::VerifierKey>& verifier,
                                         const std::optional<crypto::LogPolicy>& policy) {
  std::vector<crypto::VerifierKey> keys;
  if (verifier) keys.push_back(*verifier);
  if (policy) {
    for (const crypto::LogPolicy::Log& log : policy->logs()) keys.push_back(log.key);
  }
  return keys;
}

/// Takes in who is pinned now. A list that does not read changes nothing.
void FollowPins(const std::filesystem::path& serving,
                const std::vector<crypto::VerifierKey>& keys,
                SegmentServer& server) {
  Result<ClientPins> pins = ClientPins::Read(serving, keys);
  if (pins.ok()) return server.Pin(std::move(pins).value());
  Log(LogLevel::kError,
      "list of clients not taken",
      Json::Of({{"status", pins.status().ToString()}}));
}

/// Signals are taken by one thread only: it reloads on SIGHUP and each poll, and stops the server.
void Attend(const sigset_t& signals,
            const Arguments& arguments,
            const std::vector<crypto::VerifierKey>& keys,
            ServedSnapshots& served,
            pipelines::AccessSpool& access,
            SegmentServer& server) {
  while (true) {
    const timespec wait{arguments.poll_seconds, 0};
    const int signal = sigtimedwait(&signals, nullptr, &wait);
    if (signal == SIGTERM || signal == SIGINT) break;
    FollowPins(arguments.serving, keys, server);
    const Status recorded = access.Flush();
    if (!recorded.ok()) {
      Log(LogLevel::kError, "reads not recorded yet", Json::Of({{"status", recorded.ToString()}}));
    }
    const Result<int> reloaded = served.Reload();
    if (!reloaded.ok()) {
      Log(LogLevel::kError, "reload failed", Json::Of({{"status", reloaded.status().ToString()}}));
    }
  }
  server.Stop();
}

Status Serve(Arguments& arguments, const sigset_t& signals) {
  SystemClock clock;
  SystemEntropy entropy;
  if (!arguments.clients.empty()) {
    ASSIGN_OR_RETURN(arguments.server.clients, ReadClientIdentities(arguments.clients));
  }
  std::optional<crypto::VerifierKey> verifier;
  if (!arguments.log_key.empty()) {
    ASSIGN_OR_RETURN(const Bytes text, ReadFile(arguments.log_key));
    ASSIGN_OR_RETURN(verifier, crypto::VerifierKey::FromText(Trim(AsText(text))));
  }
  ASSIGN_OR_RETURN(const pipelines::ServingFolder folder,
                   pipelines::ServingFolder::OpenForServing(arguments.serving));
  if (arguments.index.empty()) {
    arguments.index =
        std::filesystem::temp_directory_path() / ("signet-serve-" + std::to_string(::getpid()));
  }
  ServedSnapshots served(folder, arguments.index / "index", verifier, clock, entropy);
  std::optional<crypto::LogPolicy> log_policy;
  if (!arguments.log_policy.empty()) {
    ASSIGN_OR_RETURN(const Bytes text, ReadFile(arguments.log_policy));
    Result<crypto::LogPolicy> policy = crypto::LogPolicy::FromText(AsText(text));
    if (!policy.ok()) return policy.status().WithContext(arguments.log_policy.string());
    log_policy = *policy;
    served.RequireProof(*std::move(policy));
  }
  const std::vector<crypto::VerifierKey> keys = LogKeys(verifier, log_policy);
  ASSIGN_OR_RETURN(ClientPins pins, ClientPins::Read(arguments.serving, keys));
  const Status loaded = served.Reload().status();
  if (loaded.code() == StatusCode::kDenied) {
    // Not under the quorum yet: it is looked at again at each poll.
    Log(LogLevel::kWarning, "snapshot not served", Json::Of({{"status", loaded.ToString()}}));
  } else {
    TRY(loaded);
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<pipelines::AccessSpool> access,
                   pipelines::AccessSpool::Open(folder, clock, entropy));
  arguments.server.access = access.get();
  ASSIGN_OR_RETURN(const std::unique_ptr<SegmentServer> server,
                   SegmentServer::Listen(arguments.server, served, clock));
  server->Pin(std::move(pins));
  std::fprintf(
      stderr, "signet-serve listens on %s:%d\n", arguments.server.address.c_str(), server->port());
  std::printf("{\"port\":%d}\n", server->port());
  std::fflush(stdout);
  Status ended;
  {
    const std::jthread attendant(
        [&] { Attend(signals, arguments, keys, served, *access, *server); });
    ended = server->Serve();
    if (!ended.ok()) ::kill(::getpid(), SIGTERM);  // so that the attendant ends too
  }
  Log(LogLevel::kInfo, "served", server->Figures());
  const Status recorded = access->Flush();
  if (ended.ok()) ended = recorded;
  std::error_code ignored;
  std::filesystem::remove_all(arguments.index / "index", ignored);
  std::filesystem::remove(arguments.index, ignored);
  return ended;
}

}  // namespace

int main(int argc, char** argv) try {
  Arguments arguments;
  CLI::App app("Answers membership lookups over Thrift with mutual TLS", "signet-serve");
  AddOptions(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const Status hardened = HardenProcess();
  if (!hardened.ok()) return Fail(hardened);
  SetLogSink([](LogLevel level, std::string_view event, const Json& facts) {
    std::fprintf(stderr, "%s\n", LogLine(level, event, facts).c_str());
  });
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const Status served = Serve(arguments, signals);
  return served.ok() ? 0 : Fail(served);
} catch (const std::exception&) {
  // Its text may quote what a peer sent.
  (void)std::fputs("internal error: an exception reached main\n", stderr);
  return 70;
}
