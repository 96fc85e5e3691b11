// signet-serve as a program, asked by a client in another language.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <signal.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/json.h"
#include "crypto/base/text.h"
#include "tests/coordinator/api/serving_fixture.h"

namespace signet::coordinator {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  int exit_code = -1;
  std::string output;
};

Outcome Shell(const std::string& command) {
  Outcome outcome;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> room{};
  while (const size_t n = std::fread(room.data(), 1, room.size(), pipe)) {
    outcome.output.append(room.data(), n);
  }
  const int status = ::pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

/// signet-serve on a free port, from start to SIGTERM.
class ServeProcess {
 public:
  ServeProcess(const ServingFixture& fixture, const fs::path& serving) {
    const std::vector<std::string> arguments = {
        (testing_support::ProgramFolder() / "signet-serve").string(),
        "--serving",
        serving.string(),
        "--port",
        "0",
        "--tls-cert",
        fixture.Certificate("server.pem").string(),
        "--tls-key",
        fixture.Certificate("server.key").string(),
        "--tls-ca",
        fixture.Certificate("ca.pem").string(),
        "--index",
        (fixture.root() / "serve-index").string()};
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], 1);
      ::close(ends[0]);
      std::vector<char*> argv;
      argv.reserve(arguments.size() + 1);
      for (const std::string& argument : arguments) {
        argv.push_back(const_cast<char*>(argument.c_str()));
      }
      argv.push_back(nullptr);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    std::string line;
    char c = 0;
    while (::read(ends[0], &c, 1) == 1 && c != '\n') line += c;
    ::close(ends[0]);
    const Result<Json> json = Json::Parse(line);
    if (json.ok()) port_ = static_cast<int>((*json)["port"].AsInt());
  }
  ~ServeProcess() { Stop(SIGKILL); }
  ServeProcess(const ServeProcess&) = delete;
  ServeProcess& operator=(const ServeProcess&) = delete;

  void Signal(int signal) const { ::kill(pid_, signal); }
  int Stop(int signal = SIGTERM) {
    if (pid_ <= 0) return -1;
    ::kill(pid_, signal);
    return Wait();
  }
  int Wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  [[nodiscard]] int port() const { return port_; }

 private:
  pid_t pid_ = -1;
  int port_ = 0;
};

class PythonClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (Shell("/usr/bin/python3 -c 'import thrift' 2>/dev/null").exit_code != 0) {
      GTEST_SKIP() << "python3-thrift is missing: apt-get install python3-thrift";
    }
    ASSERT_EQ(Shell("thrift --gen py -out '" + fixture_.root().string() +
                    "' coordinator/api/segment_service.thrift")
                  .exit_code,
              0);
    ASSERT_TRUE(fixture_.Publish("email_platform", "1", 0, 100).ok());
  }
  Json Ask(const ServeProcess& serve, const std::string& client, const std::string& command) {
    const Outcome outcome = Shell(
        "/usr/bin/python3 tests/support/thrift/segment_client.py '" + fixture_.root().string() +
        "' " + std::to_string(serve.port()) + " '" + fixture_.Certificate("ca.pem").string() +
        "' '" + fixture_.Certificate(client + ".pem").string() + "' '" +
        fixture_.Certificate(client + ".key").string() + "' " + command + " 2>/dev/null");
    const Result<Json> json = Json::Parse(std::string(Trim(outcome.output)));
    EXPECT_TRUE(json.ok()) << outcome.output;
    return json.ok() ? *json : Json();
  }
  static std::string Text(int n) { return UuidText(TokenOf("email_platform", n)); }

  ServingFixture fixture_;
};

TEST_F(PythonClientTest, AsksEverythingOverMutualTls) {
  ServeProcess serve(fixture_, fixture_.folder().root());
  ASSERT_NE(serve.port(), 0);
  const std::string me = "email_platform";
  EXPECT_TRUE(Ask(serve, me, "isMember loyalty even " + Text(4))["answer"].AsBool());
  EXPECT_EQ(Ask(serve, me, "isMemberBatch loyalty even " + Text(4) + " " + Text(5))["answer"],
            Json::List({1, 0}));
  EXPECT_EQ(Ask(serve, me, "segmentsOf loyalty " + Text(5))["answer"], Json::List({"all"}));
  EXPECT_EQ(Ask(serve, me, "resolve loyalty C5 nobody")["answer"], Json::List({Text(5), nullptr}));
  EXPECT_EQ(Ask(serve, me, "listSegments")["answer"],
            Json::List({Json::List({"loyalty", "all", 100}), Json::List({"loyalty", "even", 50})}));
  EXPECT_EQ(Ask(serve, me, "getManifest loyalty")["answer"]["version"].AsString(), "1");
  EXPECT_EQ(Ask(serve, me, "isMember loyalty nothing " + Text(4))["error"].AsString(), "NOT_FOUND");
  // Without --clients the certificate's name is the recipient's: this one has no snapshot.
  EXPECT_EQ(Ask(serve, "stranger", "listSegments")["error"].AsString(), "UNAVAILABLE");
  const Json times = Ask(serve, me, "measure loyalty even " + Text(4) + " 500")["answer"];
  RecordProperty("python_p99_us", FixedText(times["p99_us"].AsDouble(), 0));
  EXPECT_EQ(serve.Stop(), 0);
  EXPECT_FALSE(fs::exists(fixture_.root() / "serve-index"));
}

TEST_F(PythonClientTest, SeesANewVersionAndItsDifferenceAfterSighup) {
  ServeProcess serve(fixture_, fixture_.folder().root());
  ASSERT_NE(serve.port(), 0);
  ASSERT_TRUE(fixture_.Publish("email_platform", "2", 1, 101).ok());
  serve.Signal(SIGHUP);
  // Each question takes a process; the reload takes milliseconds, the poll a second at most.
  Json version;
  for (int i = 0; i < 50 && version.AsString() != "2"; ++i) {
    version = Ask(serve, "email_platform", "getManifest loyalty")["answer"]["version"];
  }
  EXPECT_EQ(version.AsString(), "2");
  const Json diff = Ask(serve, "email_platform", "diff loyalty 1 all")["answer"];
  EXPECT_EQ(diff["joined"], Json::List({Text(100)}));
  EXPECT_EQ(diff["left"], Json::List({Text(0)}));
  EXPECT_EQ(serve.Stop(), 0);
}

TEST_F(PythonClientTest, TheProgramRefusesAWrongKeyAndAMissingFolderWithItsExitCode) {
  const testing_support::ScratchFolder other;
  SeededEntropy entropy(99);
  ASSERT_TRUE(pipelines::ServingFolder::OpenForPublication(other.path() / "serving", entropy).ok());
  fs::copy_file(other.path() / "serving" / "serving.key",
                fixture_.folder().root() / "serving.key",
                fs::copy_options::overwrite_existing);
  ServeProcess wrong_key(fixture_, fixture_.folder().root());
  EXPECT_EQ(wrong_key.port(), 0);
  EXPECT_EQ(wrong_key.Wait(), 5);
  ServeProcess nowhere(fixture_, fixture_.root() / "nowhere");
  EXPECT_EQ(nowhere.port(), 0);
  EXPECT_EQ(nowhere.Wait(), 1);
}

}  // namespace
}  // namespace signet::coordinator
