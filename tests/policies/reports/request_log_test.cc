#include "policies/reports/request_log.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

constexpr int64_t kDay = int64_t{86'400} * 1'000'000;

RightsRequest Opened(const std::string& id, Right right, Timestamp at) {
  return OpenRequest({id, right, "", false, "ccpa", "letter"}, at)->request;
}

TEST(RequestLog, HasTheColumnsOfTheRegulation) {
  const Timestamp begin = *TimestampFromText("2026-01-05");
  RightsRequest done = Opened("r2", Right::kAccess, {begin.micros + kDay});
  done.stage = RequestStage::kDone;
  done.closed_at = {begin.micros + 11 * kDay};
  const RightsRequest refused =
      *RefuseRequest(Opened("r1", Right::kErasure, begin), "§ 1798.105(d)(8)", begin);
  const RightsRequest late = Opened("r3", Right::kOptOut, begin);
  const ReportDocument log =
      MakeRequestLog(std::vector<RightsRequest>{done, refused, late}, {begin.micros + 60 * kDay});
  const ReportTable& table = log.sections.at(0).tables.at(0);
  for (const char* column : {"date of request",
                             "nature of request",
                             "manner of request",
                             "date of response",
                             "nature of response",
                             "basis of denial"}) {
    EXPECT_NE(std::find(table.columns.begin(), table.columns.end(), column), table.columns.end())
        << column;
  }
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[0][0], "r1");
  EXPECT_EQ(table.rows[0][5], "denied");
  EXPECT_EQ(table.rows[0][6], "§ 1798.105(d)(8)");
  EXPECT_EQ(table.rows[1][0], "r3");
  EXPECT_EQ(table.rows[1][8], "late");
  EXPECT_EQ(table.rows[2][3], "letter");
  EXPECT_EQ(table.rows[2][4], "2026-01-16");
  EXPECT_EQ(log.facts["access"]["complied"].AsInt(), 1);
  EXPECT_EQ(log.facts["access"]["median_days"].AsDouble(), 10.0);
  EXPECT_EQ(log.facts["erasure"]["denied"].AsInt(), 1);
  EXPECT_EQ(log.facts["opt_out"]["late"].AsInt(), 1);
}

}  // namespace
}  // namespace signet::policies
