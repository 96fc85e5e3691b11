#include "policies/rights/erasure.h"

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::policies {
namespace {

using Kind = ErasureCommandKind;

const Timestamp kNow = *TimestampFromText("2026-01-31T10:00:00Z");

TEST(Erasure, GoesFromRequestedToWithdrawnToDestroyedWithOneReceiptEach) {
  ErasureStep step = RequestErasure("r1", {}, kNow);
  std::vector<Kind> asked;
  for (int stage = 0; stage < 2; ++stage) {
    while (!step.commands.empty()) {
      asked.push_back(step.commands.front());
      step = *CommandDone(step.request, step.commands.front(), kNow);
    }
    if (stage == 0) {
      EXPECT_EQ(step.request.stage, ErasureStage::kWithdrawn);
      EXPECT_EQ(step.request.withdrawn_at, kNow);
      step = *BeginSweep(step.request);
    }
  }
  EXPECT_EQ(step.request.stage, ErasureStage::kDestroyed);
  EXPECT_EQ(std::count(asked.begin(), asked.end(), Kind::kReceiptWithdrawn), 1);
  EXPECT_EQ(std::count(asked.begin(), asked.end(), Kind::kReceiptDestroyed), 1);
  EXPECT_EQ(asked.front(), Kind::kTombstone);
  EXPECT_EQ(asked.back(), Kind::kReceiptDestroyed);
  EXPECT_EQ(asked.size(), 9U);
}

TEST(Erasure, ContinuesAfterACrashBetweenAnyTwoEventsAndHearsRepeats) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededEntropy entropy(seed);
    ErasureRequest request = RequestErasure("r1", {}, kNow).request;
    int receipts = 0;
    for (int i = 0; i < 200 && request.stage != ErasureStage::kDestroyed; ++i) {
      if (entropy.Next() % 3 == 0) request = *ErasureRequest::FromJson(request.ToJson());
      if (request.stage == ErasureStage::kWithdrawn && Pending(request).size() == 4) {
        request = BeginSweep(request)->request;
      }
      const Kind next = Pending(request).front();
      const ErasureStage before = request.stage;
      request = CommandDone(request, next, kNow)->request;
      receipts += request.stage != before ? 1 : 0;
      if (entropy.Next() % 3 == 0) {
        const ErasureStage stage = request.stage;
        request = CommandDone(request, next, kNow)->request;
        EXPECT_EQ(request.stage, stage) << "a repeated answer moved the request";
      }
    }
    EXPECT_EQ(request.stage, ErasureStage::kDestroyed);
    EXPECT_EQ(receipts, 2);
  }
}

TEST(Erasure, RefusesStepsOutOfOrder) {
  const ErasureRequest request = RequestErasure("r1", {}, kNow).request;
  EXPECT_EQ(CommandDone(request, Kind::kReceiptWithdrawn, kNow).status().code(),
            StatusCode::kConflict);
  EXPECT_EQ(CommandDone(request, Kind::kEraseIdentity, kNow).status().code(),
            StatusCode::kConflict);
  EXPECT_EQ(BeginSweep(request).status().code(), StatusCode::kConflict);
}

TEST(Erasure, FoldsASecondRequestForTheSameSubject) {
  ErasureRequest request = RequestErasure("r1", {}, kNow).request;
  request = *FoldErasure(request, "r2", {});
  request = *FoldErasure(request, "r2", {});
  request = *FoldErasure(request, "r1", {});
  EXPECT_EQ(request.folded, std::vector<std::string>{"r2"});
  SubjectId other;
  other.value[3] = 1;
  EXPECT_EQ(FoldErasure(request, "r3", other).status().code(), StatusCode::kConflict);
}

TEST(Erasure, IsRefusedOnlyBeforeItBeganAndWithAReason) {
  ErasureRequest request = RequestErasure("r1", {}, kNow).request;
  EXPECT_FALSE(RefuseErasure(request, "").ok());
  EXPECT_EQ(RefuseErasure(request, "Art. 17(3)(e)")->stage, ErasureStage::kRefused);
  request = CommandDone(request, Kind::kTombstone, kNow)->request;
  EXPECT_EQ(RefuseErasure(request, "too late").status().code(), StatusCode::kConflict);
}

TEST(Erasure, IsDueAfterOneMonthOrFortyFiveDays) {
  EXPECT_EQ(TimestampText(AnswerDue(kNow, "gdpr")), "2026-02-28T10:00:00Z");
  EXPECT_EQ(TimestampText(AnswerDue(kNow, "ccpa")), "2026-03-17T10:00:00Z");
}

}  // namespace
}  // namespace signet::policies
