/// From documents to a Policy: gdpr.yaml, ccpa.yaml, taxonomy.yaml, organisation.yaml.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "policies/compile/policy.h"
#include "policies/document/diagnostic.h"
#include "policies/document/node.h"

namespace signet::policies {

struct PolicySources {
  /// Policy documents.
  std::vector<std::filesystem::path> policies;
  std::filesystem::path taxonomy;
  std::filesystem::path organisation;
};

/// Whether a minimum group below kMinGroupFloor is an error (SIG-2015). Only states that are marked
/// as test states may do without.
enum class GroupFloor { kEnforced, kTestState };

/// Reads and composes. kInvalid with every located error (see Diagnostics), kNotFound for a missing
/// file.
Result<Policy> CompilePolicies(const PolicySources& sources,
                               GroupFloor floor = GroupFloor::kEnforced);

/// The same for what a pipeline writes: each of `names` is a bundle's name ("gdpr":
/// <bundles>/gdpr.yaml) or a path relative to `base`. taxonomy.yaml and organisation.yaml are taken
/// from `base` if they are there, else from `bundles`.
Result<PolicySources> FindPolicies(const std::vector<std::string>& names,
                                   const std::filesystem::path& base,
                                   const std::filesystem::path& bundles);

/// Parts of the work, on documents already read; errors go to `diagnostics`.
Taxonomy CompileTaxonomy(const Node& document, Diagnostics& diagnostics);
Organisation CompileOrganisation(const Node& document, Diagnostics& diagnostics);
PolicyPart CompilePart(const Node& document,
                       const Taxonomy& taxonomy,
                       Diagnostics& diagnostics,
                       GroupFloor floor = GroupFloor::kEnforced);

/// JSON Schema (draft-07) of a policy document, for `signet schema policy`.
Json PolicySchema();

}  // namespace signet::policies
