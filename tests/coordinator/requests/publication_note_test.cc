#include "coordinator/requests/publication_note.h"

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

pipelines::PlannedStep Publish() {
  pipelines::PlannedStep step;
  step.op = "publish";
  for (const char* recipient : {"mail", "ads"}) {
    step.task_options.push_back(
        Json::Of({{"recipient", recipient}, {"publish", Json::Of({{"snapshot", "loyalty"}})}}));
  }
  return step;
}

Json Report() {
  const Json held = Json::Of({{"name", "gold"},
                              {"members", 900},
                              {"additions_held_until", "2026-01-08T00:00:00.000000Z"}});
  const Json plain = Json::Of({{"name", "silver"}, {"members", 700}});
  const Json tiny = Json::Of(
      {{"name", "tiny"}, {"reason", "segment 'tiny' is below the minimum group of 50 people"}});
  return Json::Of({{"snapshots",
                    Json::List({Json::Of({{"name", "loyalty"},
                                          {"recipient", "mail"},
                                          {"segments", Json::List({held, plain})},
                                          {"withheld", Json::List({tiny})}}),
                                Json::Of({{"name", "loyalty"},
                                          {"recipient", "ads"},
                                          {"segments", Json::List({plain})},
                                          {"withheld", Json(Json::Array())}})})}});
}

TEST(PublicationNote, TellsWhatWaitsAndWhatIsWithheldWithoutNumbersOfPeople) {
  const std::string note = PublicationNote(Publish(), 0, Report());
  EXPECT_NE(note.find("few additions to segment 'gold' wait until they are a group, or 2026-01-08"),
            std::string::npos)
      << note;
  EXPECT_NE(note.find("withheld: segment 'tiny' is below"), std::string::npos);
  EXPECT_EQ(note.find("900"), std::string::npos);
  EXPECT_EQ(note.find("silver"), std::string::npos);
}

TEST(PublicationNote, IsEmptyForOtherTasksAndSteps) {
  EXPECT_EQ(PublicationNote(Publish(), 1, Report()), "");
  EXPECT_EQ(PublicationNote(Publish(), 2, Report()), "");
  pipelines::PlannedStep sql;
  sql.op = "sql";
  EXPECT_EQ(PublicationNote(sql, 0, Report()), "");
}

}  // namespace
}  // namespace signet::coordinator
