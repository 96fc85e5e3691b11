// A publication remembers whom it showed, and tells the ledger and the log.
#include <array>
#include <memory>
#include <span>
#include <string>

#include "coordinator/binding/disclosure_book.h"
#include "coordinator/binding/plan_binder.h"
#include "pipelines/snapshots/shown_members.h"
#include "policies/consent/fact.h"
#include "tests/coordinator/binding/small_plan.h"

namespace signet::coordinator {
namespace {

constexpr char kPublish[] = R"(
  out:
    uses: publish
    purpose: marketing.segmentation
    segments: [buyers]
    recipients: [email_platform]
)";

class PlanPublication : public SmallPlan {
 protected:
  static TaskRef Task() {
    TaskRef task;
    task.run = RunId("r");
    task.step = StepId("out");
    return task;
  }
  void Accept(PlanBinder& binder) {
    crypto::WriteBatch batch;
    ASSERT_TRUE(binder.RunAccepted(RunId("r"), batch).ok());
    Write(batch);
    binder.BatchWritten(/*durable=*/true);
  }
  /// What the task hands back: a sealed list of `members`, and who was shown.
  pipelines::TaskResult Published(PlanBinder& binder, int64_t members) {
    const Result<Bytes> bound = binder.BindTask(Task());
    EXPECT_TRUE(bound.ok()) << bound.status().message();
    pipelines::TaskResult result;
    const pipelines::Piece list = NewPiece("out", "members");
    result.outputs[pipelines::kShown] = {NewPiece("email_platform@out", "shown")};
    result.extra = Json::Of(
        {{"stream", list.streams.at(0).ToJson()},
         {"snapshot", "out"},
         {"recipient", "email_platform"},
         {"members", members},
         {"content", std::string(80, 'c')},
         {"segments", Json::List({Json::Of({{"name", "buyers"}, {"members", members}})})},
         {"withheld", Json(Json::Array())},
         {"close", Json::List({Json::Strings({"buyers", "others"})})},
         {"held",
          Json::List({Json::Of({{"name", "buyers"}, {"until", "2026-01-09T00:00:00.000000Z"}})})},
         {"let_by_age", Json(Json::Array())}});
    return result;
  }
  Status Commit(PlanBinder& binder, const pipelines::TaskResult& result) {
    crypto::WriteBatch batch;
    TRY(binder.CommitTask(Task(), result.Encode(), batch));
    Write(batch);
    TRY(state_->audit().Committed(OkStatus()));
    return OkStatus();
  }
  Json LastEntryOf(const std::string& type) {
    Json last;
    for (uint64_t i = 0; i < state_->audit().size(); ++i) {
      const Result<Json> entry = state_->audit().Entry(i);
      if (entry.ok() && (*entry)["type"].AsString() == type) last = *entry;
    }
    return last;
  }
};

TEST_F(PlanPublication, TheFirstTaskReadsNothingAndTheNextWhatTheFirstShowed) {
  const pipelines::Planned planned = Plan(kPublish);
  LedgerBook ledger(*state_);
  PlanBinder binder(*state_, ledger, planned.plan, planned.policy, RunId("r"));
  Accept(binder);
  const auto inputs_named = [&](const std::string& name) {
    size_t count = 0;
    const Result<Bytes> bound = binder.BindTask(Task());
    EXPECT_TRUE(bound.ok()) << bound.status().message();
    const auto assignment = pipelines::TaskAssignment::Decode(*bound);
    for (const auto& input : assignment->spec.inputs) {
      if (input.name == name) count += input.pieces.size();
    }
    return count;
  };
  EXPECT_EQ(inputs_named(pipelines::kShownBefore), 0U);
  const Status committed = Commit(binder, Published(binder, 80));
  ASSERT_TRUE(committed.ok()) << committed.message();
  EXPECT_EQ(inputs_named(pipelines::kShownBefore), 1U);
  DatasetRegistry registry(*state_);
  EXPECT_EQ(registry.Find(kShownOwner, "email_platform@out")->pieces.size(), 1U);
}

TEST_F(PlanPublication, HeldAdditionsStandInManifestAndLogWithoutTheirNumber) {
  const pipelines::Planned planned = Plan(kPublish);
  LedgerBook ledger(*state_);
  PlanBinder binder(*state_, ledger, planned.plan, planned.policy, RunId("r"));
  Accept(binder);
  ASSERT_TRUE(Commit(binder, Published(binder, 80)).ok());
  ASSERT_EQ(binder.snapshots().size(), 1U);
  const pipelines::SnapshotManifest& manifest = binder.snapshots().front();
  ASSERT_TRUE(manifest.segments.at(0).additions_held_until.has_value());
  EXPECT_EQ(DateText(*manifest.segments.at(0).additions_held_until), "2026-01-09");
  EXPECT_TRUE(manifest.inputs.empty()) << "a digest ends in the number of rows";
  const Json entry = LastEntryOf("snapshot.held");
  EXPECT_EQ(entry["facts"]["segments"].items().at(0)["name"].AsString(), "buyers");
  EXPECT_FALSE(entry.Dump().find("\"members\"") != std::string::npos);
}

/// Whom the run's gate saw, or what a person said meanwhile: durable, as a desk would write it.
class PublishGate : public PlanPublication {
 protected:
  void Say(const SubjectId& subject, policies::Fact::Kind kind, const char* value) {
    policies::Fact fact;
    fact.subject = subject;
    fact.kind = kind;
    fact.purpose = kind == policies::Fact::kConsent ? "marketing.segmentation" : "";
    fact.value = value;
    fact.time_micros = clock_.Now().micros + ++said_;
    fact.source = "api";
    const auto partition = static_cast<int>(PartitionOf(subject, 2));
    ASSERT_TRUE((*ledger_->Partition(partition))->Apply(std::span(&fact, 1)).ok());
    crypto::WriteBatch batch;
    ASSERT_TRUE(ledger_->Store(partition, batch).ok());
    Write(batch);
  }
  void SetUp() override {
    PlanPublication::SetUp();
    ledger_ = std::make_unique<LedgerBook>(*state_);
    for (SubjectId& person : people_) {
      person = SubjectId{entropy_.RandomUuid()};
      Say(person, policies::Fact::kJurisdiction, "eu");
      Say(person, policies::Fact::kConsent, "given");
    }
  }
  std::unique_ptr<LedgerBook> ledger_;
  std::array<SubjectId, 3> people_;
  int64_t said_ = 0;
};

TEST_F(PublishGate, WhoOptsOutWhileTheListIsMadeIsNotOnIt) {
  const pipelines::Planned planned = Plan(kPublish);
  PlanBinder binder(*state_, *ledger_, planned.plan, planned.policy, RunId("r"));
  Accept(binder);
  const pipelines::TaskResult with_all = Published(binder, 80);
  Say(people_[1], policies::Fact::kConsent, "withdrawn");
  const Status refused = Commit(binder, with_all);
  EXPECT_EQ(refused.code(), StatusCode::kUnavailable) << refused.ToString();
  EXPECT_TRUE(IsRetryable(refused.code())) << "the task is done again";
  EXPECT_TRUE(binder.snapshots().empty());
  // Bound anew: without them.
  const Status committed = Commit(binder, Published(binder, 79));
  ASSERT_TRUE(committed.ok()) << committed.ToString();
  EXPECT_EQ(binder.snapshots().size(), 1U);
}

TEST_F(PublishGate, AnErasureOrARestrictionMeanwhileCountsTheSame) {
  const pipelines::Planned planned = Plan(kPublish);
  PlanBinder binder(*state_, *ledger_, planned.plan, planned.policy, RunId("r"));
  Accept(binder);
  const pipelines::TaskResult first = Published(binder, 80);
  Say(people_[0], policies::Fact::kTombstone, "true");
  EXPECT_EQ(Commit(binder, first).code(), StatusCode::kUnavailable);
  const pipelines::TaskResult second = Published(binder, 79);
  Say(people_[2], policies::Fact::kRestriction, "true");
  EXPECT_EQ(Commit(binder, second).code(), StatusCode::kUnavailable);
  EXPECT_TRUE(Commit(binder, Published(binder, 78)).ok());
}

TEST_F(PublishGate, WhatConcernsNobodyOnTheListHoldsNothingUp) {
  const pipelines::Planned planned = Plan(kPublish);
  PlanBinder binder(*state_, *ledger_, planned.plan, planned.policy, RunId("r"));
  Accept(binder);
  const SubjectId stranger{entropy_.RandomUuid()};
  Say(stranger, policies::Fact::kJurisdiction, "eu");
  const pipelines::TaskResult list = Published(binder, 80);
  // A refusal of who never agreed, and one more who does.
  Say(stranger, policies::Fact::kConsent, "withdrawn");
  const SubjectId newcomer{entropy_.RandomUuid()};
  Say(newcomer, policies::Fact::kConsent, "given");
  const Status committed = Commit(binder, list);
  EXPECT_TRUE(committed.ok()) << committed.ToString();
}

TEST_F(PublishGate, AListThatWasBoundBeforeARestartIsMadeAgain) {
  const pipelines::Planned planned = Plan(kPublish);
  pipelines::TaskResult list;
  {
    PlanBinder binder(*state_, *ledger_, planned.plan, planned.policy, RunId("r"));
    Accept(binder);
    list = Published(binder, 80);
  }
  PlanBinder resumed(*state_, *ledger_, planned.plan, planned.policy, RunId("r"));
  ASSERT_TRUE(resumed.Resume().ok());
  EXPECT_EQ(Commit(resumed, list).code(), StatusCode::kUnavailable);
  EXPECT_TRUE(Commit(resumed, Published(resumed, 80)).ok());
}

TEST_F(PlanPublication, TheSizeOfAListCountsForWhatIsToldLater) {
  const pipelines::Planned planned = Plan(kPublish);
  LedgerBook ledger(*state_);
  PlanBinder binder(*state_, ledger, planned.plan, planned.policy, RunId("r"));
  Accept(binder);
  ASSERT_TRUE(Commit(binder, Published(binder, 80)).ok());
  DisclosureBook book(*state_);
  ASSERT_TRUE(book.Load().ok());
  const policies::PublicationRule rule;
  const std::string group = SegmentGroup("small", "buyers");
  EXPECT_FALSE(book.ledger().MayTell({"press", group, 81, 1}, rule).allowed);
  EXPECT_TRUE(book.ledger().MayTell({"press", group, 80, 1}, rule).allowed);
  ASSERT_TRUE((*book.Tell({{"press", group, 80, 1}}, rule, {"report", "", "", "press", ""}))[0]);
  const std::string close = SegmentGroup("small", "others");
  EXPECT_FALSE(book.ledger().MayTell({"press", close, 400, 1}, rule).allowed);
}

}  // namespace
}  // namespace signet::coordinator
