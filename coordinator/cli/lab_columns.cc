#include "coordinator/cli/lab_columns.h"

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

#include <CLI/CLI.hpp>

#include "coordinator/cli/lab_input.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

/// Splits at commas outside of parentheses and quotes: "a, round(b, 2)" is two columns.
std::vector<std::string> SplitColumns(const std::string& text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      quote = c == quote ? '\0' : quote;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      --depth;
    }
    if (c == ',' && depth == 0 && quote == 0) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  for (std::string& part : parts) part = std::string(Trim(part));
  return parts;
}

bool IsBareName(const std::string& text) {
  return text.find_first_of("()+-*/'\"<>= ") == std::string::npos;
}

}  // namespace

void AddLabColumnsOptions(CLI::App& command, LabColumnsOptions& options) {
  options.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  command.add_option("--in", options.in, "CSV, TSV, TXT, JSONL (also .gz) or Parquet")->required();
  command.add_option("--where", options.where, "SQL condition: which rows take part");
  command.add_option("--columns", options.columns, "Numeric columns or expressions: a,b,c")
      ->required();
  command.add_flag("--log", options.log, "Take log(1 + x) of every column first");
  command.add_flag("--standardise,--standardize",
                   options.standardise,
                   "Scale every column to mean 0 and standard deviation 1");
  command.add_option("--seed", options.seed, "Seed of everything that is drawn");
  command.add_option("--threads", options.threads, "Threads; results do not depend on them")
      ->check(CLI::Range(1, 64));
  command.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
}

Result<LabColumns> ReadLabColumns(const LabColumnsOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<LabInput> input,
                   LabInput::Open(options.in, options.where));
  LabColumns columns;
  for (const std::string& given : options.columns) {
    std::vector<std::string> parts = {given};
    if (!input->Has(given)) parts = SplitColumns(given);
    for (const std::string& name : parts) {
      if (name.empty()) return Invalid("--columns names an empty column");
      if (IsBareName(name)) TRY(input->Require(name));
      columns.names.push_back(name);
    }
  }
  for (const std::string& name : columns.names) {
    ASSIGN_OR_RETURN(std::vector<double> values, input->Numbers(name));
    columns.values.push_back(std::move(values));
  }
  return columns;
}

}  // namespace signet::coordinator
