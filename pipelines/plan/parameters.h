/// Parameters of a pipeline: declared with a type, given with -p, substituted as ${name}.
#pragma once

#include <map>
#include <string>

#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "policies/document/diagnostic.h"
#include "policies/document/map_reader.h"
#include "policies/document/node.h"

namespace signet::pipelines {

struct Parameters {
  std::map<std::string, Json> values;          ///< dates and durations as text
  std::map<std::string, std::string> sql;      ///< typed literals for $name in SQL
  std::map<std::string, std::string> moments;  ///< those of type date or duration, as text
};

/// Reads `params:` (SIG-3014 for an unknown name given, SIG-3015 for a missing or ill-typed value).
Parameters ReadParameters(policies::MapReader& document,
                          const std::map<std::string, std::string>& given,
                          Timestamp now,
                          policies::Diagnostics& diagnostics);

/// The tree with ${name} replaced in every scalar; marks stay. SIG-3014 for an unknown name.
policies::Node Substitute(const policies::Node& node,
                          const Parameters& parameters,
                          policies::Diagnostics& diagnostics);

/// `sql` with $name (outside quotes) replaced by typed literals; unknown names stay for the parser.
std::string SubstituteSql(const std::string& sql,
                          const std::map<std::string, std::string>& literals);

}  // namespace signet::pipelines
