#include "pipelines/features/behaviour_features.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

using query::Connection;
using query::Database;

policies::Label LabelOf(const std::string& category, const std::string& purpose) {
  policies::Label label;
  label.categories = {category};
  label.purposes = {purpose, "analytics.churn"};
  label.identifiability = policies::Identifiability::kPseudonymous;
  return label;
}

std::map<std::string, Schema> Inputs() {
  const policies::Label person = LabelOf("user.unique_id", "marketing");
  const policies::Label bought = LabelOf("user.behavior.purchase_history", "finance");
  const policies::Label seen = LabelOf("user.behavior.browsing_history", "web");
  return {{"orders",
           {{{"subject", ColumnType::kUuid, person},
             {"at", ColumnType::kTimestamp, bought},
             {"id", ColumnType::kText, bought},
             {"amount", ColumnType::kDecimal, bought},
             {"discount", ColumnType::kDecimal, bought},
             {"back", ColumnType::kBool, bought},
             {"item", ColumnType::kText, bought},
             {"channel", ColumnType::kText, bought}}}},
          {"web",
           {{{"subject", ColumnType::kUuid, person},
             {"at", ColumnType::kTimestamp, seen},
             {"page", ColumnType::kText, seen}}}},
          {"crm",
           {{{"subject", ColumnType::kUuid, person},
             {"joined", ColumnType::kDate, person},
             {"tier", ColumnType::kText, person}}}}};
}

const char kOptions[] = R"({
  "cutoff": "2026-07-01", "windows": ["30d", "90d"],
  "events": {
    "orders": {"kind": "purchase", "time": "at", "order": "id", "amount": "amount",
               "discount": "discount", "returned": "back", "item": "item",
               "channel": "channel", "channels": ["store", "Web Shop"]},
    "web": {"kind": "web", "time": "at", "type": "page", "types": ["product", "cart"]}},
  "population": {"input": "crm", "since": "joined", "carry": ["tier"]}})";

/// One person's subject in SQL: the last digits tell them apart.
std::string Subject(int i) {
  const std::string digits = std::to_string(i);
  return "'00000000-0000-0000-0000-" + std::string(12 - digits.size(), '0') + digits + "'::UUID";
}

class BehaviourFeatures : public testing::Test {
 protected:
  void SetUp() override {
    database_ = std::move(Database::Open({}).value());
    options_ = FeatureOptions::FromJson(*Json::Parse(kOptions)).value();
    context_.as_of = *TimestampFromText("2026-10-01");
    Fresh();
  }

  void Fresh() {
    connection_ = database_->Connect();
    Sql("CREATE OR REPLACE TABLE orders (subject UUID, \"at\" TIMESTAMP, id VARCHAR, amount "
        "DECIMAL(18,4),"
        " discount DECIMAL(18,4), back BOOLEAN, item VARCHAR, channel VARCHAR);"
        "CREATE OR REPLACE TABLE web (subject UUID, \"at\" TIMESTAMP, page VARCHAR);"
        "CREATE OR REPLACE TABLE crm (subject UUID, joined DATE, tier VARCHAR);"
        "DROP TABLE IF EXISTS out");
  }

  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }

  void Order(int who,
             const std::string& at,
             const std::string& id,
             const std::string& amount,
             const std::string& more = "0, false, 'p', 'store'") {
    Sql("INSERT INTO orders VALUES (" + Subject(who) + ", '" + at + "', '" + id + "', " + amount +
        ", " + more + ")");
  }

  static std::string Channel(const std::string& name) { return "0, false, 'p', '" + name + "'"; }

  Json Run() {
    Sql("DROP TABLE IF EXISTS out");
    const Result<Json> figures = RunFeatures(*connection_, options_, Inputs(), context_);
    EXPECT_TRUE(figures.ok()) << figures.status().ToString();
    return figures.ok() ? *figures : Json();
  }

  std::string Value(const std::string& column, int who) {
    const Result<std::string> text =
        connection_->QueryText("SELECT coalesce(CAST(" + column +
                               " AS VARCHAR), 'null') FROM out WHERE subject = " + Subject(who));
    EXPECT_TRUE(text.ok()) << text.status().ToString();
    return text.ok() ? *text : "";
  }

  /// All of `out` as one text, whatever the order of its rows.
  std::string Everything() {
    return connection_
        ->QueryText(
            "SELECT string_agg(r, chr(10) ORDER BY r) FROM (SELECT CAST(out AS "
            "VARCHAR) AS r FROM out)")
        .value();
  }

  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
  FeatureOptions options_;
  StageContext context_;
};

