/// A coordinator that stands, and workers that enrol with it over the network.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/e2e/common/workplace.h"
#include "tests/support/process.h"

namespace signet::e2e {

inline constexpr testing_support::Process::Seconds kStandingPatience{90};

/// The shop (shop.h) of so many customers, and `signet coordinator` over its state, without
/// workers.
class StandingShop : public testing::Test {
 protected:
  explicit StandingShop(int customers) : customers_(customers) {}
  void SetUp() override;
  /// Ends it, which must go well.
  void Stop();

  [[nodiscard]] testing_support::ProcessResult Signet(std::vector<std::string> arguments,
                                                      const std::string& input = "") const;
  [[nodiscard]] static testing_support::ProcessResult Worker(std::vector<std::string> arguments);
  [[nodiscard]] std::filesystem::path Secret(const std::string& name) const;
  /// Invited, and its own key brought to the door.
  void Enrol(const std::string& name) const;
  /// A worker with the key of `key`, called `name`, that offers `labels` ("a,b").
  [[nodiscard]] std::unique_ptr<testing_support::Process> StartWorker(
      const std::string& key, const std::string& name, const std::string& labels = "") const;
  /// Asks until the coordinator's answer to `question` (arguments; JSON) contains `what`.
  void WaitForAnswer(const std::vector<std::string>& question, const std::string& what);
  void WaitForTop(const std::string& what) { WaitForAnswer({"top"}, what); }
  /// `signet submit` of the shop's pipeline; `more` "-w" waits for its end.
  [[nodiscard]] testing_support::ProcessResult Submit(const std::vector<std::string>& more = {
                                                          "--no-cache", "-w"}) const;

  Workplace place_;
  std::unique_ptr<testing_support::Process> coordinator_;
  std::string door_;
  std::string endpoint_;
  std::string server_key_;

 private:
  int customers_;
};

}  // namespace signet::e2e
