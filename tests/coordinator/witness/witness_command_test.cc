// The program, over real HTTP.
#include "coordinator/witness/witness_command.h"

#include <memory>
#include <signal.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/cosigning/cosigner.h"
#include "coordinator/web/http_client.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "tests/crypto/audit/audit_world.h"
#include "tests/support/process.h"

namespace signet::coordinator {
namespace {

using testing_support::Process;
using testing_support::ProcessOptions;
using testing_support::RunProcess;

class WitnessProgram : public crypto::AuditWorld {
 protected:
  static constexpr Process::Seconds kDeadline{20};

  static std::filesystem::path Program() {
    return testing_support::ProgramFolder() / "signet-witness";
  }
  std::string Dir() const { return (scratch_.path() / "w").string(); }

  /// Starts `serve` for that log; its URL.
  std::string Start(const std::string& log_key) {
    ProcessOptions options;
    options.arguments = {"serve", "--dir", Dir(), "--log", log_key, "--port", "0"};
    process_ = Process::Start(Program(), options);
    EXPECT_TRUE(process_ &&
                process_->WaitUntil(
                    [this] { return process_->out().find('\n') != std::string::npos; }, kDeadline))
        << process_->err();
    const auto line = Json::Parse(Trim(process_->out()));
    return "http://127.0.0.1:" + std::to_string((*line)["port"].AsInt());
  }

  std::unique_ptr<Process> process_;
};

TEST_F(WitnessProgram, CosignsOverHttpAndRemembersAcrossARestart) {
  const auto made =
      RunProcess(Program(),
                 {{"init", "--dir", Dir(), "--name", "witness.example/w1"}, {}, {}, {}, {}},
                 kDeadline);
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const std::string vkey(Trim(made.out));
  const auto mode = std::filesystem::status(Dir() + "/witness.key").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  auto log = Open();
  Fill(**log, 20, 5);
  for (int round = 0; round < 2; ++round) {
    SCOPED_TRACE(round);
    const std::string url = Start((*log)->key().Text());
    std::string text = "log " + (*log)->key().Text();
    text.append("\nwitness w ").append(vkey).append(" ").append(url).append("\nquorum w\n");
    const auto policy = crypto::LogPolicy::FromText(text);
    ASSERT_TRUE(policy.ok()) << policy.status().ToString();
    Cosigner cosigner(**log, *store_, *policy, [](const std::string& to, const std::string& body) {
      return HttpPost(to, body, "text/plain", 10);
    });
    const auto cosigned = cosigner.Cosign();
    ASSERT_TRUE(cosigned.ok()) << cosigned.status().ToString();
    EXPECT_TRUE(cosigned->quorum.ok()) << cosigned->quorum.ToString();
    Fill(**log, 3, 1);
    // A stranger cannot make it go back.
    const auto back = HttpPost(url + "/add-checkpoint", "old 0\n\nx\n", "text/plain", 10);
    EXPECT_EQ(back->status, 400);
    EXPECT_EQ(HttpGet(url + "/", 10)->status, 404);
    process_->Signal(SIGTERM);
    EXPECT_EQ(process_->Wait(kDeadline).exit_code, 0);
  }
}

TEST_F(WitnessProgram, KeepsItsKeyToItself) {
  const std::vector<std::string> init = {"init", "--dir", Dir(), "--name", "w.example"};
  ASSERT_EQ(RunProcess(Program(), {init, {}, {}, {}, {}}, kDeadline).exit_code, 0);
  EXPECT_EQ(RunProcess(Program(), {init, {}, {}, {}, {}}, kDeadline).exit_code, 1)
      << "a second init would replace the key";
  const auto key = RunProcess(Program(), {{"key", "--dir", Dir()}, {}, {}, {}, {}}, kDeadline);
  EXPECT_TRUE(crypto::VerifierKey::FromText(key.out, crypto::KeyType::kWitness).ok());
  std::filesystem::permissions(Dir() + "/witness.key", std::filesystem::perms(0644));
  EXPECT_EQ(RunProcess(Program(), {{"key", "--dir", Dir()}, {}, {}, {}, {}}, kDeadline).exit_code,
            3);
  EXPECT_EQ(RunProcess(Program(), {{"serve", "--dir", Dir()}, {}, {}, {}, {}}, kDeadline).exit_code,
            2);
}

}  // namespace
}  // namespace signet::coordinator
