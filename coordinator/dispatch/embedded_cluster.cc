#include "coordinator/dispatch/embedded_cluster.h"

#include <algorithm>
#include <cstdint>
#include <errno.h>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <signal.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "crypto/base/log.h"
#include "workers/transport/curve.h"

extern char** environ;  // NOLINT: POSIX says so

namespace signet::coordinator {

namespace {

constexpr int kSecretDescriptor = 3;

/// Starts `program`, whose descriptor 3 is the reading end of a pipe with the secret key.
Result<pid_t> Spawn(const std::filesystem::path& program,
                    std::vector<std::string> arguments,
                    const SecretBytes& secret) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return Unavailable("no pipe: " + std::generic_category().message(errno));
  }
  // 32 bytes always fit into an empty pipe.
  const ssize_t written = ::write(ends[1], secret.ExposeSecret().data(), secret.size());
  ::close(ends[1]);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  CHECK(::posix_spawn_file_actions_init(&actions) == 0);
  // If the pipe already is descriptor 3, the dup clears its close-on-exec flag all the same.
  CHECK(::posix_spawn_file_actions_adddup2(&actions, ends[0], kSecretDescriptor) == 0);
  pid_t pid = -1;
  const int failure =
      written == static_cast<ssize_t>(secret.size())
          ? ::posix_spawn(&pid, program.c_str(), &actions, nullptr, argv.data(), environ)
          : EIO;
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[0]);
  if (failure != 0) {
    return Unavailable("cannot start " + program.string() + ": " +
                       std::generic_category().message(failure));
  }
  return pid;
}

class Cluster final : public EmbeddedCluster {
 public:
  Cluster(EmbeddedClusterOptions options, Coordinator& coordinator, Clock& clock)
      : options_(std::move(options)), coordinator_(coordinator), clock_(clock) {}
  ~Cluster() override {
    for (const Member& member : members_) {
      ::kill(member.pid, SIGKILL);
      ::waitpid(member.pid, nullptr, 0);
    }
  }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  Status StartAll() {
    for (int i = 0; i < options_.workers; ++i) TRY(StartOne("w" + std::to_string(i + 1)));
    return OkStatus();
  }

  void Watch() override {
    for (size_t i = 0; i < members_.size();) {
      int status = 0;
      if (::waitpid(members_[i].pid, &status, WNOHANG) != members_[i].pid) {
        ++i;
        continue;
      }
      const Member gone = members_[i];
      members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(i));
      coordinator_.Expel(gone.key);
      if (stopping_) continue;
      Log(LogLevel::kWarning,
          "worker ended",
          Json::Of({{"worker", gone.name},
                    {"signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0},
                    {"exit", WIFEXITED(status) ? WEXITSTATUS(status) : 0}}));
      if (restarts_ >= options_.restarts_max) continue;
      ++restarts_;
      if (const Status started = StartOne(gone.name); !started.ok()) {
        Log(LogLevel::kError, "worker not replaced", Json::Of({{"status", started.ToString()}}));
      }
    }
  }

  Status Stop(int64_t patience_ms) override {
    stopping_ = true;
    coordinator_.DrainWorkers();
    const int64_t began = clock_.MonotonicMicros();
    const auto waited = [&] { return (clock_.MonotonicMicros() - began) / 1'000; };
    bool asked = false;
    Status served = coordinator_.Serve([&] {
      Watch();
      if (!asked && waited() > patience_ms / 2) {
        asked = true;
        for (const Member& member : members_) ::kill(member.pid, SIGTERM);
      }
      return members_.empty() || waited() > patience_ms;
    });
    for (const Member& member : members_) {
      ::kill(member.pid, SIGKILL);
      ::waitpid(member.pid, nullptr, 0);
    }
    members_.clear();
    return served;
  }

  [[nodiscard]] std::vector<pid_t> processes() const override {
    std::vector<pid_t> pids;
    for (const Member& member : members_) pids.push_back(member.pid);
    return pids;
  }
  [[nodiscard]] int restarts() const override { return restarts_; }

 private:
  struct Member {
    std::string name;
    pid_t pid = -1;
    workers::CurvePublicKey key;
  };

  Status StartOne(const std::string& name) {
    ASSIGN_OR_RETURN(const workers::CurveKeyPair pair, workers::CurveKeyPair::Generate());
    coordinator_.Enrol(pair.public_key);
    std::vector<std::string> arguments{
        options_.worker_program.string(),
        "--connect=" + coordinator_.endpoint(),
        "--server-key=" + coordinator_.public_key().Text(),
        "--secret-fd=" + std::to_string(kSecretDescriptor),
        "--name=" + name,
        "--slots=" + std::to_string(options_.slots),
        "--task-memory=" + std::to_string(options_.task_memory_bytes_max),
        "--parent=" + std::to_string(::getpid())};
    ASSIGN_OR_RETURN(const pid_t pid,
                     Spawn(options_.worker_program, std::move(arguments), pair.secret_key));
    members_.push_back({name, pid, pair.public_key});
    return OkStatus();
  }

  EmbeddedClusterOptions options_;
  Coordinator& coordinator_;
  Clock& clock_;
  std::vector<Member> members_;
  int restarts_ = 0;
  bool stopping_ = false;
};

}  // namespace

Result<std::unique_ptr<EmbeddedCluster>> EmbeddedCluster::Start(EmbeddedClusterOptions options,
                                                                Coordinator& coordinator,
                                                                Clock& clock) {
  if (options.workers < 1 || options.workers > 256 || options.slots < 1) {
    return Invalid("an embedded cluster has 1 to 256 workers with at least 1 slot");
  }
  if (!std::filesystem::exists(options.worker_program)) {
    return NotFound("the worker program " + options.worker_program.string() + " is missing")
        .WithRemedy("build the target signet-worker, or install it beside signet");
  }
  auto cluster = std::make_unique<Cluster>(std::move(options), coordinator, clock);
  TRY(cluster->StartAll());
  return std::unique_ptr<EmbeddedCluster>(std::move(cluster));
}

}  // namespace signet::coordinator
