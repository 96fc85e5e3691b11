/// A real state to ask about: the shop, run once under the real minimum group.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/json.h"
#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {

inline constexpr int kGovernanceCustomers = 200;

/// One run of the shop under the real minimum group: no test state.
class Governance : public testing::Test {
 protected:
  void SetUp() override {
    SetUpShop(place_, kGovernanceCustomers);
    std::filesystem::remove(place_.state() / "test-state");
    ASSERT_TRUE(place_.Run().is_object());
  }

  [[nodiscard]] testing_support::ProcessResult Signet(std::vector<std::string> arguments) const {
    return place_.Signet(std::move(arguments));
  }
  [[nodiscard]] Json Told(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--format", "json"});
    const testing_support::ProcessResult result = Signet(std::move(arguments));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    Result<Json> json = Json::Parse(result.out);
    EXPECT_TRUE(json.ok()) << result.out;
    return json.ok() ? *std::move(json) : Json();
  }
  /// The shipped GDPR policy with one text in place of another, as a file beside the data.
  [[nodiscard]] std::string PolicyWith(const std::string& from, const std::string& to) const {
    std::string path = (place_.root() / "new.yaml").string();
    WriteText(path, Replaced(ReadText("policies/bundles/gdpr.yaml"), from, to));
    return path;
  }
  /// The shipped policy with segmentation on legitimate interests: who says nothing may be used.
  [[nodiscard]] std::string Eased() const {
    std::string eased = PolicyWith(
        "    article: GDPR Art. 6(1)(a), Art. 22(2)(c)\n    consent: opt_in\n    refusal_article: "
        "GDPR Art. 7(3)\n    minors: deny\n",
        "    article: GDPR Art. 6(1)(f)\n    consent: opt_out\n    refusal_article: GDPR Art. 21\n"
        "    minors: deny\n    assessment: LIA-1\n");
    const std::string basis = ReadText(eased);
    WriteText(
        eased,
        Replaced(basis,
                 "    description: Form segments of customers for our own campaigns\n    basis: "
                 "consent\n",
                 "    description: Form segments of customers for our own campaigns\n    basis: "
                 "legitimate_interests\n"));
    return eased;
  }
  [[nodiscard]] std::string State() const { return place_.state().string(); }

  Workplace place_;
};

}  // namespace signet::e2e
