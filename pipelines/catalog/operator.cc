#include "pipelines/catalog/operator.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/primitives/sha256.h"
#include "pipelines/catalog/collect_operator.h"
#include "pipelines/catalog/decision_operators.h"
#include "pipelines/catalog/gate_operator.h"
#include "pipelines/catalog/profile_operator.h"
#include "pipelines/catalog/publish_operator.h"
#include "pipelines/catalog/rekey_operator.h"
#include "pipelines/catalog/resolve_operator.h"
#include "pipelines/catalog/reveal_operator.h"
#include "pipelines/catalog/rights_operators.h"
#include "pipelines/catalog/segment_operators.h"
#include "pipelines/catalog/source_operator.h"
#include "pipelines/catalog/sql_operator.h"
#include "pipelines/catalog/stage_operator.h"
#include "pipelines/catalog/subject_refs_operator.h"
#include "pipelines/experiments/experiment.h"
#include "pipelines/features/behaviour_features.h"
#include "pipelines/models/drift_stage.h"
#include "pipelines/models/judge_stage.h"
#include "pipelines/models/purchase_stage.h"
#include "pipelines/models/score.h"
#include "pipelines/models/train.h"
#include "pipelines/segments/quality_check.h"
#include "pipelines/segments/segment.h"

namespace signet::pipelines {
namespace {

/// Raised when an operator's meaning changes, so that a worker of another version refuses the task.
constexpr std::string_view kCatalogVersion = "3";

using Features = StageOperator<FeatureOptions, FeaturesOutputSchema, RunFeatures>;
using Train = StageOperator<TrainOptions, TrainOutputSchema, RunTrain>;
using Fit = StageOperator<FitOptions, FitOutputSchema, RunFit>;
using Forecast = StageOperator<ForecastOptions, ForecastOutputSchema, RunForecast>;
using Judge = StageOperator<JudgeOptions, JudgeOutputSchema, RunJudge>;
using Score = StageOperator<ScoreOptions, ScoreOutputSchema, RunScore>;
using Experiment = StageOperator<ExperimentOptions, ExperimentOutputSchema, RunExperiment>;
using Drift = StageOperator<DriftStageOptions, DriftOutputSchema, RunDrift>;
using Segment = StageOperator<SegmentOptions, SegmentOutputSchema, RunSegment>;
using Check = StageOperator<CheckOptions, CheckOutputSchema, RunCheck>;

std::vector<std::unique_ptr<Operator>> MakeStages() {
  using Kind = DatasetKind;
  std::vector<std::unique_ptr<Operator>> all;
  all.push_back(std::make_unique<SqlOperator>());
  all.push_back(std::make_unique<Features>(
      Signature("features",
                "What each subject did before a cut-off: RFM and behaviour windows.",
                Shape::kPerPartition,
                {Kind::kGoverned, Kind::kFeatures},
                Kind::kFeatures)));
  all.push_back(std::make_unique<Train>(
      Signature("train",
                "Learns churn, value, propensity or survival from features and what came after.",
                Shape::kOnce,
                {Kind::kGoverned, Kind::kFeatures},
                Kind::kModel)));
  all.push_back(
      std::make_unique<Judge>(Signature("judge",
                                        "Champion and challenger on the very same people.",
                                        Shape::kOnce,
                                        {Kind::kGoverned, Kind::kFeatures, Kind::kModel},
                                        Kind::kAggregate)));
  all.push_back(
      std::make_unique<Score>(Signature("score",
                                        "Applies trained models to features, with reason codes.",
                                        Shape::kPerPartition,
                                        {Kind::kFeatures, Kind::kModel},
                                        Kind::kScores)));
  all.push_back(std::make_unique<Drift>(
      Signature("drift",
                "Compares features and scores with a reference (PSI, KS); says when to retrain.",
                Shape::kOnce,
                {Kind::kFeatures, Kind::kScores},
                Kind::kAggregate)));
  all.push_back(std::make_unique<Fit>(
      Signature("fit",
                "Fits a purchase model (BG/NBD and its kin) and Gamma-Gamma to purchases.",
                Shape::kOnce,
                {Kind::kGoverned},
                Kind::kModel)));
  all.push_back(std::make_unique<Forecast>(
      Signature("forecast",
                "What a purchase model expects of each subject: P(alive), purchases, value.",
                Shape::kPerPartition,
                {Kind::kGoverned, Kind::kModel},
                Kind::kScores)));
  all.push_back(std::make_unique<Experiment>(
      Signature("experiment",
                "Reads out an A/B test, or says why it must not be read.",
                Shape::kOnce,
                {Kind::kGoverned, Kind::kFeatures, Kind::kScores, Kind::kSegment},
                Kind::kAggregate)));
  all.push_back(std::make_unique<Segment>(Signature("segment",
                                                    "The subjects for whom a condition holds.",
                                                    Shape::kPerPartition,
                                                    {Kind::kFeatures, Kind::kScores},
                                                    Kind::kSegment)));
  all.push_back(std::make_unique<Check>(
      Signature("check",
                "Named assertions about data; blocking or warning.",
                Shape::kOnce,
                {Kind::kGoverned, Kind::kFeatures, Kind::kScores, Kind::kSegment, Kind::kReference},
                Kind::kAggregate)));
  for (std::unique_ptr<Operator>& op : SegmentOperators()) all.push_back(std::move(op));
  for (std::unique_ptr<Operator>& op : DecisionOperators()) all.push_back(std::move(op));
  all.push_back(std::make_unique<PublishOperator>());
  return all;
}

std::vector<std::unique_ptr<Operator>> MakeAll() {
  std::vector<std::unique_ptr<Operator>> all = MakeStages();
  all.push_back(std::make_unique<SourceOperator>(SourceOperator::About::kPersons));
  all.push_back(std::make_unique<SourceOperator>(SourceOperator::About::kNobody));
  all.push_back(std::make_unique<ResolveOperator>());
  all.push_back(std::make_unique<GateOperator>());
  all.push_back(std::make_unique<LocateOperator>());
  all.push_back(std::make_unique<EraseOperator>());
  all.push_back(std::make_unique<RekeyOperator>());
  all.push_back(std::make_unique<RevealOperator>());
  all.push_back(std::make_unique<ProfileOperator>());
  all.push_back(std::make_unique<SubjectRefsOperator>());
  all.push_back(std::make_unique<CollectOperator>());
  all.push_back(std::make_unique<CorrectOperator>());
  return all;
}

const std::vector<std::unique_ptr<Operator>>& Catalog() {
  static const std::vector<std::unique_ptr<Operator>> kCatalog = MakeAll();
  return kCatalog;
}

}  // namespace

OperatorSignature Signature(std::string name,
                            std::string summary,
                            Shape shape,
                            std::vector<DatasetKind> accepts,
                            DatasetKind produces) {
  OperatorSignature signature;
  signature.name = std::move(name);
  signature.summary = std::move(summary);
  signature.shape = shape;
  signature.accepts = std::move(accepts);
  signature.produces = produces;
  return signature;
}

const Operator* FindOperator(std::string_view name) {
  for (const std::unique_ptr<Operator>& op : Catalog()) {
    if (op->signature().name == name) return op.get();
  }
  return nullptr;
}

std::vector<const Operator*> AllOperators() {
  std::vector<const Operator*> all;
  for (const std::unique_ptr<Operator>& op : Catalog()) all.push_back(op.get());
  return all;
}

std::string OperatorDigest(const Operator& op) {
  Json json = Json::Of({{"name", op.signature().name}, {"version", kCatalogVersion}});
  Json options{Json::Array()};
  for (const OptionDoc& option : op.signature().options) {
    options.Push(option.name + ":" + option.type);
  }
  json.Set("options", std::move(options));
  return ToHex(crypto::Sha256::Of(AsBytes(json.Dump())));
}

std::map<std::string, Schema> InputSchemas(const TaskSpec& spec) {
  std::map<std::string, Schema> schemas;
  for (const TaskInput& input : spec.inputs) schemas.emplace(input.name, input.schema);
  return schemas;
}

}  // namespace signet::pipelines
