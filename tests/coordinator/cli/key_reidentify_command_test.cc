#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/cli/key_commands.h"
#include "crypto/base/file.h"
#include "tests/coordinator/cli/run_keys.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

using command_testing::Keys;

TEST(KeyReidentifyCommand, AnOfficersKeySignsARequestAndNothingElse) {
  const testing_support::ScratchFolder scratch;
  const auto at = [&scratch](const char* name) { return (scratch.path() / name).string(); };
  ASSERT_EQ(Keys({"init", "--state", at("state")}), 0);
  ASSERT_EQ(Keys({"officer", "--out", at("dpo.key")}), 0);
  EXPECT_EQ(Keys({"officer", "--out", at("dpo.key")}), 1) << "never over another key";
  ASSERT_TRUE(
      WriteFileAtomically(at("token"), AsBytes("0190b5c8-1111-8222-9333-444455556666\n")).ok());
  const std::vector<std::string> request = {"reidentify",
                                            "request",
                                            "--recipient",
                                            "shop",
                                            "--token-from",
                                            at("token"),
                                            "--why",
                                            "case 17",
                                            "--out",
                                            at("case"),
                                            "--state",
                                            at("state")};
  std::vector<std::string> wrong = request;
  wrong.insert(wrong.end(), {"--column", "email"});
  EXPECT_EQ(Keys(wrong), 1);
  std::vector<std::string> right = request;
  right.insert(right.end(), {"--column", "shop/crm.email"});
  ASSERT_EQ(Keys(right), 0);
  EXPECT_EQ(Keys({"reidentify",
                  "sign",
                  "--request",
                  at("case"),
                  "--key",
                  at("dpo.key"),
                  "--out",
                  at("sig")}),
            0);
  EXPECT_EQ(Keys({"reidentify",
                  "sign",
                  "--request",
                  at("token"),
                  "--key",
                  at("dpo.key"),
                  "--out",
                  at("sig")}),
            1)
      << "no request";
}

}  // namespace
}  // namespace signet::coordinator