TEST_F(BehaviourFeatures, CountWhatHappenedInEachWindow) {
  Order(1, "2026-06-20 10:00:00", "a", "10", "2, false, 'x', 'store'");
  Order(1, "2026-06-20 10:00:01", "a", "5", "0, false, 'y', 'store'");
  Order(1, "2026-05-21 10:00:00", "b", "20", "0, false, 'x', 'Web Shop'");
  Order(1, "2026-01-01 10:00:00", "c", "7", "0, false, 'x', 'store'");
  Order(1, "2026-06-25 10:00:00", "d", "9", "0, true, 'x', 'store'");
  Run();
  EXPECT_EQ(Value("orders_count", 1), "3");
  EXPECT_EQ(Value("orders_count_30d", 1), "1");
  EXPECT_EQ(Value("orders_count_90d", 1), "2");
  EXPECT_EQ(Value("orders_spend", 1), "42.0000");
  EXPECT_EQ(Value("orders_spend_30d", 1), "15.0000");
  EXPECT_EQ(Value("orders_value_mean_90d", 1), "17.5");
  EXPECT_EQ(Value("orders_returns", 1), "1");
  EXPECT_EQ(Value("orders_returns_30d", 1), "1");
  EXPECT_EQ(Value("round(orders_recency_days, 4)", 1), "10.5833");
  EXPECT_EQ(Value("orders_items_mean", 1), Value("(4/3)::DOUBLE", 1));
  EXPECT_EQ(Value("round(orders_share_store, 3)", 1), "0.667");
  EXPECT_EQ(Value("round(orders_recency_web_shop_days, 4)", 1), "40.5833");
  EXPECT_EQ(Value("round(orders_discount_share, 5)", 1), Value("round(2/44, 5)", 1));
  EXPECT_EQ(Value("orders_trend_30d", 1), "0.0");  // one order now, one in the 30 days before
}

TEST_F(BehaviourFeatures, MeasureRegularity) {
  for (const char* day : {"2026-05-01", "2026-05-11", "2026-05-31", "2026-06-10"}) {
    Order(1, std::string(day), day, "10");
  }
  Order(2, "2026-06-01", "z", "1");
  Run();
  EXPECT_EQ(Value("round(orders_gap_mean_days, 6)", 1), "13.333333");
  EXPECT_EQ(Value("round(orders_gap_sd_days, 6)", 1), "5.773503");  // of 10, 20, 10
  EXPECT_EQ(Value("round(orders_overdue, 6)", 1), "1.575");         // 21 days since, 13.33 usual
  EXPECT_EQ(Value("orders_gap_mean_days", 2), "null");
  EXPECT_EQ(Value("orders_overdue", 2), "null");
}

TEST_F(BehaviourFeatures, CountEachChannelOnceWhetherNamedInTheOptionsOrNot) {
  for (const char* channel : {"store", "store", "phone", "fair", "phone"}) {
    Order(1, "2026-06-01", std::string(channel) + "1", "10", Channel(channel));
    Order(2, "2026-06-01", std::string(channel) + "2", "10", Channel("store"));
  }
  Order(3, "2026-06-01", "a", "10", "0, true, 'p', 'phone'");
  Order(3, "2026-06-01", "b", "10", "0, false, 'p', NULL");
  Run();
  EXPECT_EQ(Value("orders_channels", 1), "3");
  EXPECT_EQ(Value("orders_channels", 2), "1");
  EXPECT_EQ(Value("orders_channels", 3), "0");  // one came back, the other's is unknown
}

TEST_F(BehaviourFeatures, TakeEachRowForAnOrderWithoutAnOrderId) {
  options_.events[0].order.clear();
  for (const char* day : {"2026-06-10", "2026-05-01", "2026-05-31", "2026-05-11"}) {
    Order(1, day, "a", "10");
  }
  Order(1, "2026-06-20", "a", "10", "0, true, 'p', 'store'");
  Order(1, "2026-04-20", "a", "-10");
  Order(2, "2026-06-20", "a", "10", "0, true, 'p', 'store'");
  Run();
  EXPECT_EQ(Value("orders_count", 1), "4");
  EXPECT_EQ(Value("orders_lines_mean", 1), "1.0");
  EXPECT_EQ(Value("orders_returns", 1), "2");
  EXPECT_EQ(Value("orders_returns_30d", 1), "1");
  EXPECT_EQ(Value("orders_return_recency_days", 1), "11.0");
  EXPECT_EQ(Value("orders_tenure_days", 1), "61.0");
  EXPECT_EQ(Value("round(orders_gap_sd_days, 6)", 1), "5.773503");  // of 10, 20, 10
  EXPECT_EQ(Value("orders_count", 2), "0");
  EXPECT_EQ(Value("orders_returns", 2), "1");
  EXPECT_EQ(Value("orders_recency_days", 2), "null");
  EXPECT_EQ(Value("orders_lines_mean", 2), "null");
}

