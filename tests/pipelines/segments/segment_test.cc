#include "pipelines/segments/segment.h"

#include <map>
#include <memory>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

policies::Label LabelOf(const std::string& category) {
  policies::Label label;
  label.categories = {category};
  label.purposes = {"marketing"};
  return label;
}

class Segment : public testing::Test {
 protected:
  void SetUp() override {
    database_ = std::move(query::Database::Open({}).value());
    connection_ = database_->Connect();
    Sql("CREATE TABLE scores AS SELECT ('00000000-0000-0000-0000-' || lpad(CAST(i AS VARCHAR), 12, "
        "'0'))::UUID AS subject, CASE WHEN i = 0 THEN NULL ELSE i / 10.0 END::DOUBLE AS churn, "
        "(i * 100)::DOUBLE AS clv, 'n' || i AS note FROM range(11) t(i)");
    inputs_ = {{"scores",
                {{{"subject", ColumnType::kUuid, LabelOf("user.unique_id")},
                  {"churn", ColumnType::kDouble, LabelOf("user.churn")},
                  {"clv", ColumnType::kDouble, LabelOf("user.value")},
                  {"note", ColumnType::kText, LabelOf("user.note")}}}}};
  }
  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  Result<Json> Run(const SegmentOptions& options) {
    Sql("DROP TABLE IF EXISTS out");
    return RunSegment(*connection_, options, inputs_, {});
  }
  static SegmentOptions Options(const std::string& json) {
    const Result<SegmentOptions> options = SegmentOptions::FromJson(*Json::Parse(json));
    EXPECT_TRUE(options.ok()) << options.status().ToString();
    return *options;
  }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  std::map<std::string, Schema> inputs_;
};

TEST_F(Segment, HoldsThoseForWhomTheConditionIsTrue) {
  const Result<Json> figures = Run(
      Options(R"({"name": "at_risk", "where": "churn >= 0.6 AND clv >= 700", "keep": ["clv"]})"));
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ((*figures)["members"].AsInt(), 4);
  EXPECT_EQ((*figures)["considered"].AsInt(), 11);
  EXPECT_EQ(connection_->QueryInt64("SELECT count(*) FROM out WHERE segment = 'at_risk'").value(),
            4);
  EXPECT_EQ(connection_->Describe("SELECT * FROM out").value().size(), 3U);
}

TEST_F(Segment, AConditionThatIsNullDoesNotHold) {
  EXPECT_EQ((*Run(Options(R"({"where": "churn < 0.2"})")))["members"].AsInt(), 1);
  EXPECT_EQ((*Run(Options(R"({"where": "NOT churn < 0.2"})")))["members"].AsInt(), 9);
}

TEST_F(Segment, TiersSplitAtTheirCuts) {
  const Result<Json> figures = Run(Options(
      R"({"name": "value", "tiers": {"column": "clv", "cuts": [300, 900], "names": ["low", "mid", "high"]}})"));
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ((*figures)["tiers"]["low"].AsInt(), 3);
  EXPECT_EQ((*figures)["tiers"]["mid"].AsInt(), 6);
  EXPECT_EQ((*figures)["tiers"]["high"].AsInt(), 2);
}

TEST_F(Segment, MembershipCarriesTheLabelsOfTheCondition) {
  const Result<Schema> schema =
      SegmentOutputSchema(Options(R"({"where": "churn > 0.5", "keep": ["note"]})"), inputs_);
  ASSERT_TRUE(schema.ok()) << schema.status().ToString();
  EXPECT_EQ(schema->Find("subject")->label.categories,
            (std::set<std::string>{"user.unique_id", "user.churn"}));
  EXPECT_EQ(schema->Find("note")->label.categories,
            (std::set<std::string>{"user.unique_id", "user.churn", "user.note"}));
}

TEST_F(Segment, RefusesWhatIsNoConditionOrNotThere) {
  for (const char* where : {"clv",
                            "chrn > 0.5",
                            "churn > 0.5; DROP TABLE scores",
                            "churn > (SELECT max(churn) FROM read_csv('/etc/passwd'))",
                            "sum(clv) > 1",
                            "random() < 0.5"}) {
    EXPECT_EQ(
        SegmentOutputSchema(Options(Json::Of({{"where", where}}).Dump()), inputs_).status().code(),
        StatusCode::kInvalid)
        << where;
  }
  EXPECT_FALSE(SegmentOutputSchema(Options(R"({"keep": ["subject"]})"), inputs_).ok());
  EXPECT_FALSE(SegmentOutputSchema(Options(R"({"input": "score"})"), inputs_).ok());
  EXPECT_FALSE(
      SegmentOptions::FromJson(
          *Json::Parse(R"({"tiers": {"column": "clv", "cuts": [5, 1], "names": ["a", "b", "c"]}})"))
          .ok());
  EXPECT_EQ(SegmentOptions::FromJson(*Json::Parse(R"({"were": "true"})")).status().message(),
            "segment: unknown option 'were'; did you mean 'where'?");
}

TEST_F(Segment, RefusesAMemberTwice) {
  Sql("INSERT INTO scores FROM scores LIMIT 1");
  EXPECT_EQ(Run(Options("{}")).status().code(), StatusCode::kInvalid);
}

TEST_F(Segment, ACommentInTheConditionSwallowsNothing) {
  const Result<Json> figures = Run(Options(R"({"where": "clv >= 500 -- the good ones"})"));
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ((*figures)["members"].AsInt(), 6);
}

}  // namespace
}  // namespace signet::pipelines
