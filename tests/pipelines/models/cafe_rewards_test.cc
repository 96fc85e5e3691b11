// Real data: which offers of a rewards programme are completed. Skipped where it is absent.
// Windows that are still open at the end are left out; the latest offers are held out; features
// lie strictly before the offer.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/text.h"
#include "pipelines/models/folds.h"
#include "pipelines/models/study.h"
#include "pipelines/query/database.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

constexpr int kHoursOfData = 714;

/// One row per offer received whose window is over.
std::string StudySql(const std::string& folder) {
  const auto file = [&folder](const char* name) { return SqlLiteral(folder + "/" + name); };
  return "CREATE TABLE events AS SELECT customer_id, event, time_h, offer_id, amount FROM "
         "read_csv(" +
         file("events.csv.gz") + ", sample_size=-1);" +
         "CREATE TABLE customers AS SELECT customer_id, gender, CASE WHEN age < 118 THEN age END "
         "AS "
         "age, income, CAST(became_member_on AS BIGINT) AS since FROM read_csv(" +
         file("customers.csv") + ");" +
         "CREATE TABLE received AS SELECT row_number() OVER (ORDER BY e.customer_id, e.time_h, "
         "e.offer_id) AS id, e.customer_id, e.time_h AS sent, e.offer_id, o.offer_type, "
         "o.difficulty, o.reward, o.duration, o.channels FROM events e JOIN read_csv(" +
         file("offers.csv") +
         ") o USING (offer_id) WHERE e.event = 'offer received' AND o.offer_type <> "
         "'informational' AND e.time_h + 24 * o.duration <= " +
         std::to_string(kHoursOfData) +
         ";CREATE TABLE history AS SELECT r.id, count(*) FILTER (event = 'transaction') AS "
         "purchases, sum(amount) FILTER (event = 'transaction') AS spend, max(amount) FILTER "
         "(event = 'transaction') AS largest, r.sent - max(time_h) FILTER (event = 'transaction') "
         "AS recency, count(*) FILTER (event = 'offer received') AS offers, count(*) FILTER "
         "(event = 'offer viewed') AS viewed, count(*) FILTER (event = 'offer completed') AS "
         "completed FROM received r LEFT JOIN events e ON e.customer_id = r.customer_id AND "
         "e.time_h < r.sent GROUP BY r.id, r.sent;"
         "CREATE TABLE study AS SELECT r.*, c.gender, c.age, c.income, c.since, h.purchases, "
         "h.spend, h.largest, h.recency, h.offers, h.viewed, h.completed, EXISTS (SELECT 1 FROM "
         "events e WHERE e.customer_id = r.customer_id AND e.event = 'offer completed' AND "
         "e.offer_id = r.offer_id AND e.time_h BETWEEN r.sent AND r.sent + 24 * r.duration) AS "
         "done "
         "FROM received r JOIN customers c USING (customer_id) JOIN history h USING (id)";
}

std::vector<std::string> Texts(query::Connection& connection, const std::string& column) {
  const auto rows = std::move(connection
                                  .Query("SELECT coalesce(CAST(" + column +
                                         " AS VARCHAR), '') FROM study "
                                         "ORDER BY id")
                                  .value());
  std::vector<std::string> texts;
  query::Chunk chunk;
  while (rows->Next(chunk).value()) {
    for (size_t r = 0; r < chunk.size(); ++r) texts.emplace_back(chunk.Text(0, r));
  }
  return texts;
}

TEST(CafeRewards, CompletionIsToldByHistoryOnATemporalSplit) {
  const auto folder = testing_support::SharedPath("data/starbucks_rewards");
  if (!folder) GTEST_SKIP() << "no ../shared/data/starbucks_rewards";
  query::DatabaseOptions database_options;
  for (const char* name : {"events.csv.gz", "customers.csv", "offers.csv"}) {
    database_options.readable_paths.push_back((*folder / name).string());
  }
  const auto database = std::move(query::Database::Open(database_options).value());
  const auto connection = database->Connect();
  const Status made = connection->Execute(StudySql(folder->string()));
  ASSERT_TRUE(made.ok()) << made.ToString();
  Table table;
  for (const char* name : {"sent",
                           "offer_type",
                           "difficulty",
                           "reward",
                           "duration",
                           "channels",
                           "gender",
                           "age",
                           "income",
                           "since",
                           "purchases",
                           "spend",
                           "largest",
                           "recency",
                           "offers",
                           "viewed",
                           "completed",
                           "done"}) {
    table.columns.push_back(ColumnOfTexts(name, Texts(*connection, name)));
  }
  std::vector<uint64_t> keys;
  for (const std::string& id : Texts(*connection, "customer_id")) keys.push_back(TextKey(id));
  StudyOptions options;
  options.target = "done";
  options.time = "sent";
  options.search = 0;
  options.rounds = 120;
  options.threads = 2;
  const Result<Json> with = RunStudy(table, keys, options, {});
  ASSERT_TRUE(with.ok()) << with.status().ToString();
  options.drop = {"purchases", "spend", "largest", "recency", "offers", "viewed", "completed"};
  const Result<Json> without = RunStudy(table, keys, options, {});
  ASSERT_TRUE(without.ok()) << without.status().ToString();
  const double history = (*with)["auc"]["value"].AsDouble();
  const double plain = (*without)["auc"]["value"].AsDouble();
  RecordProperty("auc_with_history", FixedText(history, 4));
  RecordProperty("auc_without", FixedText(plain, 4));
  EXPECT_GT(history, 0.86) << "XGBoost with history reaches 0.88";
  EXPECT_GT(plain, 0.80) << "XGBoost without history reaches 0.82";
  EXPECT_GT(history, plain + 0.03);
  EXPECT_EQ((*with)["alarms"].size(), 0U);
  EXPECT_LT((*with)["ece"].AsDouble(), 0.08);
}

}  // namespace
}  // namespace signet::pipelines
