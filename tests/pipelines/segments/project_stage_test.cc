#include "pipelines/segments/project_stage.h"

#include "tests/pipelines/segments/segment_world.h"

namespace signet::pipelines {
namespace {

class ProjectStage : public SegmentWorld {
 protected:
  static ProjectOptions Options(const std::string& more) {
    const Result<ProjectOptions> options = ProjectOptions::FromJson(
        *Json::Parse(R"({"columns": ["frequency", "recency", "clv"])" + more + "}"));
    EXPECT_TRUE(options.ok()) << options.status().ToString();
    return *options;
  }
  Result<Json> Run(const ProjectOptions& options) {
    Sql("DROP TABLE IF EXISTS out");
    StageContext context;
    context.seed = 7;
    return RunProject(*connection_, options, Subjects(), context);
  }
};

TEST_F(ProjectStage, CountsPeopleByHexagonsThatHoldEnoughOfThem) {
  for (const char* method : {"pca", "tsne"}) {
    SCOPED_TRACE(method);
    const Result<Json> figures = Run(Options(std::string(R"(, "method": ")") + method +
                                             R"(", "group_min": 15, "iterations": 250)"));
    ASSERT_TRUE(figures.ok()) << figures.status().ToString();
    EXPECT_EQ((*figures)["method"].AsString(), method);
    EXPECT_GT(Count("SELECT count(*) FROM out"), 3);
    EXPECT_GE(Count("SELECT min(people) FROM out"), 15);
    EXPECT_EQ(static_cast<int64_t>((*figures)["hexbins"]["bins"].size()),
              Count("SELECT count(*) FROM out"));
  }
}

TEST_F(ProjectStage, PlacesASampleWhereThereAreMore) {
  const Result<Json> figures =
      Run(Options(R"(, "method": "tsne", "sample": 300, "iterations": 100, "group_min": 5)"));
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ((*figures)["rows"].AsInt(), 900);
  EXPECT_EQ((*figures)["rows_placed"].AsInt(), 300);
}

TEST_F(ProjectStage, TheOrderOfRowsDoesNotMatter) {
  const ProjectOptions options =
      Options(R"(, "method": "tsne", "iterations": 100, "sample": 400, "group_min": 5)");
  const std::string first = Run(options)->Dump();
  Sql("CREATE TABLE other AS SELECT * FROM scores ORDER BY hash(subject)");
  Sql("DROP TABLE scores; ALTER TABLE other RENAME TO scores");
  EXPECT_EQ(Run(options)->Dump(), first);
}

TEST_F(ProjectStage, SaysWhatItCannotPlace) {
  EXPECT_FALSE(ProjectOptions::FromJson(*Json::Parse("{}")).ok());
  EXPECT_FALSE(ProjectOutputSchema(
                   *ProjectOptions::FromJson(*Json::Parse(R"({"columns": ["note"]})")), Subjects())
                   .ok());
  Sql("UPDATE scores SET frequency = 1, recency = 1, clv = 1");
  const Result<Json> constant = Run(Options(""));
  EXPECT_EQ(constant.status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::pipelines
