#include "tests/coordinator/cli/lab_clusters_world.h"

namespace signet::coordinator {
namespace {

class LabProject : public LabClustersWorld {};

TEST_F(LabProject, TellsComponentsAndDrawsHexagons) {
  ASSERT_EQ(Run({"project",
                 "--in",
                 In(),
                 "--columns",
                 "orders_count,spend,gaps",
                 "--standardise",
                 "--method",
                 "pca",
                 "--min-group",
                 "5",
                 "--picture",
                 Path("map.svg"),
                 "--out",
                 Path("map.csv"),
                 "--format",
                 "json"}),
            0)
      << error_;
  const Json printed = Printed();
  EXPECT_EQ(printed["components"].size(), 3U);
  for (const Json& bin : printed["hexbins"]["bins"].items()) EXPECT_GE(bin["count"].AsInt(), 5);
  EXPECT_EQ(AsText(ReadFile(Path("map.svg")).value()).substr(0, 4), "<svg");
  EXPECT_EQ(AsText(ReadFile(Path("map.csv")).value()).substr(0, 8), "row,x,y\n");
}

TEST_F(LabProject, PlacesByTsne) {
  ASSERT_EQ(Run({"project",
                 "--in",
                 In(),
                 "--columns",
                 "orders_count,spend",
                 "--method",
                 "tsne",
                 "--iterations",
                 "300",
                 "--format",
                 "json"}),
            0)
      << error_;
  EXPECT_GT(Printed()["tsne"]["trustworthiness"].AsDouble(), 0.8);
  EXPECT_LT(Printed()["tsne"]["perplexity"].AsDouble(), 30);
}

TEST_F(LabProject, RefusesAPerplexityThatDoesNotFit) {
  EXPECT_EQ(Run({"project",
                 "--in",
                 In(),
                 "--columns",
                 "spend,gaps",
                 "--method",
                 "tsne",
                 "--perplexity",
                 "100"}),
            1);
  EXPECT_NE(error_.find("perplexity"), std::string::npos);
  EXPECT_EQ(Run({"project", "--in", In(), "--columns", "spend", "--method", "umap"}), 2);
}

}  // namespace
}  // namespace signet::coordinator
