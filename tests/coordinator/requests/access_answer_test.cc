#include "coordinator/requests/access_answer.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/coordinator/requests/desk_world.h"

namespace signet::coordinator {
namespace {

/// Rows are tested end to end (tests/e2e/rights).
using AccessAnswerTest = DeskWorld;

TEST_F(AccessAnswerTest, SaysWhatWasStatedEvenWhereNoRowsAreHeld) {
  ASSERT_TRUE(desk_->SetConsent(Person(1), "marketing.email", /*given=*/true).ok());
  AccessAnswer maker(*state_, *ledger_, desk_->finder(), nullptr);
  const Result<Answer> answer = maker.Access(Person(1));
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  EXPECT_EQ(answer->rows, 0U);
  EXPECT_EQ(answer->json["statements"]["in_force"].items().at(0)["purpose"].AsString(),
            "marketing.email");
  EXPECT_EQ(answer->json["identifiers_linked"].AsInt(), 1);
}

TEST_F(AccessAnswerTest, WritesTablesAsCsvAndTheAnswerLast) {
  Answer answer;
  answer.json = Json::Of(
      {{"data",
        Json::List({Json::Of({{"dataset", "crm"},
                              {"rows", Json::List({Json::Of({{"b", "=1+1"}, {"a", "x"}})})}})})}});
  AccessAnswer maker(*state_, *ledger_, desk_->finder(), nullptr);
  const std::filesystem::path folder = scratch_.path() / "answer";
  ASSERT_TRUE(maker.Write(answer, folder).ok());
  const Bytes csv = *ReadFile(folder / "data.crm.csv");
  EXPECT_EQ(AsText(csv), "a,b\r\nx,'=1+1\r\n");
  EXPECT_TRUE(std::filesystem::exists(folder / "answer.json"));
}

}  // namespace
}  // namespace signet::coordinator
