#include "policies/rights/request.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::policies {
namespace {

using Command = RequestCommand;

const Timestamp& Now() {
  static const Timestamp kNow = *TimestampFromText("2026-01-31T10:00:00Z");
  return kNow;
}
constexpr Right kAllRights[] = {Right::kAccess,
                                Right::kPortability,
                                Right::kRectification,
                                Right::kErasure,
                                Right::kRestriction,
                                Right::kObjection,
                                Right::kOptOut,
                                Right::kLimit};

RequestStep Open(Right right, bool lift = false) {
  return *OpenRequest({"r1", right, "marketing", lift, "gdpr", "cli"}, Now());
}

/// Carries out everything, the sweep too; what was asked for, in order.
std::vector<Command> CarryOut(RequestStep step, RightsRequest& last) {
  std::vector<Command> asked;
  while (!step.request.closed()) {
    while (!step.commands.empty()) {
      asked.push_back(step.commands.front());
      step = *CommandDone(step.request, step.commands.front(), Now());
    }
    if (step.request.stage == RequestStage::kWithdrawn) step = *BeginSweep(step.request);
  }
  last = step.request;
  return asked;
}

TEST(Request, EachRightEndsWithExactlyOneReceiptPerStage) {
  for (const Right right : kAllRights) {
    SCOPED_TRACE(RightName(right));
    RightsRequest last;
    const std::vector<Command> asked = CarryOut(Open(right), last);
    EXPECT_EQ(last.stage, RequestStage::kDone);
    EXPECT_EQ(last.closed_at, Now());
    EXPECT_EQ(asked.back(), Command::kReceiptDone);
    EXPECT_EQ(std::count(asked.begin(), asked.end(), Command::kReceiptDone), 1);
    EXPECT_EQ(std::count(asked.begin(), asked.end(), Command::kReceiptWithdrawn),
              right == Right::kErasure ? 1 : 0);
  }
}

TEST(Request, AnErasureWithdrawsFirstAndDestroysOnlyInTheSweep) {
  RequestStep step = Open(Right::kErasure);
  EXPECT_EQ(step.commands.front(), Command::kTombstone);
  while (!step.commands.empty()) {
    EXPECT_NE(step.commands.front(), Command::kRewritePartitions);
    step = *CommandDone(step.request, step.commands.front(), Now());
  }
  EXPECT_EQ(step.request.stage, RequestStage::kWithdrawn);
  EXPECT_EQ(step.request.withdrawn_at, Now());
  EXPECT_FALSE(step.request.closed());
  const std::vector<Command> sweep = {Command::kRewritePartitions,
                                      Command::kFlagModels,
                                      Command::kDestroyKekGeneration,
                                      Command::kReceiptDone};
  EXPECT_EQ(BeginSweep(step.request)->commands, sweep);
}

TEST(Request, GoesOnAfterACrashBetweenAnyTwoEventsAndHearsRepeats) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededEntropy entropy(seed);
    const Right right = kAllRights[seed % std::size(kAllRights)];
    RightsRequest request = Open(right).request;
    int receipts = 0;
    for (int i = 0; i < 200 && !request.closed(); ++i) {
      if (entropy.Next() % 3 == 0) request = *RightsRequest::FromJson(request.ToJson());
      const Command next = Pending(request).front();
      request = CommandDone(request, next, Now())->request;
      receipts += next == Command::kReceiptDone || next == Command::kReceiptWithdrawn ? 1 : 0;
      if (entropy.Next() % 3 == 0) {
        const RequestStage stage = request.stage;
        request = CommandDone(request, next, Now())->request;
        EXPECT_EQ(request.stage, stage) << "a repeated answer moved the request";
      }
    }
    EXPECT_EQ(request.stage, RequestStage::kDone);
    EXPECT_EQ(receipts, right == Right::kErasure ? 2 : 1);
  }
}

TEST(Request, IsTheSameAfterAWayThroughJson) {
  RightsRequest request = Open(Right::kObjection).request;
  request = *FoldRequest(request, "r2");
  request = *ExtendRequest(request, "many requests", Now());
  request = CommandDone(request, Command::kRecordFact, Now())->request;
  const RightsRequest again = *RightsRequest::FromJson(request.ToJson());
  EXPECT_EQ(again.ToJson(), request.ToJson());
  EXPECT_EQ(Pending(again), Pending(request));
  EXPECT_EQ(again.due(), request.deadline.extended);
}

