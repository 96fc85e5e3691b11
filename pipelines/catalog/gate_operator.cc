#include "pipelines/catalog/gate_operator.h"

#include <string>
#include <utility>
#include <vector>

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
  const FactSink sink = [&context](int partition, std::vector<policies::Fact> facts) {
    return SealFacts(context, partition, facts);
  };
  ASSIGN_OR_RETURN(const GovernedDataset governed,
                   RunGate(context.sql(), spec, context.stage(), sink));
  context.result().figures = governed.figures();
  return context.WriteOutput(context.Output("out"), governed.tables());
}

}  // namespace signet::pipelines
