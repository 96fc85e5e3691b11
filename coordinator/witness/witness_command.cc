#include "coordinator/witness/witness_command.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <signal.h>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/web/http_server.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/file.h"
#include "crypto/base/log.h"
#include "crypto/base/secret.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

constexpr const char* kPlain = "text/plain; charset=utf-8";
constexpr const char* kKeyFile = "witness.key";
constexpr size_t kBodyBytesMax = size_t{64} << 10;
constexpr mode_t kOthers = 077;

struct Arguments {
  std::filesystem::path dir;
  std::string name;
  std::vector<std::string> logs;
  HttpServerOptions server;
};

int Fail(const Status& status) {
  std::fprintf(stderr, "error: %s\n", status.message().c_str());
  if (!status.remedy().empty()) std::fprintf(stderr, "help: %s\n", status.remedy().c_str());
  return ExitCode(status.code());
}

/// witness.key: the name, a line feed, the 32-byte seed in hex, a line feed.
struct Identity {
  std::string name;
  SecretBytes seed;
};

Status Init(const Arguments& arguments) {
  const std::filesystem::path file = arguments.dir / kKeyFile;
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) {
    return Conflict(file.string() + " is there already")
        .WithRemedy("a witness keeps its key: choose another --dir for a new one");
  }
  TRY(MakeFolders(arguments.dir));
  SystemEntropy entropy;
  const SecretBytes seed = entropy.RandomSecret(crypto::Ed25519PrivateKey::kSeedBytes);
  const auto key = crypto::Ed25519PrivateKey::FromSeed(seed);
  ASSIGN_OR_RETURN(
      const crypto::VerifierKey verifier,
      crypto::VerifierKey::Create(arguments.name, key.PublicKey(), crypto::KeyType::kWitness));
  std::string text = arguments.name + "\n" + ToHex(seed.ExposeSecret()) + "\n";
  const Status written = WriteFileAtomically(file, AsBytes(text), 0600);
  Wipe(text.data(), text.size());
  TRY(written);
  std::printf("%s\n", verifier.Text().c_str());
  return OkStatus();
}

Result<Identity> ReadIdentity(const std::filesystem::path& dir) {
  const std::filesystem::path file = dir / kKeyFile;
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) {
    return NotFound("there is no witness in " + dir.string())
        .WithRemedy("make one: signet-witness init --dir DIR --name NAME");
  }
  if ((facts.st_mode & kOthers) != 0) {
    return Denied(file.string() + " can be read by others")
        .WithRemedy("chmod 600 " + file.string());
  }
  ASSIGN_OR_RETURN(Bytes text, ReadFile(file));
  const std::vector<std::string> lines = Split(AsText(text), '\n');
  Wipe(text.data(), text.size());
  Result<Bytes> seed = lines.size() == 3 ? FromHex(lines[1]) : Result<Bytes>(Invalid("lines"));
  if (!seed.ok() || seed->size() != crypto::Ed25519PrivateKey::kSeedBytes) {
    return Corrupt(file.string() + " is malformed");
  }
  Identity identity{lines[0], SecretBytes::CopyOf(*seed)};
  Wipe(seed->data(), seed->size());
  return identity;
}

Status PrintKey(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Identity identity, ReadIdentity(arguments.dir));
  const auto key = crypto::Ed25519PrivateKey::FromSeed(identity.seed);
  ASSIGN_OR_RETURN(
      const crypto::VerifierKey verifier,
      crypto::VerifierKey::Create(identity.name, key.PublicKey(), crypto::KeyType::kWitness));
  std::printf("%s\n", verifier.Text().c_str());
  return OkStatus();
}

/// A log's key: the text itself, or a file that holds it.
Result<crypto::VerifierKey> ReadLogKey(const std::string& text) {
  Result<crypto::VerifierKey> key = crypto::VerifierKey::FromText(text);
  std::error_code ignored;
  if (key.ok() || !std::filesystem::is_regular_file(text, ignored)) return key;
  ASSIGN_OR_RETURN(const Bytes content, ReadFile(text));
  return crypto::VerifierKey::FromText(AsText(content));
}

