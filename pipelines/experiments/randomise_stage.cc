#include "pipelines/experiments/randomise_stage.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/text.h"
#include "crypto/primitives/sha256.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

struct Population {
  std::vector<Uuid> subjects;
  std::vector<std::string> names, strata;
};

/// Each subject once; of several strata the first by name.
Result<Population> ReadPopulation(query::Connection& connection, const RandomiseOptions& o) {
  const std::string stratum =
      o.stratum.empty() ? "''"
                        : "coalesce(min(CAST(" + SqlName(o.stratum) + " AS VARCHAR)), '(none)')";
  ASSIGN_OR_RETURN(
      const std::unique_ptr<query::Rows> rows,
      connection.Query("SELECT subject, CAST(subject AS VARCHAR), " + stratum + " FROM " +
                       SqlName(o.population) +
                       " WHERE subject IS NOT NULL GROUP BY subject ORDER BY subject"));
  Population population;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return population;
    for (size_t r = 0; r < chunk.size(); ++r) {
      population.subjects.push_back(chunk.GetUuid(0, r));
      population.names.emplace_back(chunk.Text(1, r));
      population.strata.emplace_back(chunk.Text(2, r));
    }
  }
}

Json DesignJson(const AssignmentDesign& design) {
  Json json = Json::Of({{"experiment", design.experiment},
                        {"layer", design.layer},
                        {"from", design.from},
                        {"to", design.to},
                        {"holdout", design.holdout_share}});
  for (const ArmShare& arm : design.arms) json.Field("arms").Set(arm.name, arm.share);
  return json;
}

Status WriteArms(query::Connection& connection,
                 const Schema& schema,
                 const RandomiseOptions& o,
                 const Population& population,
                 const std::vector<Placement>& placements,
                 Timestamp as_of) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  size_t r = 0;
  for (size_t i = 0; i < placements.size(); ++i) {
    if (placements[i].why != Placement::Why::kAssigned) continue;
    writer->column(0).SetUuid(r, population.subjects[i]);
    writer->column(1).SetText(r, o.design.arms[placements[i].arm].name);
    writer->column(2).SetInt64(r, as_of.micros);
    if (++r < query::kChunkRows) continue;
    TRY(writer->Flush(r));
    r = 0;
  }
  TRY(writer->Flush(r));
  return writer->Finish();
}

}  // namespace

Result<RandomiseOptions> RandomiseOptions::FromJson(const Json& json) {
  OptionReader reader("randomise", json);
  RandomiseOptions o;
  o.population = reader.Text("population", o.population);
  o.stratum = reader.Text("strata");
  o.design.experiment = reader.RequiredText("experiment");
  o.design.salt = reader.RequiredText("salt");
  o.design.layer = reader.Text("layer", o.design.layer);
  o.design.from = reader.Number("range_from", 0, 0, 1);
  o.design.to = reader.Number("range_to", 1, 0, 1);
  o.design.holdout_share = reader.Number("holdout", 0, 0, 0.99);
  const Json& arms = reader.Map("arms");
  OptionReader shares("randomise: arms", arms);
  for (const auto& [arm, share] : arms.fields()) {
    o.design.arms.push_back({arm, shares.Number(arm, 0, 1e-9, 1e9)});
  }
  TRY(shares.Finish());
  TRY(reader.Finish());
  TRY(o.design.Check().WithContext("randomise"));
  return o;
}

std::vector<OptionDoc> RandomiseOptions::Options() {
  return {
      {"population", "input", "", "population", "Who may take part."},
      {"experiment", "text", "", "required", "The test's name: another name mixes anew."},
      {"salt", "text", "", "required", "Any random text, kept for good."},
      {"arms", "map of number", "share", "required", "The arms with their shares."},
      {"strata", "column", "", "", "Exact shares within each of its values."},
      {"layer", "text", "", "default", "Tests of one layer exclude each other by their ranges."},
      {"range_from", "number", "share", "0", "Begin of this test's range of the layer."},
      {"range_to", "number", "share", "1", "End of this test's range of the layer."},
      {"holdout", "number", "share", "0", "Of everybody: in no test with this salt."}};
}

Result<Schema> RandomiseOutputSchema(const RandomiseOptions& options,
                                     const std::map<std::string, Schema>& inputs) {
  ASSIGN_OR_RETURN(const Schema* population, InputNamed(inputs, options.population));
  ASSIGN_OR_RETURN(const Column* subject,
                   ColumnNamed(*population, options.population, kSubjectColumn));
  policies::Label label = subject->label;
  if (!options.stratum.empty()) {
    ASSIGN_OR_RETURN(const Column* stratum,
                     ColumnNamed(*population, options.population, options.stratum));
    label = policies::Label::Join(label, stratum->label);
  }
  return Schema{{{std::string(kSubjectColumn), ColumnType::kUuid, subject->label},
                 {"arm", ColumnType::kText, label},
                 {"assigned_at", ColumnType::kTimestamp, label}}};
}

Result<Json> RunRandomise(query::Connection& connection,
                          const RandomiseOptions& options,
                          const std::map<std::string, Schema>& inputs,
                          const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, RandomiseOutputSchema(options, inputs));
  ASSIGN_OR_RETURN(const Population population, ReadPopulation(connection, options));
  std::vector<Placement> placements;
  if (options.stratum.empty()) {
    for (const std::string& name : population.names) {
      placements.push_back(Place(options.design, name));
    }
  } else {
    ASSIGN_OR_RETURN(placements,
                     PlaceStratified(options.design, population.names, population.strata));
  }
  TRY(WriteArms(connection, schema, options, population, placements, context.as_of));
  int64_t holdout = 0;
  int64_t elsewhere = 0;
  std::vector<int64_t> arms(options.design.arms.size(), 0);
  for (const Placement& placement : placements) {
    holdout += placement.why == Placement::Why::kHoldout ? 1 : 0;
    elsewhere += placement.why == Placement::Why::kOtherTraffic ? 1 : 0;
    if (placement.why == Placement::Why::kAssigned) ++arms[placement.arm];
  }
  const Json design = DesignJson(options.design);
  Json figures = Json::Of({{"design", design},
                           {"design_digest", ToHex(crypto::Sha256::Of(AsBytes(design.Dump())))},
                           {"holdout", holdout},
                           {"other_traffic", elsewhere}});
  for (size_t a = 0; a < arms.size(); ++a) {
    figures.Field("arms").Set(options.design.arms[a].name, arms[a]);
  }
  return figures;
}

}  // namespace signet::pipelines
