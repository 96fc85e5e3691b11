#include "tests/e2e/common/standing.h"

#include <signal.h>
#include <utility>

#include "crypto/base/text.h"
#include "tests/e2e/common/shop.h"

namespace signet::e2e {

using testing_support::Process;
using testing_support::ProcessOptions;
using testing_support::ProcessResult;

namespace {

/// What stands between two words of a text.
std::string Between(const std::string& text, const std::string& from, const std::string& to) {
  const size_t begin = text.find(from);
  if (begin == std::string::npos) return {};
  const size_t end = text.find(to, begin + from.size());
  return text.substr(begin + from.size(), end - begin - from.size());
}

}  // namespace

void StandingShop::SetUp() {
  SetUpShop(place_, customers_);
  coordinator_ = place_.Start({"coordinator",
                               "--state",
                               place_.state().string(),
                               "--listen",
                               "tcp://127.0.0.1:*",
                               "--enrol",
                               "tcp://127.0.0.1:*"});
  ASSERT_NE(coordinator_, nullptr);
  ASSERT_TRUE(coordinator_->WaitUntil(
      [this] { return coordinator_->err().find("try: ") != std::string::npos; }, kStandingPatience))
      << coordinator_->err();
  const std::string& said = coordinator_->err();
  door_ = Between(said, "invitations to ", "\n");
  endpoint_ = Between(said, "workers at ", " (key ");
  server_key_ = Between(said, " (key ", "), ");  // a key may hold a parenthesis
  ASSERT_FALSE(door_.empty() || endpoint_.empty() || server_key_.empty()) << said;
}

void StandingShop::Stop() {
  coordinator_->Signal(SIGTERM);
  const ProcessResult ended = coordinator_->Wait(kStandingPatience);
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  coordinator_.reset();
}

ProcessResult StandingShop::Signet(std::vector<std::string> arguments,
                                   const std::string& input) const {
  arguments.insert(arguments.end(), {"--state", place_.state().string()});
  return place_.Signet(std::move(arguments), input);
}

ProcessResult StandingShop::Worker(std::vector<std::string> arguments) {
  ProcessOptions options;
  options.arguments = std::move(arguments);
  return RunProcess(testing_support::ProgramFolder() / "signet-worker", options, kStandingPatience);
}

std::filesystem::path StandingShop::Secret(const std::string& name) const {
  return place_.root() / (name + ".key");
}

void StandingShop::Enrol(const std::string& name) const {
  const ProcessResult invited =
      Signet({"keys", "enrol", "worker", name, "--label", "region=eu", "--format", "json"});
  ASSERT_EQ(invited.exit_code, 0) << invited.err;
  const std::filesystem::path token = place_.root() / (name + ".token");
  WriteText(token, ReportOf(invited)["token"].AsString() + "\n");
  const ProcessResult made = Worker({"--new-key=" + Secret(name).string()});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const std::vector<std::string> bring = {"--enrol=" + door_,
                                          "--server-key=" + server_key_,
                                          "--secret-file=" + Secret(name).string(),
                                          "--token-file=" + token.string()};
  const ProcessResult enrolled = Worker(bring);
  ASSERT_EQ(enrolled.exit_code, 0) << enrolled.err;
  EXPECT_EQ(Trim(enrolled.out), name);
  const ProcessResult again = Worker(bring);
  EXPECT_NE(again.exit_code, 0) << "a token is used up";
}

std::unique_ptr<Process> StandingShop::StartWorker(const std::string& key,
                                                   const std::string& name,
                                                   const std::string& labels) const {
  ProcessOptions options;
  options.arguments = {"--connect=" + endpoint_,
                       "--server-key=" + server_key_,
                       "--secret-file=" + Secret(key).string(),
                       "--name=" + name};
  if (!labels.empty()) options.arguments.push_back("--labels=" + labels);
  return Process::Start(testing_support::ProgramFolder() / "signet-worker", options);
}

void StandingShop::WaitForAnswer(const std::vector<std::string>& question,
                                 const std::string& what) {
  std::string last;
  const bool seen = coordinator_->WaitUntil(
      [&] {
        std::vector<std::string> arguments = question;
        arguments.insert(arguments.end(), {"--format", "json"});
        last = Signet(arguments).out;
        return last.find(what) != std::string::npos;
      },
      kStandingPatience);
  EXPECT_TRUE(seen) << last;
}

ProcessResult StandingShop::Submit(const std::vector<std::string>& more) const {
  std::vector<std::string> arguments = {
      "submit", place_.pipeline().string(), "-p", "data=" + place_.data().string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return Signet(std::move(arguments));
}

}  // namespace signet::e2e
