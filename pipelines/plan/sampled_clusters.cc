#include "pipelines/plan/sampled_clusters.h"

#include <algorithm>
#include <string>
#include <utility>

namespace signet::pipelines {
namespace {

/// A part of `step` that reads what the step reads.
StepDecl PartOf(const StepDecl& step, const std::string& suffix, const std::string& uses) {
  StepDecl part = step;
  part.id = step.id + suffix;
  part.uses = uses;
  return part;
}

/// A part that comes after others: whether and when it runs follows from theirs.
StepDecl LaterPartOf(const StepDecl& step, const std::string& suffix, const std::string& uses) {
  StepDecl part = PartOf(step, suffix, uses);
  part.run.approvals = 0;
  part.run.when = StepRunOptions().when;
  return part;
}

InputDecl Reads(const StepDecl& step, const std::string& view, const StepDecl& from) {
  InputDecl input;
  input.view = view;
  input.dataset = from.id;
  input.mark = step.mark;
  return input;
}

/// "learnt", or a name like it that no input has.
std::string FreeView(const StepDecl& step) {
  std::string view = "learnt";
  const auto taken = [&](const InputDecl& input) { return input.view == view; };
  while (std::any_of(step.inputs.begin(), step.inputs.end(), taken)) view += "_";
  return view;
}

void WriteOut(const StepDecl& step, std::vector<StepDecl>& written) {
  StepDecl sample = PartOf(step, ".sample", "cluster_sample");
  StepDecl scaling = PartOf(step, ".scaling", "cluster_sums");
  if (step.run.approvals > 0) {
    scaling.run.approvals = 0;
    scaling.after.push_back(sample.id);
  }
  StepDecl learnt = LaterPartOf(step, ".learnt", "cluster_learn");
  learnt.inputs = {Reads(step, "sample", sample), Reads(step, "scaling", scaling)};
  StepDecl sums = LaterPartOf(step, ".sums", "cluster_sums");
  sums.inputs.push_back(Reads(step, FreeView(step), learnt));
  StepDecl whole = LaterPartOf(step, "", "cluster_merge");
  whole.inputs = {Reads(step, "learnt", learnt), Reads(step, "sums", sums)};
  for (StepDecl* part : {&sample, &scaling, &learnt, &sums, &whole}) {
    written.push_back(std::move(*part));
  }
}

}  // namespace

std::vector<StepDecl> WithSampledClusters(std::vector<StepDecl> steps) {
  std::vector<StepDecl> written;
  written.reserve(steps.size());
  for (StepDecl& step : steps) {
    if (step.uses == "cluster" && !step.options.value["sample"].is_null()) {
      WriteOut(step, written);
    } else {
      written.push_back(std::move(step));
    }
  }
  return written;
}

}  // namespace signet::pipelines
