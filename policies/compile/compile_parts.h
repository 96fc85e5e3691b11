/// Pieces of the compiler that its files share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policies/compile/compile.h"
#include "policies/compile/policy.h"
#include "policies/document/map_reader.h"

namespace signet::policies {

/// Checks `signet: 1` and that the document is of `kind` ("policy"); returns its name.
std::string ReadHeading(MapReader& reader, std::string_view kind);
/// Text of `article`; reports SIG-2009 when there is none.
std::string ReadArticle(MapReader& reader);
/// "gdpr.yaml:41 categories.user.contact.email".
std::string RuleText(const Mark& mark, std::string_view path);

/// An enumeration's value by name: `choices` lists the names, `from_name` reads them.
template <typename Enum>
Enum ReadEnum(MapReader& reader,
              std::string_view key,
              const std::vector<std::string>& choices,
              Enum fallback,
              Result<Enum> (*from_name)(std::string_view)) {
  const std::string name = reader.Choice(key, choices, "");
  if (name.empty()) return fallback;
  const Result<Enum> value = from_name(name);
  return value.ok() ? *value : fallback;
}

/// The purposes of `part` that `names` mean: each name is a purpose or an ancestor of some. Reports
/// SIG-2003 for a name that means none.
std::set<std::string> ResolvePurposes(const std::vector<Node>& names,
                                      const PolicyPart& part,
                                      Diagnostics& diagnostics);

/// The items of a list of texts, or the one text, as nodes with their places.
std::vector<Node> TextNodes(MapReader& reader, std::string_view key);

/// What a retention may be stated for.
const std::vector<std::string>& DatasetKinds();

/// Where data may rest, go and be shown: retention, publication, transfers (compile_limits.cc).
void CompileLimits(MapReader& policy, PolicyPart& part, Diagnostics& diagnostics, GroupFloor floor);

void CompileCategories(const std::vector<Node::Entry>& entries,
                       const Taxonomy& taxonomy,
                       PolicyPart& part,
                       Diagnostics& diagnostics);

}  // namespace signet::policies
