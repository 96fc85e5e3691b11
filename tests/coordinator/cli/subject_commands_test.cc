// Usage; what they do to a state is tested in tests/e2e/rights.
#include <string>

#include <gtest/gtest.h>

#include "tests/coordinator/cli/run_governance.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

int Subject(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "subject");
  return command_testing::RunCommand(AddSubjectCommands, std::move(arguments));
}

TEST(SubjectCommands, WantWhatTheyNeedAndTakeNoIdentifierAsAnArgument) {
  EXPECT_EQ(Subject({}), 2);
  EXPECT_EQ(Subject({"access"}), 2) << "an answer needs its folder";
  EXPECT_EQ(Subject({"object"}), 2) << "an objection needs its purpose";
  EXPECT_EQ(Subject({"rectify", "--pipeline", "shop"}), 2);
  EXPECT_EQ(Subject({"erase", "anna@example.com"}), 2);
  EXPECT_EQ(Subject({"restrict", "--law", "lgpd"}), 2);
  EXPECT_EQ(Subject({"refuse", "access-1"}), 2) << "a refusal needs its reason";
}

TEST(SubjectCommands, AStateThatIsNotThereIsNotMade) {
  const testing_support::ScratchFolder scratch;
  const std::string state = (scratch.path() / "none").string();
  EXPECT_EQ(Subject({"refuse", "access-1", "--reason", "x", "--state", state}), 1);
  EXPECT_FALSE(std::filesystem::exists(state));
}

}  // namespace
}  // namespace signet::coordinator
