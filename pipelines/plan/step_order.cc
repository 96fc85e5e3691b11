#include "pipelines/plan/step_order.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

/// A walk in depth.
class StepOrder {
 public:
  explicit StepOrder(Planning& planning) : p_(planning) {
    for (const StepDecl& step : p_.document.steps) by_id_.emplace(step.id, &step);
  }

  std::vector<const StepDecl*> Sorted() {
    for (const StepDecl& step : p_.document.steps) Visit(step);
    return std::move(sorted_);
  }

 private:
  enum class Colour { kWhite, kGrey, kBlack };

  void Visit(const StepDecl& step) {
    Colour& colour = colours_[step.id];
    if (colour == Colour::kBlack) return;
    if (colour == Colour::kGrey) {
      p_.diagnostics.Error(
          "SIG-3006", step.mark, "step '" + step.id + "' depends on itself: " + CycleText(step));
      p_.refused.insert(step.id);
      return;
    }
    colour = Colour::kGrey;
    trail_.push_back(step.id);
    for (const std::string& dataset : DatasetsOf(step)) {
      const auto found = by_id_.find(dataset);
      if (found != by_id_.end()) Visit(*found->second);
    }
    trail_.pop_back();
    colours_[step.id] = Colour::kBlack;
    sorted_.push_back(&step);
  }

  /// "a <- b <- a": who reads whom.
  [[nodiscard]] std::string CycleText(const StepDecl& step) const {
    const auto begin = std::find(trail_.begin(), trail_.end(), step.id);
    return Join({begin, trail_.end()}, " <- ") + " <- " + step.id;
  }

  Planning& p_;
  std::map<std::string, const StepDecl*> by_id_;
  std::vector<std::string> trail_;  // from the step visited first to the current one
  std::map<std::string, Colour> colours_;
  std::vector<const StepDecl*> sorted_;
};

}  // namespace

std::vector<std::string> DatasetsOf(const StepDecl& step) {
  std::vector<std::string> datasets;
  for (const InputDecl& input : step.inputs) datasets.push_back(input.dataset);
  if (step.uses == "publish") {
    for (const Json& segment : step.options.value["segments"].items()) {
      datasets.push_back(segment.AsString());
    }
  }
  return datasets;
}

std::vector<const StepDecl*> SortedSteps(Planning& planning) {
  return StepOrder(planning).Sorted();
}

}  // namespace signet::pipelines
