// The corpus in hostile/: each file is the `steps:` of a pipeline over kSources that tries to carry
// a forbidden column past the proof. Its head says what it tries and what must happen:
//   # what: ...
//   # expect: SIG-3003              refused with exactly this error, at the line marked "# HERE"
//   # expect: proved subject tier   planned, and the last step gives exactly these columns
#include <algorithm>
#include <filesystem>

#include "crypto/base/text.h"
#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

constexpr char kFolder[] = "tests/pipelines/plan/hostile";

std::vector<std::string> CorpusNames() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder, ignored)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string HeadOf(const std::string& text, const std::string& key) {
  const std::string mark = "# " + key + ": ";
  const size_t at = text.find(mark);
  return at == std::string::npos
             ? std::string()
             : text.substr(at + mark.size(), text.find('\n', at) - at - mark.size());
}

/// The number of the line that is marked, in the whole document.
size_t MarkedLine(const std::string& document) {
  const size_t at = document.find("# HERE");
  if (at == std::string::npos) return 0;
  return static_cast<size_t>(std::count(
             document.begin(), document.begin() + static_cast<std::ptrdiff_t>(at), '\n')) +
         1;
}

class HostileCorpus : public PlanWorld, public ::testing::WithParamInterface<std::string> {};

TEST_P(HostileCorpus, IsRefusedAtTheRightLineOrProvedForWhatItIs) {
  const Result<Bytes> file = ReadFile(std::string(kFolder) + "/" + GetParam() + ".yaml");
  ASSERT_TRUE(file.ok());
  const std::string steps(AsText(*file));
  const std::string expect = HeadOf(steps, "expect");
  SCOPED_TRACE(HeadOf(steps, "what"));
  const std::string document = Steps(steps);
  const Result<Planned> planned = Make(document);
  if (expect.rfind("proved ", 0) == 0) {
    ASSERT_TRUE(planned.ok()) << planned.status().message();
    const Schema& schema = planned->plan.steps.back().outputs.front().schema;
    std::vector<std::string> wanted = Split(expect.substr(7), ' ');
    std::vector<std::string> given = schema.Names();
    std::sort(wanted.begin(), wanted.end());
    std::sort(given.begin(), given.end());
    EXPECT_EQ(given, wanted);
    const std::string& purpose = planned->plan.steps.back().purpose;
    for (const Column& column : schema.columns) {
      EXPECT_TRUE(column.label.Allows(purpose)) << column.name;
    }
    return;
  }
  ASSERT_FALSE(planned.ok()) << "planned without complaint";
  const std::string& message = planned.status().message();
  EXPECT_NE(message.find("[" + expect + "]"), std::string::npos) << message;
  const size_t line = MarkedLine(document);
  ASSERT_GT(line, 0U) << "no line is marked";
  EXPECT_NE(message.find("p.yaml:" + std::to_string(line) + ":"), std::string::npos)
      << "line " << line << " is not named in:\n"
      << message;
}

INSTANTIATE_TEST_SUITE_P(Files,
                         HostileCorpus,
                         ::testing::ValuesIn(CorpusNames()),
                         [](const auto& entry) { return entry.param; });

TEST(HostileCorpusFolder, HoldsTheTricksThatTheIssueNames) {
  const std::vector<std::string> names = CorpusNames();
  EXPECT_GE(names.size(), 60U);
  for (const char* trick : {"rename",
                            "star",
                            "pivot",
                            "concatenation",
                            "hash_escrowed",
                            "case_encoding",
                            "cte_nested",
                            "column_named_like_table"}) {
    EXPECT_NE(std::find(names.begin(), names.end(), trick), names.end()) << trick;
  }
}

}  // namespace
}  // namespace signet::pipelines
