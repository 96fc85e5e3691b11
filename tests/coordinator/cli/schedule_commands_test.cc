// `signet schedule ...` through the door of a coordinator in this process.
#include <string>
#include <vector>

#include "crypto/base/file.h"
#include "tests/coordinator/cli/control_door.h"

namespace signet::coordinator {
namespace {

using ScheduleCommands = ControlDoor;

TEST_F(ScheduleCommands, AScheduleIsAddedShownPausedAndRemoved) {
  const std::filesystem::path file = scratch_.path() / "small.yaml";
  const std::string text = R"(signet: 1
pipeline: small
policies: [gdpr]
schedule: {cron: '0 6 * * mon-fri', time_zone: Europe/Helsinki}
sources:
  orders:
    read: {format: csv, path: ")" +
                           (scratch_.path() / "orders.csv").string() +
                           R"("}
    subject: {id: customer_id}
    columns:
      customer_id: {category: user.unique_id}
      amount: {category: user.behavior.purchase_history, type: decimal}
steps:
  spend:
    uses: sql
    purpose: analytics.churn
    inputs: {orders: orders}
    sql: SELECT subject, sum(amount) AS spend FROM orders GROUP BY subject
)";
  ASSERT_TRUE(WriteFileAtomically(file, AsBytes(text)).ok());
  ASSERT_TRUE(WriteFileAtomically(scratch_.path() / "orders.csv",
                                  AsBytes(std::string_view("customer_id,amount\n")))
                  .ok());
  EXPECT_EQ(Run({"schedule", "list"}), 0) << error_;
  EXPECT_NE(out_.find("no schedules yet"), std::string::npos);
  ASSERT_EQ(Run({"schedule", "add", file.string(), "--format", "json"}), 0) << error_;
  EXPECT_NE(out_.find("\"time_zone\":\"Europe/Helsinki\""), std::string::npos) << out_;
  ASSERT_EQ(Run({"get"}), 0);
  EXPECT_NE(out_.find("0 6 * * mon-fri Europe/Helsinki"), std::string::npos) << out_;
  ASSERT_EQ(Run({"top"}), 0);
  EXPECT_NE(out_.find("is next due at"), std::string::npos) << out_;
  ASSERT_EQ(Run({"why", "small"}), 0) << error_;
  EXPECT_NE(out_.find("small is next due at"), std::string::npos) << out_;
  ASSERT_EQ(Run({"schedule", "pause", "small"}), 0) << error_;
  EXPECT_NE(out_.find("is paused"), std::string::npos) << out_;
  ASSERT_EQ(Run({"schedule", "resume", "small"}), 0) << error_;
  EXPECT_EQ(out_.find("is paused"), std::string::npos) << out_;
  ASSERT_EQ(Run({"schedule", "remove", "small"}), 0) << error_;
  EXPECT_EQ(Run({"schedule", "remove", "smal"}), 1);
  EXPECT_NE(error_.find("there is no schedule 'smal'"), std::string::npos) << error_;
}

}  // namespace
}  // namespace signet::coordinator