TEST(Request, RefusesStepsOutOfOrder) {
  const RightsRequest request = Open(Right::kErasure).request;
  for (const Command command : {Command::kReceiptWithdrawn,
                                Command::kRewritePartitions,
                                Command::kReceiptDone,
                                Command::kCollect}) {
    EXPECT_EQ(CommandDone(request, command, Now()).status().code(), StatusCode::kConflict);
  }
  EXPECT_EQ(BeginSweep(request).status().code(), StatusCode::kConflict);
}

TEST(Request, FoldsASecondOneForTheSameAndOnlyWhileItIsOpen) {
  RightsRequest request = Open(Right::kErasure).request;
  EXPECT_TRUE(AnswersAlso(request, {"r2", Right::kErasure, "marketing", false, "gdpr", "api"}));
  EXPECT_FALSE(AnswersAlso(request, {"r2", Right::kAccess, "marketing", false, "gdpr", "api"}));
  EXPECT_FALSE(AnswersAlso(request, {"r2", Right::kErasure, "analytics", false, "gdpr", "api"}));
  for (const char* id : {"r2", "r2", "r1", "r3"}) request = *FoldRequest(request, id);
  EXPECT_EQ(request.folded, (std::vector<std::string>{"r2", "r3"}));
  RightsRequest last;
  CarryOut({request, Pending(request)}, last);
  EXPECT_EQ(FoldRequest(last, "r4").status().code(), StatusCode::kConflict);
  EXPECT_FALSE(AnswersAlso(last, {"r4", Right::kErasure, "marketing", false, "gdpr", "api"}));
}

TEST(Request, IsExtendedOnceInTimeAndWithAReason) {
  const RightsRequest request = Open(Right::kAccess).request;
  EXPECT_EQ(request.due(), request.deadline.answer);
  EXPECT_EQ(ExtendRequest(request, "", Now()).status().code(), StatusCode::kInvalid);
  const RightsRequest extended = *ExtendRequest(request, "complex", Now());
  EXPECT_EQ(TimestampText(extended.due()), "2026-04-30T10:00:00Z");
  EXPECT_EQ(ExtendRequest(extended, "again", Now()).status().code(), StatusCode::kConflict);
  const Timestamp late{request.deadline.answer.micros + 1};
  EXPECT_EQ(ExtendRequest(request, "late", late).status().code(), StatusCode::kConflict);
  const RightsRequest opt_out = Open(Right::kOptOut).request;
  EXPECT_EQ(ExtendRequest(opt_out, "complex", Now()).status().code(), StatusCode::kConflict);
}

TEST(Request, IsRefusedOnlyBeforeItBeganAndWithAReason) {
  RightsRequest request = Open(Right::kErasure).request;
  EXPECT_EQ(RefuseRequest(request, "", Now()).status().code(), StatusCode::kInvalid);
  const RightsRequest refused = *RefuseRequest(request, "Art. 17(3)(e)", Now());
  EXPECT_EQ(refused.stage, RequestStage::kRefused);
  EXPECT_TRUE(Pending(refused).empty());
  EXPECT_EQ(CommandDone(refused, Command::kTombstone, Now()).status().code(),
            StatusCode::kConflict);
  request = CommandDone(request, Command::kTombstone, Now())->request;
  EXPECT_EQ(RefuseRequest(request, "too late", Now()).status().code(), StatusCode::kConflict);
}

TEST(Request, OnlyWhatCanBeTakenBackIsLifted) {
  for (const Right right : kAllRights) {
    SCOPED_TRACE(RightName(right));
    const bool can = right == Right::kRestriction || right == Right::kObjection ||
                     right == Right::kOptOut || right == Right::kLimit;
    const Result<RequestStep> step =
        OpenRequest({"r1", right, "", /*lift=*/true, "gdpr", "cli"}, Now());
    EXPECT_EQ(step.ok(), can);
    if (!can) continue;
    EXPECT_EQ(step->commands, (std::vector<Command>{Command::kRecordFact, Command::kReceiptDone}));
  }
}

}  // namespace
}  // namespace signet::policies