TEST_F(BehaviourFeatures, SeeTheWeekAndTheSameSeasonAYearAgo) {
  Order(1, "2026-06-27", "a", "10");  // a Saturday
  Order(1, "2026-06-26", "b", "30");  // a Friday
  Order(1, "2026-05-20", "c", "10");
  Order(1, "2025-07-01", "d", "8");  // the first moment of last year's windows
  Order(1, "2025-07-30 23:59:59", "e", "9", "0, false, 'p', 'Web Shop'");
  Order(1, "2025-08-01", "f", "5");
  Order(1, "2025-06-30 23:59:59", "g", "100");  // before them
  Run();
  EXPECT_EQ(Value("orders_count_year_ago_30d", 1), "2");
  EXPECT_EQ(Value("orders_spend_year_ago_30d", 1), "17.0000");
  EXPECT_EQ(Value("orders_count_year_ago_90d", 1), "3");
  EXPECT_EQ(Value("round(orders_weekend_share, 4)", 1), Value("round(1/7, 4)", 1));
  EXPECT_EQ(Value("orders_channels", 1), "2");
  EXPECT_EQ(Value("round(orders_value_trend_30d, 4)", 1), Value("round((20-10)/30, 4)", 1));
  EXPECT_EQ(Value("orders_gap_variance_days > 0", 1), "true");
}

TEST_F(BehaviourFeatures, ARowAtTheCutOffNeverCountsAndOneJustBeforeDoes) {
  Order(1, "2026-06-30 23:59:59.999999", "a", "10");
  Order(1, "2026-07-01 00:00:00", "b", "1000");
  Order(1, "2026-08-01 00:00:00", "c", "1000");
  Order(2, "2026-07-01 00:00:00", "d", "1000");
  Sql("INSERT INTO orders VALUES (" + Subject(1) + ", NULL, 'e', 1000, 0, false, 'p', 'store')");
  const Json figures = Run();
  EXPECT_EQ(Value("orders_count", 1), "1");
  EXPECT_EQ(Value("orders_spend", 1), "10.0000");
  EXPECT_EQ(connection_->QueryInt64("SELECT count(*) FROM out").value(), 1);
  const Json& counts = figures["inputs"]["orders"];
  EXPECT_EQ(counts["rows"].AsInt(), 5);
  EXPECT_EQ(counts["used"].AsInt(), 1);
  EXPECT_EQ(counts["at_or_after_cutoff"].AsInt(), 3);
  EXPECT_EQ(counts["without_time"].AsInt(), 1);
}

TEST_F(BehaviourFeatures, TheFutureNeverChangesThePast) {
  Order(1, "2026-06-01", "a", "10");
  Sql("INSERT INTO web VALUES (" + Subject(1) + ", '2026-06-30 10:00:00', 'cart')");
  Run();
  const std::string before = Everything();
  for (int i = 0; i < 50; ++i) Order(i % 3, "2026-07-0" + std::to_string(1 + i % 9), "n", "99");
  Sql("INSERT INTO web VALUES (" + Subject(1) + ", '2026-07-01 00:00:00', 'cart')");
  Sql("INSERT INTO crm VALUES (" + Subject(9) + ", '2026-07-01', 'gold')");
  Run();
  EXPECT_EQ(Everything(), before);
}

TEST_F(BehaviourFeatures, DivideSessionsAtPausesOfMoreThanHalfAnHour) {
  for (const char* at : {"10:00:00", "10:30:00", "11:00:01", "11:00:01"}) {
    Sql("INSERT INTO web VALUES (" + Subject(1) + ", '2026-06-30 " + at + "', 'product')");
  }
  Run();
  EXPECT_EQ(Value("web_events", 1), "4");
  EXPECT_EQ(Value("web_sessions", 1), "2");
  EXPECT_EQ(Value("web_session_events", 1), "2.0");
  EXPECT_EQ(Value("web_product_30d", 1), "4");
  EXPECT_EQ(Value("web_cart_30d", 1), "0");
  EXPECT_EQ(Value("orders_count", 1), "0");
  EXPECT_EQ(Value("orders_recency_days", 1), "null");
}

TEST_F(BehaviourFeatures, KnownCustomersWithoutEventsGetARow) {
  Sql("INSERT INTO crm VALUES (" + Subject(5) + ", '2026-01-01', 'gold'), (" + Subject(5) +
      ", '2026-02-01', NULL), (" + Subject(6) + ", '2026-07-01', 'silver')");
  Run();
  EXPECT_EQ(connection_->QueryInt64("SELECT count(*) FROM out").value(), 1);
  EXPECT_EQ(Value("tier", 5), "gold");
  EXPECT_EQ(Value("orders_count_90d", 5), "0");
  EXPECT_EQ(Value("orders_spend", 5), "0.0000");
  EXPECT_EQ(Value("features_at", 5), "2026-07-01 00:00:00");
}

