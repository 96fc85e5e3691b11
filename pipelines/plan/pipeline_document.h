/// PipelineDocument: what a pipeline's YAML says, read strictly, not yet bound to anything.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/plan/run_options.h"
#include "pipelines/record/dataset.h"
#include "policies/document/diagnostic.h"
#include "policies/document/located_json.h"
#include "policies/document/node.h"

namespace signet::pipelines {

/// One declared column of a source: what it is, and what it tells about the subject.
struct ColumnDecl {
  std::string name;
  policies::Mark mark;
  std::string category;  ///< empty for columns that only carry facts
  policies::Mark category_mark;
  ColumnType type = ColumnType::kText;
  bool required = false;
  std::string jurisdiction;  ///< "country", "region" or empty
  std::string minor;         ///< "birth_date", "flag" or empty
  std::string consent;       ///< the purpose it speaks of
  std::string as_of;         ///< the column with the time of the consent
  std::string opt_out;       ///< "sale" or empty
  std::string signal;        ///< "gpc" or empty
  /// Special categories that the column may stand for, beside those that the policies name.
  std::vector<std::string> proxy_for;
};

struct LinkDecl {
  std::string column;
  std::string type;    ///< link type's name, or empty: the category's
  std::string domain;  ///< ids only; empty: the source's
  policies::Mark mark;
};

struct SourceDecl {
  std::string name;
  policies::Mark mark;
  Json read;  ///< format and its options
  policies::LocatedJson located_read;
  std::string path;  ///< pattern, parameters substituted
  policies::Mark path_mark;
  bool has_subject = true;
  std::string id_column;
  /// Whose numbers the ids are: equal ids of two domains are two persons' unless something else
  /// links them.
  std::string id_domain = "customer";
  std::vector<LinkDecl> links;
  policies::Mark subject_mark;
  std::string time;
  policies::Mark time_mark;
  bool aggregate_only = false;
  double quarantine_share_max = 0.05;
  std::vector<std::string> unique;
  std::vector<ColumnDecl> columns;

  [[nodiscard]] const ColumnDecl* Find(const std::string& column) const;
};

struct InputDecl {
  std::string view;
  std::string dataset;
  policies::Mark mark;
  bool approved = false;  ///< "churn@approved": the version of a model that is in force
};

struct StepDecl {
  std::string id;
  std::string told_id;    ///< as the document has it: differs where the planner wrote steps out
  std::string told_uses;  ///< likewise
  policies::Mark mark;
  std::string uses;
  policies::Mark uses_mark;
  std::string purpose;
  policies::Mark purpose_mark;
  std::vector<InputDecl> inputs;
  policies::LocatedJson options;
  bool allow_failure = false;
  StepRunOptions run;
  std::vector<std::string> after;  ///< steps it waits for, beside the writers of its inputs

  /// Whether it is one of several steps that stand for one of the document.
  [[nodiscard]] bool written_out() const { return uses != told_uses; }
};

struct PipelineDocument {
  std::string name;
  policies::Mark mark;
  std::vector<std::string> policies;
  std::vector<policies::Mark> policy_marks;  ///< of each of `policies`
  int partitions = 8;
  uint64_t seed = 1;
  std::map<std::string, Json> params;             ///< values in force, dates as text
  std::map<std::string, std::string> sql_params;  ///< the same as SQL literals
  Timestamp as_of;
  PipelineRunOptions run;
  std::vector<SourceDecl> sources;
  std::vector<StepDecl> steps;
};

/// Reads the document with `given` parameters; "today" is the day of `now`. Everything wrong goes
/// to `diagnostics`; then nothing is returned.
std::optional<PipelineDocument> ReadPipeline(const policies::Node& root,
                                             const std::map<std::string, std::string>& given,
                                             Timestamp now,
                                             policies::Diagnostics& diagnostics);

}  // namespace signet::pipelines
