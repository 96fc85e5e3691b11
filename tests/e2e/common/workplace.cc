#include "tests/e2e/common/workplace.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace signet::e2e {

namespace fs = std::filesystem;
using testing_support::Process;
using testing_support::ProcessOptions;
using testing_support::ProcessResult;

namespace {

constexpr Process::Seconds kPatience{600};  // against hanging, not slowness

}  // namespace

void Workplace::SetUp(int customers, int partitions, bool canaries) const {
  std::vector<std::string> arguments{"data",
                                     "generate",
                                     "--customers",
                                     std::to_string(customers),
                                     "--seed",
                                     "7",
                                     "--out",
                                     data().string()};
  if (canaries) arguments.emplace_back("--canaries");
  const ProcessResult made = Signet(arguments);
  ASSERT_EQ(made.exit_code, 0) << made.err;
  WritePipeline({{"partitions: 8", "partitions: " + std::to_string(partitions)}});
  MakeTestState(state());
}

void Workplace::WritePipeline(const std::vector<std::pair<std::string, std::string>>& changes,
                              const std::string& name) const {
  std::string text = ReadText("pipelines/definitions/loyalty.yaml");
  for (const auto& [from, to] : changes) {
    ASSERT_NE(text.find(from), std::string::npos) << "loyalty.yaml no longer holds: " << from;
    text = Replaced(text, from, to);
  }
  WriteText(root() / name, text);
}

void Workplace::MakeTestState(const fs::path& folder) {
  fs::create_directories(folder);
  WriteText(folder / "test-state", "");
}

ProcessResult Workplace::Signet(std::vector<std::string> arguments,
                                const std::string& input) const {
  ProcessOptions options;
  options.arguments = std::move(arguments);
  options.input = input;
  options.folder = root();
  ProcessResult result =
      RunProcess(testing_support::ProgramFolder() / "signet", options, kPatience);
  EXPECT_FALSE(result.timed_out) << result.err;
  EXPECT_EQ(result.signal, 0) << result.err;
  return result;
}

std::vector<std::string> Workplace::RunArguments(std::vector<std::string> more) const {
  std::vector<std::string> arguments{"run",
                                     pipeline().string(),
                                     "-p",
                                     "data=" + data().string(),
                                     "--state",
                                     state().string(),
                                     "--format",
                                     "json",
                                     "--no-cache"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Json Workplace::Run(std::vector<std::string> more) const {
  const ProcessResult result = Signet(RunArguments(std::move(more)));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result.exit_code == 0 ? ReportOf(result) : Json();
}

std::unique_ptr<Process> Workplace::Start(std::vector<std::string> arguments,
                                          std::map<std::string, std::string> environment) const {
  ProcessOptions options;
  options.arguments = std::move(arguments);
  options.environment = std::move(environment);
  options.folder = root();
  return Process::Start(testing_support::ProgramFolder() / "signet", options);
}

Json ReportOf(const ProcessResult& result) {
  Result<Json> report = Json::Parse(result.out);
  EXPECT_TRUE(report.ok()) << "not one JSON object on standard output; standard error:\n"
                           << result.err;
  return report.ok() ? std::move(report).value() : Json();
}

std::string ContentDigest(const Json& report) {
  const Json& snapshots = report["snapshots"];
  return snapshots.size() == 0 ? "" : snapshots.items().front()["content_digest"].AsString();
}

Json StepOf(const Json& report, const std::string& step) {
  for (const Json& entry : report["steps"].items()) {
    if (entry["id"].AsString() == step) return entry;
  }
  return {};
}

int64_t SumOfFigure(const Json& report, const std::string& step, const std::string& figure) {
  int64_t sum = 0;
  for (const Json& task : report["figures"][step].items()) sum += task[figure].AsInt();
  return sum;
}

std::string ReadText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << "cannot read " << path;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void WriteText(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  EXPECT_TRUE(file.good()) << "cannot write " << path;
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

void ExpectGolden(const std::string& name, const std::string& text) {
  const fs::path path = fs::path("tests/golden/e2e") / (name + ".txt");
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
  if (std::getenv("SIGNET_UPDATE_GOLDEN") != nullptr) {
    fs::create_directories(path.parent_path());
    WriteText(path, text);
    return;
  }
  ASSERT_TRUE(fs::exists(path)) << path << " is missing: run with SIGNET_UPDATE_GOLDEN=1";
  EXPECT_EQ(text, ReadText(path)) << path;
}

}  // namespace signet::e2e
