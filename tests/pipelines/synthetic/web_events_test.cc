#include "pipelines/synthetic/web_events.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/json.h"
#include "pipelines/synthetic/record_times.h"

namespace signet::pipelines::synthetic {
namespace {

const Span kSpan{19'723, 20'454, 90};

class WebEventsTest : public testing::Test {
 protected:
  WebEventsTest() : model_({}, kSpan), catalogue_(1, kSpan), person_(PersonOf(3)) {}

  Person PersonOf(uint64_t index) {
    customer_ = model_.Draw(1, index);
    return DrawPerson(1, customer_, /*canaries=*/false);
  }
  /// The visit's lines, each as JSON.
  std::vector<Json> Visited(const Visit& visit, uint64_t stream) {
    const WebEvents events(model_, catalogue_, dirt_, 1'000);
    Random random(1, stream, 1);
    ChunkBuffers out;
    lines_ = events.Write(customer_, person_, visit, random, out);
    std::vector<Json> all;
    const std::string text(out.web[PeriodOf(kSpan, visit.start)].view());
    for (size_t at = 0; at < text.size();) {
      const size_t end = text.find('\n', at);
      Result<Json> line = Json::Parse(text.substr(at, end - at));
      EXPECT_TRUE(line.ok()) << line.status().ToString();
      if (line.ok()) all.push_back(std::move(line).value());
      at = end + 1;
    }
    return all;
  }

  CustomerModel model_;
  Catalogue catalogue_;
  DirtShares dirt_{.duplicate_rows = 0, .malformed_dates = 0};
  Customer customer_;
  Person person_;
  uint64_t lines_ = 0;
};

TEST_F(WebEventsTest, AVisitThatBuysIsLoggedInAndEndsAtTheCheckout) {
  for (uint64_t stream = 0; stream < 50; ++stream) {
    const std::vector<Json> events = Visited({20'000.5, /*buys=*/true}, stream);
    ASSERT_GE(events.size(), 2U);
    EXPECT_EQ(events.size(), lines_);
    EXPECT_EQ(events.back()["page"].AsString(), "/checkout");
    for (const Json& event : events) {
      EXPECT_EQ(event["customer_id"].AsString(), person_.customer_id);
    }
    EXPECT_NE(events.front()["page"].AsString(), "/checkout");
  }
}

TEST_F(WebEventsTest, AVisitToLookAroundNeverEndsAtTheCheckoutAndIsOftenUnknown) {
  int known = 0;
  for (uint64_t stream = 0; stream < 200; ++stream) {
    const std::vector<Json> events = Visited({20'000.5, /*buys=*/false}, stream);
    for (const Json& event : events) EXPECT_NE(event["page"].AsString(), "/checkout");
    known += events.front().Has("customer_id") ? 1 : 0;
  }
  EXPECT_GT(known, 50);
  EXPECT_LT(known, 150);
}

TEST_F(WebEventsTest, EveryLineIsWrittenTwiceWhereAllAreDuplicates) {
  dirt_.duplicate_rows = 1;
  const std::vector<Json> events = Visited({20'000.5, /*buys=*/true}, 1);
  ASSERT_EQ(events.size() % 2, 0U);
  for (size_t i = 0; i < events.size(); i += 2) EXPECT_EQ(events[i], events[i + 1]);
}

}  // namespace
}  // namespace signet::pipelines::synthetic
