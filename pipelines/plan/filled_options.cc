#include "pipelines/plan/filled_options.h"

#include <algorithm>

namespace signet::pipelines {

Json FilledOptions(const StepDecl& decl, const policies::Policy& policy) {
  Json options = decl.options.value;
  if (decl.uses == "segment" && !options.Has("name")) options.Set("name", decl.id);
  if (decl.uses == "publish" && !options.Has("snapshot")) options.Set("snapshot", decl.id);
  const bool asked = options.Has("min_leaf") && !options["min_leaf"].is_int();
  if (decl.uses == "train" && !asked) {
    options.Set("min_leaf", std::max(options["min_leaf"].AsInt(0), policy.publication().min_leaf));
  }
  return options;
}

}  // namespace signet::pipelines