Status Serve(const Arguments& arguments, const sigset_t& signals) {
  ASSIGN_OR_RETURN(Identity identity, ReadIdentity(arguments.dir));
  std::vector<crypto::VerifierKey> logs;
  for (const std::string& text : arguments.logs) {
    ASSIGN_OR_RETURN(crypto::VerifierKey log, ReadLogKey(text));
    logs.push_back(std::move(log));
  }
  SystemClock clock;
  crypto::FolderWitnessStore store(arguments.dir / "logs");
  ASSIGN_OR_RETURN(const std::unique_ptr<crypto::Witness> witness,
                   crypto::Witness::Create(identity.name,
                                           crypto::Ed25519PrivateKey::FromSeed(identity.seed),
                                           std::move(logs),
                                           store,
                                           clock));
  HttpServerOptions options = arguments.server;
  options.body_bytes_max = kBodyBytesMax;
  ASSIGN_OR_RETURN(const std::unique_ptr<HttpServer> server,
                   HttpServer::Listen(options, [&witness](const HttpRequest& request) {
                     return AnswerWitness(*witness, request);
                   }));
  std::fprintf(stderr,
               "signet-witness %s listens on %s:%d\n",
               identity.name.c_str(),
               options.address.c_str(),
               server->port());
  std::printf("{\"port\":%d}\n", server->port());
  std::fflush(stdout);
  const std::jthread attendant([&] {
    int signal = 0;
    sigwait(&signals, &signal);
    server->Stop();
  });
  Status served = server->Serve();
  ::kill(::getpid(), SIGTERM);  // so that the attendant ends too; blocked, taken by sigwait
  return served;
}

}  // namespace

HttpAnswer AnswerWitness(crypto::Witness& witness, const HttpRequest& request) {
  if (request.path != "/add-checkpoint") return {404, kPlain, "POST /add-checkpoint\n", {}};
  if (request.method != "POST") return {405, kPlain, "only POST\n", {{"Allow", "POST"}}};
  const crypto::WitnessAnswer answer = witness.AddCheckpoint(request.body);
  Log(answer.status == 200 ? LogLevel::kInfo : LogLevel::kWarning,
      "add-checkpoint",
      Json::Of({{"status", answer.status}}));
  return {answer.status, answer.content_type, answer.body, {}};
}

int RunWitnessCommand(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Cosigns checkpoints of logs that only grow (C2SP tlog-witness)", "signet-witness");
  app.require_subcommand(1);
  const auto add = [&](const char* name, const char* help) {
    CLI::App* command = app.add_subcommand(name, help);
    command->add_option("--dir", arguments.dir, "The witness' own folder")->required();
    return command;
  };
  CLI::App* const init = add("init", "Make a witness' key and print its verifier key");
  init->add_option("--name", arguments.name, "Its name in cosignatures, e.g. witness.example/w1")
      ->required();
  CLI::App* const key = add("key", "Print the verifier key");
  CLI::App* const serve = add("serve", "Answer POST /add-checkpoint");
  serve->add_option("--log", arguments.logs, "A log's verifier key, or a file with it; repeat")
      ->required();
  serve->add_option("--address", arguments.server.address, "Where to listen")
      ->capture_default_str();
  serve->add_option("--port", arguments.server.port, "0 picks a free port")->capture_default_str();
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
  for (const int signal : {SIGTERM, SIGINT}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const Status done = init->parsed()    ? Init(arguments)
                      : key->parsed()   ? PrintKey(arguments)
                      : serve->parsed() ? Serve(arguments, signals)
                                        : Invalid("no command");
  return done.ok() ? 0 : Fail(done);
}

}  // namespace signet::coordinator