TEST_F(BehaviourFeatures, DoNotDependOnRowOrderOrPartitions) {
  SeededEntropy entropy(4);
  std::vector<std::string> rows;
  rows.reserve(600);
  for (int i = 0; i < 600; ++i) {
    rows.push_back(
        "(" + Subject(static_cast<int>(entropy.Next() % 40)) +
        ", TIMESTAMP '2026-01-01' + INTERVAL " + std::to_string(entropy.Next() % 20'000'000) +
        " SECOND, '" + std::to_string(entropy.Next() % 300) + "', " +
        std::to_string(static_cast<double>(entropy.Next() % 10000) / 100) + ", " +
        std::to_string(entropy.Next() % 5) + ", " + (entropy.Next() % 10 == 0 ? "true" : "false") +
        ", 'i" + std::to_string(entropy.Next() % 9) + "', '" +
        (entropy.Next() % 2 == 0 ? "store" : "Web Shop") + "')");
  }
  const auto insert = [&](size_t first, size_t step) {
    std::string sql = "INSERT INTO orders VALUES ";
    for (size_t i = first; i < rows.size(); i += step) sql += (i == first ? "" : ",") + rows[i];
    Sql(sql);
  };
  insert(0, 1);
  Run();
  const std::string forward = Everything();
  Fresh();
  for (size_t i = 0; i < 7; ++i) insert(6 - i, 7);
  Run();
  EXPECT_EQ(Everything(), forward);

  // Two partitions by subject, computed apart, hold together the same rows.
  Fresh();
  insert(0, 1);
  Sql("CREATE OR REPLACE TABLE every_order AS FROM orders;"
      "DELETE FROM orders WHERE CAST(subject AS VARCHAR) LIKE '%1'");
  Run();
  Sql("CREATE OR REPLACE TABLE kept AS FROM out; DELETE FROM orders;"
      "INSERT INTO orders SELECT * FROM every_order WHERE CAST(subject AS VARCHAR) LIKE '%1'");
  Run();
  Sql("INSERT INTO out SELECT * FROM kept");
  EXPECT_EQ(Everything(), forward);
}

TEST_F(BehaviourFeatures, PromiseExactlyTheColumnsTheyMake) {
  Order(1, "2026-06-01", "a", "10");
  Run();
  const Result<Schema> schema = FeaturesOutputSchema(options_, Inputs());
  ASSERT_TRUE(schema.ok());
  const auto columns = connection_->Describe("SELECT * FROM out").value();
  ASSERT_EQ(columns.size(), schema->columns.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    EXPECT_EQ(columns[i].name, schema->columns[i].name);
    EXPECT_EQ(columns[i].type, schema->columns[i].type) << columns[i].name;
  }
}

TEST_F(BehaviourFeatures, CarryTheLabelsOfWhatFlowsIn) {
  const Schema schema = FeaturesOutputSchema(options_, Inputs()).value();
  const Column* spend = schema.Find("orders_spend_30d");
  ASSERT_NE(spend, nullptr);
  EXPECT_EQ(spend->label.categories, std::set<std::string>{"user.behavior.purchase_history"});
  EXPECT_TRUE(spend->label.Allows("finance"));
  EXPECT_FALSE(spend->label.Allows("web"));
  EXPECT_TRUE(schema.Find("web_cart_30d")->label.Allows("web"));
  EXPECT_EQ(schema.Find("tier")->label.categories, std::set<std::string>{"user.unique_id"});
}

TEST_F(BehaviourFeatures, RefuseColumnsThatAreNotThereOrCannotServe) {
  options_.events[0].amount = "amout";
  EXPECT_EQ(FeaturesOutputSchema(options_, Inputs()).status().message(),
            "amount: input 'orders' has no column 'amout'; did you mean 'amount'?");
  options_.events[0].amount = "channel";
  EXPECT_EQ(FeaturesOutputSchema(options_, Inputs()).status().message(),
            "input 'orders': amount needs a column of type decimal or int or double, but 'channel' "
            "is text");
  options_.events[0].amount = "amount";
  options_.events[0].channels = {"a b", "A_B"};
  EXPECT_EQ(FeaturesOutputSchema(options_, Inputs()).status().code(), StatusCode::kInvalid);
}

TEST_F(BehaviourFeatures, EmptyInputsGiveAnEmptyTable) {
  EXPECT_EQ(Run()["subjects"].AsInt(), 0);
}

}  // namespace
}  // namespace signet::pipelines
