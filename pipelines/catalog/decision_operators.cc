#include "pipelines/catalog/decision_operators.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/catalog/stage_operator.h"
#include "pipelines/decisions/bandit_stage.h"
#include "pipelines/decisions/offer_stage.h"
#include "pipelines/decisions/send_time_stage.h"
#include "pipelines/decisions/uplift_stage.h"
#include "pipelines/experiments/randomise_stage.h"

namespace signet::pipelines {
namespace {

using Kind = DatasetKind;
using Uplift = StageOperator<UpliftStageOptions, UpliftOutputSchema, RunUplift>;
using NextBestOffer =
    StageOperator<NextBestOfferOptions, NextBestOfferOutputSchema, RunNextBestOffer>;
using Bandit = StageOperator<BanditStageOptions, BanditOutputSchema, RunBandit>;
using SendTime = StageOperator<SendTimeOptions, SendTimeOutputSchema, RunSendTime>;
using Randomise = StageOperator<RandomiseOptions, RandomiseOutputSchema, RunRandomise>;

OperatorSignature Once(std::string name,
                       std::string summary,
                       std::vector<Kind> accepts,
                       Kind produces) {
  return Signature(std::move(name), std::move(summary), Shape::kOnce, std::move(accepts), produces);
}

}  // namespace

std::vector<std::unique_ptr<Operator>> DecisionOperators() {
  std::vector<std::unique_ptr<Operator>> all;
  all.push_back(std::make_unique<Uplift>(
      Once("uplift",
           "Learns from a test whom a treatment changes, and scores everybody.",
           {Kind::kFeatures, Kind::kScores},
           Kind::kScores)));
  all.push_back(std::make_unique<NextBestOffer>(
      Once("next_best_offer",
           "Who gets which offer under budgets and caps, with exploration kept.",
           {Kind::kFeatures, Kind::kScores, Kind::kReference},
           Kind::kFeatures)));
  all.push_back(std::make_unique<Bandit>(
      Once("bandit",
           "Chooses an action per subject, learns from outcomes, and logs each choice's chance.",
           {Kind::kGoverned, Kind::kFeatures, Kind::kScores},
           Kind::kFeatures)));
  all.push_back(
      std::make_unique<SendTime>(Once("send_time",
                                      "The hour and weekday at which each subject answers best.",
                                      {Kind::kGoverned, Kind::kFeatures},
                                      Kind::kFeatures)));
  all.push_back(std::make_unique<Randomise>(
      Once("randomise",
           "Assigns subjects to the arms of a test by a salted hash.",
           {Kind::kGoverned, Kind::kFeatures, Kind::kScores, Kind::kSegment},
           Kind::kFeatures)));
  return all;
}

}  // namespace signet::pipelines
