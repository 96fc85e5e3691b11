#include "workers/agent/worker_main.h"

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <errno.h>
#include <memory>
#include <signal.h>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <unistd.h>
#include <utility>

#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/file.h"
#include "crypto/base/log.h"
#include "crypto/base/secret.h"
#include "crypto/base/text.h"
#include "workers/agent/agent.h"
#include "workers/agent/enrolment.h"
#include "workers/executor/child_slots.h"
#include "workers/transport/zmq_channel.h"

namespace signet::workers {

namespace {

constexpr char kUsage[] =
    "usage: signet-worker --connect=tcp://HOST:PORT --server-key=Z85 (--secret-fd=N | "
    "--secret-file=PATH)\n"
    "                     [--name=NAME] [--slots=N] [--task-memory=BYTES] [--parent=PID]\n"
    "                     [--labels=A,B] [--memory-mb=N] [--cpu-milli=N]\n"
    "       signet-worker --new-key=PATH\n"
    "       signet-worker --enrol=tcp://HOST:PORT --server-key=Z85 --secret-file=PATH "
    "--token-file=PATH\n"
    "  --connect      where the coordinator listens\n"
    "  --server-key   the coordinator's CURVE public key (40 characters of Z85)\n"
    "  --secret-fd    descriptor to read this worker's secret key from (32 bytes)\n"
    "  --secret-file  the same from a file that only its owner may read\n"
    "  --name         shown to people (default: worker)\n"
    "  --slots        tasks at a time (default: 1)\n"
    "  --task-memory  limit of each task's data memory in bytes (default: 0 = none)\n"
    "  --labels       what tasks may ask for, such as region=eu,gpu\n"
    "  --memory-mb    memory for tasks, handed out by their `needs` (default: 0 = not accounted)\n"
    "  --cpu-milli    thousandths of a processor, likewise\n"
    "  --new-key      make a secret key file and print the public key, for the coordinator's list\n"
    "  --enrol        bring an invitation (signet keys enrol worker NAME) to the coordinator's\n"
    "                 enrolment door: this worker's key is pinned, and the token is used up\n"
    "  --token-file   the file that holds the token\n"
    "  --parent       end with this parent process, and leave Ctrl-C to it\n";

struct Arguments {
  std::string connect;
  std::string server_key;
  std::string secret_file;
  std::string new_key;
  std::string enrol;
  std::string token_file;
  std::string name = "worker";
  int64_t secret_fd = -1;
  std::string labels;
  int64_t slots = 1;
  int64_t memory_mb = 0;
  int64_t cpu_milli = 0;
  int64_t task_memory = 0;
  int64_t parent = 0;
};

// What a signal handler may touch.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
volatile std::sig_atomic_t g_stop = 0;

void RequestStop(int /*signal*/) {
  g_stop = 1;
}

Status ParseOne(std::string_view argument, Arguments& to) {
  const size_t equals = argument.find('=');
  const std::string name(argument.substr(0, equals));
  const std::string value(equals == std::string_view::npos ? "" : argument.substr(equals + 1));
  if (name == "--connect") return to.connect = value, OkStatus();
  if (name == "--server-key") return to.server_key = value, OkStatus();
  if (name == "--secret-file") return to.secret_file = value, OkStatus();
  if (name == "--new-key") return to.new_key = value, OkStatus();
  if (name == "--enrol") return to.enrol = value, OkStatus();
  if (name == "--token-file") return to.token_file = value, OkStatus();
  if (name == "--labels") return to.labels = value, OkStatus();
  if (name == "--name") return to.name = value, OkStatus();
  int64_t* number = nullptr;
  if (name == "--secret-fd") number = &to.secret_fd;
  if (name == "--slots") number = &to.slots;
  if (name == "--memory-mb") number = &to.memory_mb;
  if (name == "--cpu-milli") number = &to.cpu_milli;
  if (name == "--task-memory") number = &to.task_memory;
  if (name == "--parent") number = &to.parent;
  if (number == nullptr) return Invalid("unknown argument '" + name + "'");
  const Result<int64_t> parsed = IntegerFromText(value);
  if (!parsed.ok() || *parsed < 0) return Invalid(name + " needs a number that is not negative");
  *number = *parsed;
  return OkStatus();
}

Result<Arguments> Parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) TRY(ParseOne(argv[i], arguments));
  if (!arguments.new_key.empty()) return arguments;
  if (!arguments.enrol.empty() && arguments.token_file.empty()) {
    return Invalid("--token-file is missing");
  }
  if (arguments.connect.empty() && arguments.enrol.empty()) {
    return Invalid("--connect is missing");
  }
  if (arguments.server_key.empty()) return Invalid("--server-key is missing");
  if ((arguments.secret_fd < 0) == arguments.secret_file.empty()) {
    return Invalid("give one of --secret-fd and --secret-file");
  }
  if (arguments.slots < 1 || arguments.slots > 100'000) return Invalid("--slots is 1 to 100000");
  return arguments;
}

/// Makes the secret key's file (never over another) and prints the public key.
Status MakeKey(const std::string& path) {
  if (ReadFile(path).ok()) return Conflict(path + " is there already");
  ASSIGN_OR_RETURN(const CurveKeyPair pair, CurveKeyPair::Generate());
  TRY(WriteFileAtomically(path, pair.secret_key.ExposeSecret()));
  std::printf("%s\n", pair.public_key.Text().c_str());
  return OkStatus();
}

Result<SecretBytes> ReadSecret(const Arguments& arguments) {
  if (arguments.secret_fd < 0) {
    ASSIGN_OR_RETURN(Bytes raw, ReadFile(arguments.secret_file));
    SecretBytes secret = SecretBytes::CopyOf(raw);
    Wipe(raw.data(), raw.size());
    return secret;
  }
  const auto descriptor = static_cast<int>(arguments.secret_fd);
  SecretBytes secret(32);
  ByteSpan rest = secret.ExposeSecretForWrite();
  while (!rest.empty()) {
    const ssize_t n = ::read(descriptor, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Invalid("--secret-fd ended before 32 bytes");
    rest = rest.subspan(static_cast<size_t>(n));
  }
  ::close(descriptor);
  return secret;
}

/// Redeems the invitation and prints the member's name.
Status BringInvitation(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const CurvePublicKey server, CurvePublicKey::FromText(arguments.server_key));
  ASSIGN_OR_RETURN(SecretBytes secret, ReadSecret(arguments));
  ASSIGN_OR_RETURN(CurveKeyPair identity, CurveKeyPair::FromSecret(std::move(secret)));
  ASSIGN_OR_RETURN(Bytes raw, ReadFile(arguments.token_file));
  const SecretBytes token = SecretBytes::CopyOf(AsBytes(Trim(AsText(raw))));
  Wipe(raw.data(), raw.size());
  ASSIGN_OR_RETURN(const std::unique_ptr<ClientChannel> door,
                   ConnectWithCurve(arguments.enrol, server, std::move(identity)));
  SystemClock clock;
  ASSIGN_OR_RETURN(const std::string name, RedeemInvitation(*door, token, clock));
  std::printf("%s\n", name.c_str());
  return OkStatus();
}

void WatchSignals(bool embedded) {
  struct sigaction stop {};
  stop.sa_handler = &RequestStop;
  ::sigaction(SIGTERM, &stop, nullptr);
  if (embedded) {
    static_cast<void>(
        ::signal(SIGINT, SIG_IGN));  // the terminal sends it to all; the parent decides
  } else {
    ::sigaction(SIGINT, &stop, nullptr);
  }
  static_cast<void>(::signal(SIGPIPE, SIG_IGN));
}

Status Work(const Arguments& arguments, const TaskRunner& runner, const TaskPreparation& prepare) {
  if (!arguments.new_key.empty()) return MakeKey(arguments.new_key);
  TRY(HardenProcess());
  if (!arguments.enrol.empty()) return BringInvitation(arguments);
  const bool embedded = arguments.parent > 0;
  if (embedded) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != static_cast<pid_t>(arguments.parent)) {
      return Unavailable("the parent is gone");
    }
  }
  TaskLimits limits;
  limits.memory_bytes_max = static_cast<uint64_t>(arguments.task_memory);
  // Before any thread and any secret (see StartChildSlots).
  ASSIGN_OR_RETURN(const std::unique_ptr<TaskSlots> slots,
                   StartChildSlots(runner, limits, prepare));
  WatchSignals(embedded);
  ASSIGN_OR_RETURN(const CurvePublicKey server, CurvePublicKey::FromText(arguments.server_key));
  ASSIGN_OR_RETURN(SecretBytes secret, ReadSecret(arguments));
  ASSIGN_OR_RETURN(CurveKeyPair identity, CurveKeyPair::FromSecret(std::move(secret)));
  ASSIGN_OR_RETURN(const std::unique_ptr<ClientChannel> channel,
                   ConnectWithCurve(arguments.connect, server, std::move(identity)));
  SystemClock clock;
  SystemEntropy entropy;
  AgentOptions options;
  options.name = arguments.name;
  options.program = "0.1.0";
  options.boot = entropy.RandomU64();
  options.slots = static_cast<int>(arguments.slots);
  if (!arguments.labels.empty()) options.labels = Split(arguments.labels, ',');
  options.memory_mb = arguments.memory_mb;
  options.cpu_milli = arguments.cpu_milli;
  Agent agent(options, *channel, *slots, clock);
  return agent.Serve([] { return g_stop != 0; });
}

}  // namespace

int WorkerMain(int argc, char** argv, const TaskRunner& runner, const TaskPreparation& prepare) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--help" || argument == "-h") return std::fputs(kUsage, stdout), EXIT_SUCCESS;
  }
  const Result<Arguments> arguments = Parse(argc, argv);
  if (!arguments.ok()) {
    std::fprintf(stderr, "error: %s\n%s", arguments.status().message().c_str(), kUsage);
    return 2;
  }
  const Status worked = Work(*arguments, runner, prepare);
  if (worked.ok()) return EXIT_SUCCESS;
  std::fprintf(stderr, "error: %s\n", worked.message().c_str());
  if (!worked.remedy().empty()) std::fprintf(stderr, "help: %s\n", worked.remedy().c_str());
  return ExitCode(worked.code());
}

}  // namespace signet::workers
