// `signet lab features rfm`: recency, frequency and monetary value on a plain file.

#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "coordinator/cli/console.h"
#include "coordinator/cli/lab_commands.h"
#include "coordinator/cli/lab_input.h"
#include "coordinator/cli/lab_purchases.h"
#include "coordinator/cli/padding.h"
#include "crypto/base/csv.h"
#include "crypto/base/text.h"
#include "pipelines/features/rfm.h"

namespace signet::coordinator {
namespace {

using pipelines::RfmLine;
using pipelines::RfmTable;

struct LabRfmOptions {
  std::string in, where, customer, time, amount, order, as_of;
  bool customers = false;
  std::string format = "text";
};

Result<RfmTable> Compute(const LabRfmOptions& options) {
  pipelines::RfmTableOptions rfm;
  ASSIGN_OR_RETURN(rfm.as_of, LabMoment("--as-of", options.as_of));
  ASSIGN_OR_RETURN(const std::unique_ptr<LabInput> input,
                   LabInput::Open(options.in, options.where));
  ASSIGN_OR_RETURN(rfm.customer, input->ValueSql("--customer", options.customer));
  ASSIGN_OR_RETURN(rfm.time, input->TimeSql("--time", options.time));
  ASSIGN_OR_RETURN(rfm.amount, input->ValueSql("--amount", options.amount));
  if (!options.order.empty()) {
    ASSIGN_OR_RETURN(rfm.order, input->ValueSql("--order", options.order));
  }
  rfm.table = "input";
  rfm.lines = options.customers || options.format == "csv";
  return pipelines::ComputeRfm(input->connection(), rfm);
}

std::string Csv(const RfmTable& table) {
  std::string csv =
      "customer,recency_days,frequency,monetary,net_monetary,purchase_days,tenure_days,"
      "r,f,m,rfm\n";
  for (const RfmLine& line : table.lines) {
    const std::string r = std::to_string(line.recency_score);
    const std::string f = std::to_string(line.frequency_score);
    const std::string m = std::to_string(line.monetary_score);
    csv += CsvField(line.customer);
    for (const std::string& field : {FixedText(line.recency_days, 6),
                                     std::to_string(line.frequency),
                                     FixedText(line.monetary, 4),
                                     FixedText(line.net_monetary, 4),
                                     std::to_string(line.days),
                                     FixedText(line.tenure_days, 6),
                                     r,
                                     f,
                                     m}) {
      csv.append(",").append(field);
    }
    csv.append(",").append(r).append(f).append(m).append("\n");
  }
  return csv;
}

Json JsonOf(const RfmTable& table) {
  Json json = table.ToJson();
  if (table.lines.empty()) return json;
  Json lines{Json::Array()};
  for (const RfmLine& line : table.lines) {
    lines.Push(Json::Of({{"customer", line.customer},
                         {"recency_days", line.recency_days},
                         {"frequency", line.frequency},
                         {"monetary", line.monetary},
                         {"net_monetary", line.net_monetary},
                         {"purchase_days", line.days},
                         {"tenure_days", line.tenure_days},
                         {"r", line.recency_score},
                         {"f", line.frequency_score},
                         {"m", line.monetary_score}}));
  }
  json.Set("lines", std::move(lines));
  return json;
}

std::string Text(const RfmTable& table) {
  std::string text =
      WithThousands(table.customers) + " customers from " + WithThousands(table.rows) + " rows (" +
      WithThousands(table.at_or_after) + " at or after as-of, " + WithThousands(table.returns) +
      " returns)\n\ncustomers (mean monetary) by recency R down, frequency F across\n"
      "     F";
  for (int f = 1; f <= 5; ++f) text += PaddedLeft(std::to_string(f), 20);
  text += "\n";
  for (size_t r = 5; r-- > 0;) {
    text += "R " + std::to_string(r + 1) + "   ";
    for (size_t f = 0; f < 5; ++f) {
      const pipelines::RfmCell& cell = table.grid[r][f];
      const double mean =
          cell.customers > 0 ? cell.monetary / static_cast<double>(cell.customers) : 0;
      text += PaddedLeft(WithThousands(cell.customers) + " (" + FixedText(mean, 2) + ")", 20);
    }
    text += "\n";
  }
  return text;
}

Status Rfm(const LabRfmOptions& options) {
  ASSIGN_OR_RETURN(const RfmTable table, Compute(options));
  if (options.format == "json") {
    PrintJson(JsonOf(table));
  } else {
    PrintData(options.format == "csv" ? Csv(table) : Text(table));
  }
  return OkStatus();
}

}  // namespace

void AddLabFeatures(CLI::App& lab, CommandOutcome& outcome) {
  auto o = std::make_shared<LabRfmOptions>();
  CLI::App* features = lab.add_subcommand("features", "Features of customers");
  features->require_subcommand(1);
  CLI::App* rfm = features->add_subcommand("rfm", "Recency, frequency, monetary value; quintiles");
  rfm->add_option("--in", o->in, "A CSV, TSV, TXT, JSONL or Parquet file, also .gz")->required();
  rfm->add_option("--where", o->where, "SQL condition: the rows to take");
  rfm->add_option("--customer", o->customer, "Who bought: a column or SQL")->required();
  rfm->add_option("--time", o->time, "When: a column or SQL")->required();
  rfm->add_option("--amount", o->amount, "What was paid: a column or SQL")->required();
  rfm->add_option("--order", o->order, "Rows with one id are one purchase (default: each row is)");
  rfm->add_option("--as-of", o->as_of, "What came before this date counts")->required();
  rfm->add_flag("--customers", o->customers, "json: a line for each customer, too");
  rfm->add_option("--format", o->format, "text (the grid), json, or csv (a line a customer)")
      ->check(CLI::IsMember({"text", "json", "csv"}));
  rfm->callback([o, &outcome] {
    const Status status = Rfm(*o);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace signet::coordinator
