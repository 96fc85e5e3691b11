#include "pipelines/catalog/gate_operator.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipelines/artifacts/sealed_blob.h"
#include "pipelines/catalog/state_blobs.h"
#include "pipelines/govern/gate.h"
#include "policies/consent/fact.h"

namespace signet::pipelines {
namespace {

/// The planner's table of jurisdictions, looked up as Policy::JurisdictionOf does: a jurisdiction
/// that names regions beats one that covers the whole country.
class JurisdictionTable {
 public:
  explicit JurisdictionTable(const Json& table) {
    for (const Json& item : table.items()) {
      for (const std::string& country : item["countries"].AsStrings()) {
        if (item["regions"].items().empty()) by_country_[country] = item["name"].AsString();
        for (const std::string& region : item["regions"].AsStrings()) {
          by_region_[country + "/" + region] = item["name"].AsString();
        }
      }
    }
  }

  [[nodiscard]] std::string Find(std::string_view country, std::string_view region) const {
    const auto regional = by_region_.find(Upper(country) + "/" + Upper(region));
    if (regional != by_region_.end()) return regional->second;
    const auto national = by_country_.find(Upper(country));
    return national != by_country_.end() ? national->second : std::string();
  }

 private:
  static std::string Upper(std::string_view text) {
    std::string upper(text);
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return upper;
  }

  std::map<std::string, std::string> by_country_;
  std::map<std::string, std::string> by_region_;
};

Status SealFacts(TaskContext& context, int partition, const std::vector<policies::Fact>& facts) {
  if (facts.empty()) return OkStatus();
  const TaskOutput& output = context.Output("facts");
  const StreamHeader header = FactsHeader(output.dataset, partition, context.spec().Producer());
  ASSIGN_OR_RETURN(const LeasedDek dek, context.OutputDek(output, partition, header.label_class));
  FactDelta delta;
  delta.partition = partition;
  delta.facts = facts.size();
  ASSIGN_OR_RETURN(delta.stream, SealBlob(header, policies::EncodeFacts(facts), dek, context.blobs(),
                                          context.entropy()));
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
  const JurisdictionTable table(context.spec().options["jurisdictions"]);
  spec.jurisdiction = [&table](std::string_view country, std::string_view region) {
    return table.Find(country, region);
  };
  ASSIGN_OR_RETURN(spec.cell_key, context.lease().Key("cell"));
  TRY(context.OpenInputs());
  const FactSink sink = [&context](int partition, std::vector<policies::Fact> facts) {
    return SealFacts(context, partition, facts);
  };
  ASSIGN_OR_RETURN(const GovernedDataset governed,
                   RunGate(context.sql(), spec, context.stage(), sink));
  context.result().figures = governed.figures();
  return context.WriteOutput(context.Output("out"), std::string(kPartitionColumn));
}

}  // namespace signet::pipelines
