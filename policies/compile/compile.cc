#include "policies/compile/compile.h"

#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "crypto/base/text.h"
#include "policies/document/reader.h"

namespace signet::policies {
namespace {

namespace fs = std::filesystem;

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// Folder names stay out of the policy's places: "gdpr.yaml", wherever the bundle is installed.
bool IsPath(const std::string& name) {
  return name.find('/') != std::string::npos || name.find(".yaml") != std::string::npos;
}

std::vector<std::string> BundleNames(const fs::path& bundles) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(bundles, ignored)) {
    const std::string stem = entry.path().stem().string();
    if (entry.path().extension() == ".yaml" && stem != "taxonomy" && stem != "organisation") {
      names.push_back(stem);
    }
  }
  return names;
}

}  // namespace

Result<Policy> CompilePolicies(const PolicySources& sources, GroupFloor floor) {
  ASSIGN_OR_RETURN(const Node taxonomy_document, ReadDocument(sources.taxonomy));
  ASSIGN_OR_RETURN(const Node organisation_document, ReadDocument(sources.organisation));
  Diagnostics diagnostics;
  Taxonomy taxonomy = CompileTaxonomy(taxonomy_document, diagnostics);
  Organisation organisation = CompileOrganisation(organisation_document, diagnostics);
  TRY(ToStatus(diagnostics));
  std::vector<PolicyPart> parts;
  for (const fs::path& path : sources.policies) {
    ASSIGN_OR_RETURN(const Node document, ReadDocument(path));
    parts.push_back(CompilePart(document, taxonomy, diagnostics, floor));
  }
  TRY(ToStatus(diagnostics));
  std::optional<Policy> policy =
      Policy::Compose(std::move(parts), std::move(taxonomy), std::move(organisation), diagnostics);
  TRY(ToStatus(diagnostics));
  CHECK(policy.has_value());
  return *std::move(policy);
}

Result<PolicySources> FindPolicies(const std::vector<std::string>& names,
                                   const fs::path& base,
                                   const fs::path& bundles) {
  PolicySources sources;
  for (const std::string& name : names) {
    fs::path path = IsPath(name) ? base / name : bundles / (name + ".yaml");
    if (!Exists(path)) {
      const std::string nearest = NearestName(name, BundleNames(bundles));
      return NotFound("policy '" + name + "' is not found")
          .WithDiagnostic("SIG-2010")
          .WithRemedy(nearest.empty() ? "name a bundle (gdpr, ccpa) or a path"
                                      : "did you mean '" + nearest + "'?");
    }
    sources.policies.push_back(std::move(path));
  }
  const auto find = [&](const char* file) {
    return Exists(base / file) ? base / file : bundles / file;
  };
  sources.taxonomy = find("taxonomy.yaml");
  sources.organisation = find("organisation.yaml");
  return sources;
}

}  // namespace signet::policies
