#include "pipelines/catalog/gate_operator.h"

#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/artifacts/sealed_blob.h"
#include "pipelines/catalog/state_blobs.h"
#include "pipelines/govern/gate.h"
#include "policies/consent/fact.h"

namespace signet::pipelines {
namespace {

Status SealFacts(TaskContext& context, int partition, const std::vector<policies::Fact>& facts) {
  if (facts.empty()) return OkStatus();
  const TaskOutput& output = context.Output("facts");
  const StreamHeader header = FactsHeader(output.dataset, partition, context.spec().Producer());
  ASSIGN_OR_RETURN(const LeasedDek dek, context.OutputDek(output, partition, header.label_class));
  FactDelta delta;
  delta.partition = partition;
  delta.facts = facts.size();
  ASSIGN_OR_RETURN(
      delta.stream,
      SealBlob(header, policies::EncodeFacts(facts), dek, context.blobs(), context.entropy()));
  context.result().facts.push_back(std::move(delta));
  return OkStatus();
}

/// Puts right what persons had corrected (GDPR Art. 16) and the source still says wrongly. Options:
/// corrections, a list of {dataset, column, value, subjects}, given with the lease, not in the
/// plan.
Status ApplyCorrections(TaskContext& context,
                        const std::string& source,
                        const GovernedDataset& governed) {
  for (const Json& item : context.spec().options["corrections"].items()) {
    if (item["dataset"].AsString() != source) continue;
    const Column* column = governed.schema().Find(item["column"].AsString());
    if (column == nullptr || column->type == ColumnType::kBytes) continue;
    std::vector<std::string> subjects;
    for (const std::string& text : item["subjects"].AsStrings()) {
      ASSIGN_OR_RETURN(const Uuid uuid, UuidFromText(text));
      subjects.push_back("'" + UuidText(uuid) + "'::UUID");
    }
    const std::string set = " SET " + SqlName(column->name) + " = TRY_CAST(" +
                            SqlLiteral(item["value"].AsString()) + " AS " +
                            std::string(SqlTypeOf(column->type)) + ") WHERE subject IN (" +
                            Join(subjects, ", ") + ")";
    for (size_t p = 0; p < governed.tables().partitions(); ++p) {
      const std::string& table = governed.tables().table(p);
      if (!table.empty()) TRY(context.sql().Execute("UPDATE " + SqlName(table) + set));
    }
  }
  return OkStatus();
}

}  // namespace

GateOperator::GateOperator() {
  signature_.name = "gate";
  signature_.summary = "Gives rows their person, finishes treatments, splits by partition.";
  signature_.shape = Shape::kPerFile;
  signature_.accepts = {DatasetKind::kTokenised, DatasetKind::kIdentity};
  signature_.produces = DatasetKind::kGoverned;
  signature_.in_documents = false;
  signature_.keys = {"cell"};
}

Result<Schema> GateOperator::Bind(const BindRequest& request) const {
  ASSIGN_OR_RETURN(const SourceSpec spec, SourceSpec::FromJson(request.options["source"]));
  return GovernedSchema(spec);
}

Status GateOperator::Run(TaskContext& context) const {
  GateSpec spec;
  ASSIGN_OR_RETURN(spec.source, SourceSpec::FromJson(context.spec().options["source"]));
  ASSIGN_OR_RETURN(spec.jurisdictions,
                   JurisdictionTable::FromJson(context.spec().options["jurisdictions"]));
  ASSIGN_OR_RETURN(spec.cell_key, context.lease().Key("cell"));
  TRY(context.OpenInputs());
  const FactSink sink = [&context](int partition, const std::vector<policies::Fact>& facts) {
    return SealFacts(context, partition, facts);
  };
  ASSIGN_OR_RETURN(const GovernedDataset governed,
                   RunGate(context.sql(), spec, context.stage(), sink));
  TRY(ApplyCorrections(context, spec.source.name, governed));
  context.result().figures = governed.figures();
  return context.WriteOutput(context.Output("out"), governed.tables());
}

}  // namespace signet::pipelines
