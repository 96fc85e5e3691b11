/// Reads a user's SELECT before it runs: is it one of those we can prove, and what flows where?
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines::query {

/// Columns of the inputs: "table.column".
using ColumnSet = std::set<std::string>;

/// One column of a SELECT's result.
struct OutputColumn {
  std::string name;
  ColumnType type = ColumnType::kText;
  /// Whose values flow in; conditions of CASE and FILTER too, for they encode what they test.
  ColumnSet values;
  ColumnSet indirect;  ///< which decide about its rows: filters, join and group keys, orders
};

struct SelectAnalysis {
  std::vector<OutputColumn> columns;
  ColumnSet read;                ///< every column that is read at all
  std::set<std::string> tables;  ///< every table that is read
  /// Whether the result has one row per group or per set rather than per input row.
  bool aggregates = false;
};

/// While one lives, the analyses of its thread share one engine: opening one takes far longer than
/// an analysis. A session within another one uses the outer one's.
class AnalysisSession {
 public:
  AnalysisSession();
  ~AnalysisSession();
  AnalysisSession(const AnalysisSession&) = delete;
  AnalysisSession& operator=(const AnalysisSession&) = delete;

  /// Starts to open the engine in a thread of its own, for a caller who has other things to do
  /// before it asks. Worth it where many statements follow.
  void OpenAhead();
  /// Starts to parse those statements there (opens the engine ahead, too). What is found does not
  /// change by it. Call it once.
  void ParseAhead(std::vector<std::string> statements);

 private:
  bool outermost_ = false;
};

/// Binds `sql`, exactly one SELECT, against `tables` (name to schema) and nothing else. Refused
/// with kInvalid and the place in the text ("line 1, column 8: ..."): other statements, unknown
/// names, functions and node classes that are not on the allow-lists (files, settings, other
/// catalogs, query()), and whatever may change from run to run (random, now, first, unordered list,
/// LIMIT without a total order, approximate and sampled results). Whole-row references and whatever
/// cannot be resolved count as every input. Names and types are those DuckDB gives on empty tables.
Result<SelectAnalysis> AnalyseSelect(std::string_view sql,
                                     const std::map<std::string, Schema>& tables);

/// The same for one expression (a segment's `where`, a check's assertion) over one table.
Result<SelectAnalysis> AnalyseExpression(std::string_view expression,
                                         const std::string& table,
                                         const Schema& schema);

}  // namespace signet::pipelines::query
