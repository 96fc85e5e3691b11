#include "pipelines/plan/open_lineage.h"

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

using OpenLineageTest = PlanWorld;

TEST_F(OpenLineageTest, EachStepTellsWhereItsColumnsComeFrom) {
  const Plan plan = MustPlan(
      Steps("  a: {uses: sql, purpose: marketing.segmentation, inputs: {c: crm}, sql: \"SELECT "
            "subject, upper(tier) AS level FROM c WHERE country = 'FI'\"}\n"));
  const Json events = OpenLineageEvents(plan, plan.as_of);
  const Json* step = nullptr;
  const Json* gate = nullptr;
  for (const Json& event : events.items()) {
    EXPECT_EQ(event["eventTime"].AsString(), TimestampText(plan.as_of));
    EXPECT_EQ(event["job"]["namespace"].AsString(), "signet");
    if (event["job"]["name"].AsString() == "small.a") step = &event;
    if (event["job"]["name"].AsString() == "small.gate.crm") gate = &event;
  }
  ASSERT_TRUE(step != nullptr && gate != nullptr) << events.Pretty();
  const Json& facets = (*step)["outputs"].items().at(0)["facets"];
  EXPECT_NE(facets["columnLineage"]["_schemaURL"].AsString().find("ColumnLineageDatasetFacet"),
            std::string::npos);
  bool direct = false;
  bool indirect = false;
  for (const Json& input : facets["columnLineage"]["fields"]["level"]["inputFields"].items()) {
    const Json& how = input["transformations"].items().at(0);
    EXPECT_EQ(input["name"].AsString(), "small.crm");
    direct = direct || (input["field"].AsString() == "tier" && how["type"].AsString() == "DIRECT");
    indirect = indirect ||
               (input["field"].AsString() == "country" && how["type"].AsString() == "INDIRECT");
  }
  EXPECT_TRUE(direct && indirect) << facets.Pretty();
  EXPECT_EQ(facets["schema"]["fields"].items().at(0)["name"].AsString(), "subject");
  EXPECT_EQ(facets["signet_label"]["planDigest"].AsString(), plan.Digest());
  const Json& governed =
      (*gate)["outputs"].items().at(0)["facets"]["columnLineage"]["fields"]["birth_date"];
  EXPECT_TRUE(
      governed["inputFields"].items().at(0)["transformations"].items().at(0)["masking"].AsBool())
      << "the day is generalised to the year";
}

}  // namespace
}  // namespace signet::pipelines
