// `signet models` and `signet experiments` in this process, on a real state.
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/binding/experiment_book.h"
#include "coordinator/binding/model_registry.h"
#include "coordinator/binding/run_memory.h"
#include "coordinator/cli/commands.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

class ModelCommands : public StateWorld {
 protected:
  void SetUp() override {
    StateWorld::SetUp();
    for (const char* bytes : {"one", "two"}) {
      ModelVersion version;
      version.name = {"loyalty", "churn", 0};
      version.op = "train";
      version.run = "r";
      version.figures = Json::Of({{"model_digest", std::string("digest of ") + bytes}});
      LiveDataset dataset;
      dataset.owner = "loyalty";
      dataset.name = "churn";
      dataset.kind = pipelines::DatasetKind::kModel;
      dataset.pieces = {NewPiece("churn", bytes)};
      crypto::WriteBatch batch;
      ASSERT_TRUE(ModelRegistry(*state_).Register(version, dataset, batch).ok());
      Write(batch);
    }
  }

  /// The exit code of `signet ARGUMENTS --state ...`, which opens the state itself.
  int Signet(std::vector<std::string> arguments) {
    state_.reset();
    arguments.insert(arguments.begin(), "signet");
    arguments.insert(arguments.end(), {"--state", (scratch_.path() / "state").string()});
    std::vector<char*> argv;
    argv.reserve(arguments.size());
    for (std::string& argument : arguments) argv.push_back(argument.data());
    const int code = RunCli(static_cast<int>(argv.size()), argv.data());
    Open();
    return code;
  }
  int ChampionNow() {
    const auto champion = ModelRegistry(*state_).Champion({"loyalty", "churn", 0});
    return champion.ok() && champion->has_value() ? (*champion)->name.version : 0;
  }
  std::string LastEntry() {
    return (*state_->audit().Entry(state_->audit().size() - 1))["type"].AsString();
  }
};

TEST_F(ModelCommands, ApproveRollBackAndRejectWriteTheLog) {
  EXPECT_EQ(Signet({"models", "list"}), 0);
  EXPECT_EQ(Signet({"models", "show", "loyalty/churn", "--format", "json"}), 0);
  EXPECT_EQ(Signet({"models", "approve", "loyalty/churn@1"}), 2) << "a reason is needed";
  EXPECT_EQ(Signet({"models", "approve", "loyalty/churn@1", "--why", "first"}), 0);
  EXPECT_EQ(ChampionNow(), 1);
  EXPECT_EQ(LastEntry(), "model.approved");
  EXPECT_EQ(Signet({"models", "compare", "loyalty/churn@2"}), 0);
  EXPECT_EQ(Signet({"models", "approve", "loyalty/churn@2", "--why", "better"}), 0);
  EXPECT_EQ(Signet({"models", "rollback", "loyalty/churn", "--why", "complaints"}), 0);
  EXPECT_EQ(ChampionNow(), 1);
  EXPECT_EQ(LastEntry(), "model.rolled_back");
  EXPECT_EQ(Signet({"models", "approve", "loyalty/churn@2", "--why", "again"}), 1) << "rejected";
  EXPECT_EQ(Signet({"models", "show", "loyalty/chrun"}), 1);
  EXPECT_EQ(Signet({"models", "show", "churn"}), 1);
}

TEST_F(ModelCommands, CompareShowsWhatTheRunsJudgeSaidOfTheSamePeople) {
  const Json judged = Json::Of(
      {{"people", 40},
       {"verdict", "challenger"},
       {"judged",
        Json::Of({{"champion_digest", "digest of one"}, {"challenger_digest", "digest of two"}})},
       {"paired", Json::List({})}});
  crypto::WriteBatch batch;
  ASSERT_TRUE(
      RunMemory(*state_, "r")
          .Finish(Json::Of({{"figures", Json::Of({{"which", Json::List({judged})}})}}), batch)
          .ok());
  Write(batch);
  testing::internal::CaptureStdout();
  EXPECT_EQ(Signet({"models", "compare", "loyalty/churn@1", "loyalty/churn@2"}), 0);
  EXPECT_NE(testing::internal::GetCapturedStdout().find("on the same 40 people"),
            std::string::npos);
  // Turned round nobody has judged it.
  testing::internal::CaptureStdout();
  EXPECT_EQ(Signet({"models", "compare", "loyalty/churn@2", "loyalty/churn@1"}), 0);
  EXPECT_NE(testing::internal::GetCapturedStdout().find("not judged on the very same rows"),
            std::string::npos);
}

TEST_F(ModelCommands, ExperimentsAreListedAndRegistrationNeedsOne) {
  EXPECT_EQ(Signet({"experiments", "list", "--format", "json"}), 0);
  EXPECT_EQ(Signet({"experiments", "register", "no_such.yaml"}), 1);
  EXPECT_EQ(Signet({"experiments"}), 2);
}

}  // namespace
}  // namespace signet::coordinator
