// No marker planted in the identifiers and free texts of the input is seen anywhere afterwards.
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <signal.h>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/api/segment_client.h"
#include "pipelines/synthetic/generate.h"
#include "tests/e2e/canary/byte_search.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using testing_support::ChildrenOf;
using testing_support::Process;
using testing_support::ProcessOptions;
using testing_support::ProcessResult;

constexpr Process::Seconds kPatience{120};

/// signet, its workers, and the workers' own processes (zygotes and tasks).
std::vector<pid_t> Family(pid_t signet) {
  std::vector<pid_t> all{signet};
  for (size_t i = 0; i < all.size(); ++i) {
    for (const pid_t child : ChildrenOf(all[i], "signet-worker")) all.push_back(child);
  }
  return all;
}

/// A file of /proc; empty when the process is gone or hides it.
std::string ProcText(pid_t pid, const std::string& name) {
  std::ifstream file(fs::path("/proc") / std::to_string(pid) / name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();  // a process that ends meanwhile leaves a part, or nothing
  return text.str();
}

/// The soft and hard limit of core files, as /proc shows them; empty when the process is gone.
std::string CoreLimit(pid_t pid) {
  const std::string limits = ProcText(pid, "limits");
  const size_t at = limits.find("Max core file size");
  if (at == std::string::npos) return "";
  std::string line = limits.substr(at, limits.find('\n', at) - at);
  line.erase(0, std::string("Max core file size").size());
  std::string packed;
  for (const char c : line) {
    if (c != ' ' || (!packed.empty() && packed.back() != ' ')) packed += c;
  }
  return packed;
}

class Canary : public testing::Test {
 protected:
  void SetUp() override {
    place_.SetUp(/*customers=*/800, /*partitions=*/2, /*canaries=*/true);
    // Clusters by way of a sample: more datasets with persons' rows, and sums of few of them.
    place_.WritePipeline(
        {{"partitions: 8", "partitions: 2"}, {"    k: 3..5\n", "    k: 3..5\n    sample: 300\n"}});
    fs::create_directories(place_.root() / "tap");
    fs::create_directories(place_.root() / "tmp");
    fs::create_directories(place_.root() / "told");
  }
  /// Keeps what was printed or shown, to be searched with the rest.
  void Keep(const std::string& name, const std::string& text) const {
    WriteText(place_.root() / "told" / name, text);
  }
  void KeepOutput(const std::string& name, const ProcessResult& result) const {
    Keep(name + ".out", result.out);
    Keep(name + ".err", result.err);
    EXPECT_EQ(result.exit_code, 0) << name << ": " << result.err;
  }
  /// Runs the pipeline with tapped sockets; keeps what /proc showed of each process meanwhile.
  void RunTapped() const {
    const std::unique_ptr<Process> run = place_.Start(place_.RunArguments(), TapEnvironment());
    ASSERT_NE(run, nullptr);
    size_t seen = 0;
    for (const char* step : {"tokenise.", "resolve", "gate.", "scores"}) {
      ASSERT_TRUE(
          run->WaitUntil([&] { return run->err().find(step) != std::string::npos; }, kPatience))
          << run->err();
      for (const pid_t pid : Family(run->pid())) {
        ++seen;
        for (const char* name : {"cmdline", "environ", "comm", "status"}) {
          Keep(std::to_string(seen) + "-" + name, ProcText(pid, name));
        }
      }
    }
    EXPECT_GE(seen, 4U * 3U) << "signet and two workers were to be seen at each step";
    KeepOutput("run", run->Wait(kPatience));
  }
  /// The shipped pipeline reads no free text (it needs none): another one carries all there is.
  void RunFreeTexts() const {
    const fs::path pipeline = place_.root() / "texts.yaml";
    WriteText(pipeline, ReadText("tests/e2e/canary/texts.yaml"));
    std::vector<std::string> arguments = place_.RunArguments();
    arguments[1] = pipeline.string();
    const std::unique_ptr<Process> run = place_.Start(arguments, TapEnvironment());
    ASSERT_NE(run, nullptr);
    const ProcessResult result = run->Wait(kPatience);
    KeepOutput("texts", result);
    EXPECT_GT(StepOf(ReportOf(result), "texts")["rows"].AsInt(), 0) << "no text was carried";
  }
  void AskEverything() const {
    const std::string state = place_.state().string();
    const std::string told = (place_.root() / "told").string();
    const std::string data = "data=" + place_.data().string();
    KeepOutput("plan",
               place_.Signet({"plan",
                              place_.pipeline().string(),
                              "-p",
                              data,
                              "--json",
                              told + "/plan.json",
                              "--html",
                              told + "/plan.html"}));
    KeepOutput("export",
               place_.Signet({"audit", "export", "--state", state, "--out", told + "/log"}));
    KeepOutput("verify", place_.Signet({"audit", "verify", "--state", state}));
    KeepOutput("tail", place_.Signet({"audit", "tail", "-n", "100000", "--state", state}));
    KeepOutput("list", place_.Signet({"segments", "list", "--state", state}));
    KeepOutput("show",
               place_.Signet({"segments", "show", "email_platform", "loyalty", "--state", state}));
    KeepOutput("keys", place_.Signet({"keys", "list", "--state", state}));
    // Requests of a person, who is named by marked identifiers.
    const std::string crm = ReadText(place_.data() / "crm.csv");
    const size_t row = crm.find('\n') + 1;
    const size_t comma = crm.find(',', row);
    const std::string who = "email " + crm.substr(comma + 1, crm.find(',', comma + 1) - comma - 1);
    KeepOutput("consent",
               place_.Signet({"consent",
                              "set",
                              "--state",
                              state,
                              "--purpose",
                              "marketing.segmentation",
                              "--to",
                              "withdrawn"},
                             who + "\n"));
    KeepOutput("erase", place_.Signet({"subject", "erase", "--state", state}, who + "\n"));
    const ProcessResult unknown = place_.Signet({"subject", "erase", "--state", state},
                                                "email signetcanary@nobody.example\n");
    Keep("unknown.out", unknown.out + unknown.err);
    EXPECT_EQ(unknown.exit_code, 1);
  }

  /// A recipient resolves its marked identifiers through a tapped signet-serve and asks about them.
  /// Searched while it runs: its lookup index and what /proc shows; afterwards its words as well.
  void AskServer(const MarkerSearch& search) const {
    const fs::path certificates = place_.root() / "certificates";
    ProcessOptions options;
    options.arguments = {certificates, "email_platform"};
    ASSERT_EQ(testing_support::RunProcess("deploy/certificates", options, kPatience).exit_code, 0);
    options.arguments = {"--serving",
                         place_.state() / "serving",
                         "--port",
                         "0",
                         "--index",
                         place_.root() / "tmp" / "serve",
                         "--tls-cert",
                         certificates / "server.pem",
                         "--tls-key",
                         certificates / "server.key",
                         "--tls-ca",
                         certificates / "ca.pem"};
    options.environment = TapEnvironment();
    const std::unique_ptr<Process> server =
        Process::Start(testing_support::ProgramFolder() / "signet-serve", options);
    ASSERT_NE(server, nullptr);
    ASSERT_TRUE(
        server->WaitUntil([&] { return server->out().find('}') != std::string::npos; }, kPatience))
        << server->err();
    coordinator::SegmentClientOptions client_options;
    client_options.port = static_cast<int>((*Json::Parse(server->out()))["port"].AsInt());
    client_options.tls_cert = certificates / "email_platform.pem";
    client_options.tls_key = certificates / "email_platform.key";
    client_options.tls_ca = certificates / "ca.pem";
    const auto client = coordinator::SegmentClient::Connect(client_options);
    ASSERT_TRUE(client.ok()) << client.status().message();
    const auto tokens = (*client)->Resolve("loyalty", CustomerIds());
    ASSERT_TRUE(tokens.ok()) << tokens.status().message();
    size_t known = 0;
    for (const Uuid& token : *tokens) {
      if (token == Uuid{}) continue;
      ++known;
      const auto segments = (*client)->SegmentsOf("loyalty", token);
      ASSERT_TRUE(segments.ok()) << segments.status().message();
    }
    EXPECT_GT(known, 0U) << "no marked identifier was resolved: nothing was tried";
    for (const char* name : {"cmdline", "environ", "comm", "status"}) {
      Keep(std::string("serve-") + name, ProcText(server->pid(), name));
    }
    EXPECT_FALSE(fs::is_empty(place_.root() / "tmp" / "serve")) << "the index was to be searched";
    EXPECT_THAT(search.FilesWith(place_.root() / "tmp"), testing::IsEmpty());
    EXPECT_EQ(CoreLimit(server->pid()).rfind("0 0 ", 0), 0U) << CoreLimit(server->pid());
    server->Signal(SIGTERM);
    KeepOutput("serve", server->Wait(kPatience));
  }
  /// The first customers' ids, as the recipient of `identify_by: crm.customer_id` knows them.
  [[nodiscard]] std::vector<std::string> CustomerIds() const {
    std::stringstream crm(ReadText(place_.data() / "crm.csv"));
    std::string line;
    std::getline(crm, line);
    std::vector<std::string> ids;
    while (ids.size() < 300 && std::getline(crm, line)) {
      ids.push_back(line.substr(0, line.find(',')));
    }
    return ids;
  }
  [[nodiscard]] std::map<std::string, std::string> TapEnvironment() const {
    return {{"LD_PRELOAD",
             (fs::read_symlink("/proc/self/exe").parent_path() / "libsignet_e2e_socket_tap.so")
                 .string()},
            {"SIGNET_TAP", (place_.root() / "tap").string()},
            {"TMPDIR", (place_.root() / "tmp").string()}};
  }

  Workplace place_;
};

TEST_F(Canary, IsFoundNowhereButInTheInput) {
  const MarkerSearch search(pipelines::kCanary);
  // Controls: the search finds it in the input, and in each encoding.
  ASSERT_THAT(search.FilesWith(place_.data()), testing::Contains(testing::HasSubstr("crm.csv")));
  ASSERT_THAT(search.FilesWith(place_.data()),
              testing::Contains(testing::HasSubstr("web-1.jsonl")));
  for (const char* around : {"", "a", "ab"}) {
    ASSERT_EQ(search.FindIn(Base64(std::string(around) + "SIGNETCANARY@x")), "base64") << around;
    ASSERT_EQ(search.FindIn("x7369676e657463616E617279"), "hexadecimal");
  }
  ASSERT_EQ(search.FindIn("signetcanarium"), "");

  RunTapped();
  if (HasFatalFailure()) return;
  RunFreeTexts();
  if (HasFatalFailure()) return;
  AskServer(search);
  if (HasFatalFailure()) return;
  AskEverything();
  EXPECT_THAT(search.FilesWith(place_.state()), testing::IsEmpty());
  EXPECT_THAT(search.FilesWith(place_.root() / "told"), testing::IsEmpty());
  EXPECT_THAT(search.FilesWith(place_.root() / "tmp"), testing::IsEmpty());
  EXPECT_THAT(search.FilesWith(place_.root() / "tap"), testing::IsEmpty());

  // Control of the logs: tasks have said something while they ran, and it was searched.
  bool said = false;
  for (const auto& run : fs::directory_iterator(place_.state() / "runs")) {
    const std::string log = ReadText(run.path() / "log.jsonl");
    said |= log.find("\"what\":\"log\"") != std::string::npos;
  }
  EXPECT_TRUE(said) << "no line of a task is in a run's log";

  // Control of the tap: it saw the ZeroMQ greeting and mechanism, and a run's worth of bytes.
  uintmax_t tapped = 0;
  bool greeting = false;
  for (const auto& file : fs::directory_iterator(place_.root() / "tap")) {
    tapped += file.file_size();
    greeting |= ReadText(file.path()).find("CURVE") != std::string::npos;
  }
  EXPECT_TRUE(greeting) << "no CURVE handshake was captured";
  EXPECT_GT(tapped, 50'000U);
}

/// Who owns /proc/PID: the process' user when it may be dumped and traced, else root.
uid_t ProcOwner(pid_t pid) {
  struct stat about {};
  return ::stat(("/proc/" + std::to_string(pid) + "/environ").c_str(), &about) == 0 ? about.st_uid
                                                                                    : uid_t{0};
}

TEST(Hardening, ProcessesLeaveNoCoreAndCannotBeRead) {
  constexpr uid_t kNobody = 65534;
  const bool root = ::geteuid() == 0;
  const uid_t user = root ? kNobody : ::geteuid();
  Workplace place;
  place.SetUp(/*customers=*/300, /*partitions=*/2);
  if (HasFatalFailure()) return;
  if (root) {
    ASSERT_EQ(::chown(place.root().c_str(), user, user), 0);
    for (const auto& entry : fs::recursive_directory_iterator(place.root())) {
      ASSERT_EQ(::lchown(entry.path().c_str(), user, user), 0);
    }
  }
  ProcessOptions options;
  if (root) options.user = user;

  // Control: an ordinary process belongs to its user, so the check below can fail.
  options.arguments = {"60"};
  const std::unique_ptr<Process> ordinary = Process::Start("/bin/sleep", options);
  ASSERT_NE(ordinary, nullptr);
  ASSERT_TRUE(ordinary->WaitUntil([&] { return ProcOwner(ordinary->pid()) == user; }, kPatience));

  options.arguments = place.RunArguments();
  options.folder = place.root();
  const std::unique_ptr<Process> run =
      Process::Start(testing_support::ProgramFolder() / "signet", options);
  ASSERT_NE(run, nullptr);
  if (root && !run->WaitUntil([&] { return !run->err().empty(); }, kPatience) &&
      run->Wait(kPatience).exit_code == 127) {
    GTEST_SKIP() << "the user nobody cannot run " << testing_support::ProgramFolder();
  }
  ASSERT_TRUE(
      run->WaitUntil([&] { return run->err().find("gate.") != std::string::npos; }, kPatience))
      << run->err();
  size_t seen = 0;
  for (const pid_t pid : Family(run->pid())) {
    const std::string limit = CoreLimit(pid);
    const uid_t owner = ProcOwner(pid);
    if (limit.empty()) continue;  // a task that just ended
    ++seen;
    EXPECT_EQ(limit.rfind("0 0 ", 0), 0U) << pid << ": " << limit;
    if (user != 0) {
      EXPECT_EQ(owner, 0U) << "process " << pid << " is dumpable";
    }
  }
  EXPECT_GE(seen, 3U) << "signet and two workers";
  EXPECT_EQ(run->Wait(kPatience).exit_code, 0) << run->err();
}

}  // namespace
}  // namespace signet::e2e
