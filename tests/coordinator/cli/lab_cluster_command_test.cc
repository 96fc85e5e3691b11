#include <algorithm>

#include "tests/coordinator/cli/lab_clusters_world.h"

namespace signet::coordinator {
namespace {

class LabCluster : public LabClustersWorld {};

TEST_F(LabCluster, ChoosesKAndWritesEachRowsCluster) {
  ASSERT_EQ(Run({"cluster",
                 "--in",
                 In(),
                 "--columns",
                 "orders_count,spend",
                 "--standardise",
                 "--k",
                 "2..5",
                 "--resamples",
                 "3",
                 "--out",
                 Path("out.csv"),
                 "--format",
                 "json"}),
            0)
      << error_;
  EXPECT_EQ(Printed()["chosen_k"].AsInt(), 3);
  EXPECT_EQ(Printed()["clusters"].size(), 3U);
  const Result<Bytes> csv = ReadFile(Path("out.csv"));
  ASSERT_TRUE(csv.ok());
  EXPECT_EQ(AsText(*csv).substr(0, 12), "row,cluster\n");
  EXPECT_EQ(std::count(csv->begin(), csv->end(), uint8_t{'\n'}), 91);
}

TEST_F(LabCluster, PrintsTextForPeople) {
  ASSERT_EQ(Run({"cluster",
                 "--in",
                 In(),
                 "--columns",
                 "orders_count,spend",
                 "--log",
                 "--k",
                 "3",
                 "--method",
                 "ward",
                 "--resamples",
                 "0"}),
            0);
  EXPECT_NE(out_.find("cluster 3: 30 rows"), std::string::npos) << out_;
}

TEST_F(LabCluster, RefusesBadInputWithAReason) {
  struct Case {
    std::vector<std::string> more;
    const char* says;
  };
  for (const Case& c : {Case{{"--columns", "name"}, "number"},
                        Case{{"--columns", "spent"}, "did you mean 'spend'"},
                        Case{{"--columns", "constant"}, "constant"},
                        Case{{"--columns", "negative", "--log"}, "negative values"},
                        Case{{"--columns", "spend", "--k", "500"}, "distinct"},
                        Case{{"--columns", "spend", "--k", "8..2"}, "range"},
                        Case{{"--columns", "spend/(constant-7)"}, ""}}) {
    std::vector<std::string> arguments = {"cluster", "--in", In()};
    arguments.insert(arguments.end(), c.more.begin(), c.more.end());
    SCOPED_TRACE(c.more[1]);
    EXPECT_EQ(Run(arguments), 1) << out_;
    EXPECT_NE(error_.find(c.says), std::string::npos) << error_;
  }
}

TEST_F(LabCluster, CountsRowsThatMissAValue) {
  ASSERT_EQ(Run({"cluster",
                 "--in",
                 In(),
                 "--columns",
                 "spend,gaps,constant",
                 "--k",
                 "2",
                 "--resamples",
                 "0",
                 "--format",
                 "json"}),
            0);
  EXPECT_EQ(Printed()["rows_missing_a_value"].AsInt(), 1);
  EXPECT_EQ(Printed()["constant_columns"].size(), 1U);
}

}  // namespace
}  // namespace signet::coordinator
