/// A scratch folder with demo data, a state and a pipeline, and the real programs run in it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/json.h"
#include "tests/support/environment.h"
#include "tests/support/process.h"

namespace signet::e2e {

/// `signet` and its folder for one test. All paths lie below one scratch folder.
class Workplace {
 public:
  [[nodiscard]] const std::filesystem::path& root() const { return scratch_.path(); }
  [[nodiscard]] std::filesystem::path data() const { return root() / "data"; }
  [[nodiscard]] std::filesystem::path state() const { return root() / "state"; }
  [[nodiscard]] std::filesystem::path pipeline() const { return root() / "loyalty.yaml"; }

  /// Demo data of so many customers, a copy of the shipped loyalty pipeline with `partitions`, and
  /// an empty state that publishes groups of one.
  void SetUp(int customers, int partitions, bool canaries = false) const;
  /// Writes `loyalty.yaml` after `changes` (each text must occur; all its places are replaced).
  void WritePipeline(const std::vector<std::pair<std::string, std::string>>& changes,
                     const std::string& name = "loyalty.yaml") const;
  /// Makes `folder` a state whose minimum group is 1.
  static void MakeTestState(const std::filesystem::path& folder);

  /// Runs `signet ARGUMENTS` to its end (at most ten minutes).
  [[nodiscard]] testing_support::ProcessResult Signet(std::vector<std::string> arguments,
                                                      const std::string& input = "") const;
  /// The arguments of `signet run` over the data and the state, with JSON output.
  [[nodiscard]] std::vector<std::string> RunArguments(std::vector<std::string> more = {}) const;
  /// `signet run` that must succeed: its report. Null after a failure (recorded as such).
  [[nodiscard]] Json Run(std::vector<std::string> more = {}) const;
  /// Starts `signet ARGUMENTS` and leaves it running.
  [[nodiscard]] std::unique_ptr<testing_support::Process> Start(
      std::vector<std::string> arguments,
      std::map<std::string, std::string> environment = {}) const;

 private:
  testing_support::ScratchFolder scratch_;
};

/// The report that `signet run --format json` printed; null (and a test failure) if it is none.
Json ReportOf(const testing_support::ProcessResult& result);
/// The first snapshot's content digest; empty without one.
std::string ContentDigest(const Json& report);
/// The step's entry in `steps`; null without one.
Json StepOf(const Json& report, const std::string& step);
/// Adds a whole-number figure over all tasks of a step.
int64_t SumOfFigure(const Json& report, const std::string& step, const std::string& figure);

std::string ReadText(const std::filesystem::path& path);
void WriteText(const std::filesystem::path& path, const std::string& text);
/// Replaces each place of `from`.
std::string Replaced(std::string text, const std::string& from, const std::string& to);

/// Compares with tests/golden/e2e/NAME.txt, which SIGNET_UPDATE_GOLDEN=1 rewrites.
void ExpectGolden(const std::string& name, const std::string& text);

}  // namespace signet::e2e
