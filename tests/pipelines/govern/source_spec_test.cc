#include "pipelines/govern/source_spec.h"

#include <functional>

#include "tests/pipelines/govern/govern_world.h"

namespace signet::pipelines {
namespace {

using policies::TreatmentKind;

TEST(SourceSpec, SurvivesJson) {
  SourceSpec spec = CrmSpec();
  spec.path = "crm.csv";
  spec.unique = {"customer_id"};
  spec.unidentified = Unidentified::kAggregateOnly;
  spec.columns[0].required = true;
  const auto back = SourceSpec::FromJson(spec.ToJson());
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(back->ToJson().Dump(), spec.ToJson().Dump());
  EXPECT_EQ(*TokenisedSchema(*back), *TokenisedSchema(spec));
}

TEST(SourceSpec, GovernedSchemaHoldsTheSubjectAndNeitherLinksNorDroppedColumns) {
  const Schema schema = *GovernedSchema(CrmSpec());
  EXPECT_EQ(schema.Names(),
            (std::vector<std::string>{
                "subject", "customer_id", "email", "birth_date", "postcode", "spend", "tier"}));
  EXPECT_EQ(schema.Find("customer_id")->type, ColumnType::kBytes);
  EXPECT_EQ(schema.Find("birth_date")->type, ColumnType::kInt64);
  EXPECT_EQ(schema.Find("tier")->type, ColumnType::kUuid);
}

TEST(SourceSpec, RefusesWhatThePlannerMayNotSay) {
  struct Case {
    const char* name;
    std::function<void(SourceSpec&)> change;
  };
  const std::vector<Case> cases = {
      {"column twice", [](SourceSpec& s) { s.columns.push_back(s.columns[0]); }},
      {"our own name", [](SourceSpec& s) { s.columns[5].name = "subject"; }},
      {"a link's name", [](SourceSpec& s) { s.columns[5].name = "link_1"; }},
      {"link to nothing", [](SourceSpec& s) { s.links[0].column = "nobody"; }},
      {"as_of nothing", [](SourceSpec& s) { s.columns[9].as_of = "nothing"; }},
      {"as_of a text", [](SourceSpec& s) { s.columns[9].as_of = "name"; }},
      {"consent to nothing", [](SourceSpec& s) { s.columns[9].purpose = ""; }},
      {"year of a text",
       [](SourceSpec& s) {
         s.columns[4].treatment.options = Json::Of({{"year", true}});
       }},
      {"unique by nothing", [](SourceSpec& s) { s.unique = {"nothing"}; }},
      {"share above 1", [](SourceSpec& s) { s.quarantine_share_max = 2; }},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    SourceSpec spec = CrmSpec();
    c.change(spec);
    EXPECT_EQ(spec.Check().code(), StatusCode::kInvalid);
    EXPECT_FALSE(TokenisedSchema(spec).ok());
  }
}

}  // namespace
}  // namespace signet::pipelines
