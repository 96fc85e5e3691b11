#include "coordinator/cli/lab_purchases.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

namespace signet::coordinator {

void AddLabPurchaseOptions(CLI::App& command, LabPurchaseOptions& options) {
  command.add_option("--in", options.in, "A CSV, TSV, TXT, JSONL or Parquet file, also .gz")
      ->required();
  command.add_option("--where", options.where, "SQL condition: the rows to take");
  command.add_option("--customer", options.customer, "Who bought: a column or SQL")->required();
  command.add_option("--time", options.time, "When: a column or SQL")->required();
  command.add_option("--amount", options.amount, "What was paid: a column or SQL");
  command.add_option("--until", options.until, "The last day of the data to fit (default: of all)");
  command.add_option(
      "--holdout", options.holdout, "The last day of the time to forecast and judge");
  command.add_option("--unit", options.unit, "hour, day, week or month")
      ->check(CLI::IsMember({"hour", "day", "week", "month"}));
}

Result<Timestamp> LabMoment(const std::string& option, const std::string& text) {
  std::string iso = text;
  const bool digits =
      text.size() == 8 &&
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  if (digits) iso = text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2);
  Result<Timestamp> moment = TimestampFromText(iso);
  if (moment.ok()) return moment;
  return Invalid(option + ": '" + text + "' is no date").WithRemedy("write it as 2026-01-31");
}

Result<LabPurchases> ReadLabPurchases(const LabPurchaseOptions& options,
                                      bool log_gaps,
                                      bool names) {
  LabPurchases read;
  pipelines::PurchaseTableOptions& table = read.rows;
  ASSIGN_OR_RETURN(table.unit, pipelines::TimeUnitFromName(options.unit));
  if (!options.holdout.empty()) {
    ASSIGN_OR_RETURN(table.holdout, LabMoment("--holdout", options.holdout));
    if (options.until.empty()) {
      return Invalid("--holdout without --until").WithRemedy("say with --until where it begins");
    }
  }
  if (!options.until.empty()) {
    ASSIGN_OR_RETURN(table.until, LabMoment("--until", options.until));
  }
  ASSIGN_OR_RETURN(read.input, LabInput::Open(options.in, options.where));
  LabInput* const input = read.input.get();
  ASSIGN_OR_RETURN(table.customer, input->ValueSql("--customer", options.customer));
  ASSIGN_OR_RETURN(table.time, input->TimeSql("--time", options.time));
  if (!options.amount.empty()) {
    ASSIGN_OR_RETURN(table.amount, input->ValueSql("--amount", options.amount));
  }
  if (options.until.empty()) {
    ASSIGN_OR_RETURN(
        table.until.micros,
        input->connection().QueryInt64("SELECT epoch_us(max(" + table.time + ")) FROM input"));
  }
  table.table = "input";
  table.log_gaps = log_gaps;
  table.names = names;
  ASSIGN_OR_RETURN(read.table, pipelines::ReadPurchases(input->connection(), table));
  return read;
}

}  // namespace signet::coordinator
