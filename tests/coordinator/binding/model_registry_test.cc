#include "coordinator/binding/model_registry.h"

#include <string>

#include <gtest/gtest.h>

#include "coordinator/binding/model_flags.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

class Registry : public StateWorld {
 protected:
  static LiveDataset Dataset(const pipelines::Piece& piece) {
    LiveDataset dataset;
    dataset.owner = "loyalty";
    dataset.name = "churn";
    dataset.run = "r";
    dataset.kind = pipelines::DatasetKind::kModel;
    dataset.pieces = {piece};
    return dataset;
  }

  /// Registers a model of new bytes; its version.
  int Learn(const std::string& bytes, double auc = 0.8) {
    ModelVersion version;
    version.name = {"loyalty", "churn", 0};
    version.op = "train";
    version.run = "r";
    version.figures = Json::Of(
        {{"quality",
          Json::Of(
              {{"auc", Json::Of({{"value", auc}, {"low", auc - 0.01}, {"high", auc + 0.01}})}})}});
    latest_ = NewPiece("churn", bytes);
    crypto::WriteBatch batch;
    const Result<Json> facts = ModelRegistry(*state_).Register(version, Dataset(latest_), batch);
    EXPECT_TRUE(facts.ok()) << facts.status().message();
    Write(batch);
    return static_cast<int>((*facts)["version"].AsInt());
  }

  template <typename Change>
  StatusCode Do(Change change, const std::string& name) {
    crypto::WriteBatch batch;
    ModelRegistry registry(*state_);
    const Result<Json> facts =
        (registry.*change)(*ModelName::Parse(name), "cli:eva", "because", batch);
    if (facts.ok()) Write(batch);
    return facts.status().code();
  }

  std::string StatusOf(const std::string& name) {
    return std::string(
        ModelStatusName(ModelRegistry(*state_).Find(*ModelName::Parse(name))->status));
  }

  pipelines::Piece latest_;
};

TEST_F(Registry, AVersionIsInForceOnlyOnceAPersonApprovedIt) {
  EXPECT_EQ(Learn("one"), 1);
  const ModelName churn{"loyalty", "churn", 0};
  const auto before = ModelRegistry(*state_).ApprovedPieces(churn);
  EXPECT_EQ(before.status().code(), StatusCode::kDenied);
  EXPECT_NE(before.status().remedy().find("signet models approve"), std::string::npos);
  EXPECT_EQ(Do(&ModelRegistry::Approve, "loyalty/churn@1"), StatusCode::kOk);
  const auto pieces = ModelRegistry(*state_).ApprovedPieces(churn);
  ASSERT_TRUE(pieces.ok()) << pieces.status().message();
  EXPECT_EQ(pieces->at(0).streams.at(0).blob_digest, latest_.streams.at(0).blob_digest);
  EXPECT_EQ(Do(&ModelRegistry::Approve, "loyalty/churn@1"), StatusCode::kConflict);
}

TEST_F(Registry, TheSameBytesAreOneVersion) {
  EXPECT_EQ(Learn("one"), 1);
  ModelVersion again;
  again.name = {"loyalty", "churn", 0};
  crypto::WriteBatch batch;
  const Result<Json> facts = ModelRegistry(*state_).Register(again, Dataset(latest_), batch);
  ASSERT_TRUE(facts.ok());
  EXPECT_TRUE(facts->is_null());
  EXPECT_TRUE(batch.empty());
}

TEST_F(Registry, ARollbackRestoresTheVersionBeforeAndRejectsTheOneInForce) {
  Learn("one");
  Learn("two");
  ASSERT_EQ(Do(&ModelRegistry::Approve, "loyalty/churn@1"), StatusCode::kOk);
  EXPECT_EQ(Do(&ModelRegistry::RollBack, "loyalty/churn"), StatusCode::kConflict);
  ASSERT_EQ(Do(&ModelRegistry::Approve, "loyalty/churn@2"), StatusCode::kOk);
  EXPECT_EQ(StatusOf("loyalty/churn@1"), "retired");
  EXPECT_EQ(Do(&ModelRegistry::Reject, "loyalty/churn@2"), StatusCode::kConflict);
  ASSERT_EQ(Do(&ModelRegistry::RollBack, "loyalty/churn"), StatusCode::kOk);
  EXPECT_EQ(StatusOf("loyalty/churn@1"), "champion");
  EXPECT_EQ(StatusOf("loyalty/churn@2"), "rejected");
  EXPECT_EQ(Do(&ModelRegistry::Approve, "loyalty/churn@2"), StatusCode::kConflict);
  const ModelVersion first = *ModelRegistry(*state_).Find({"loyalty", "churn", 1});
  ASSERT_EQ(first.decisions.size(), 3U);  // approved, retired, restored
  EXPECT_EQ(first.decisions.items()[2]["actor"].AsString(), "cli:eva");
  EXPECT_EQ(first.decisions.items()[2]["why"].AsString(), "because");
}

TEST_F(Registry, AnApprovedVersionOutlivesThePipelinesOwnDataset) {
  Learn("one");
  const pipelines::Piece first = latest_;
  ASSERT_EQ(Do(&ModelRegistry::Approve, "loyalty/churn@1"), StatusCode::kOk);
  DatasetRegistry datasets(*state_);
  crypto::WriteBatch live;
  ASSERT_TRUE(datasets.Put(Dataset(first), live).ok());
  Write(live);
  // The next run's model replaces it.
  Learn("two");
  crypto::WriteBatch replaced;
  ASSERT_TRUE(datasets.Put(Dataset(latest_), replaced).ok());
  Write(replaced);
  datasets.Sweep();
  EXPECT_TRUE(Opens(first));
  EXPECT_TRUE(HasBlob(first));
  ASSERT_TRUE(datasets.CollectGarbage().ok());
  EXPECT_TRUE(HasBlob(first));
}

TEST_F(Registry, OldChallengersLoseTheirBytesAndApprovedOnesDoNot) {
  Learn("champion");
  const pipelines::Piece champion = latest_;
  ASSERT_EQ(Do(&ModelRegistry::Approve, "loyalty/churn@1"), StatusCode::kOk);
  Learn("oldest challenger");
  const pipelines::Piece oldest = latest_;
  for (size_t i = 0; i < ModelRegistry::kChallengersKept; ++i) Learn("m" + std::to_string(i));
  EXPECT_TRUE(Opens(champion));
  EXPECT_FALSE(Opens(oldest));
  EXPECT_FALSE(ModelRegistry(*state_).Find({"loyalty", "churn", 2})->kept);
  EXPECT_EQ(Do(&ModelRegistry::Approve, "loyalty/churn@2"), StatusCode::kConflict);
  EXPECT_TRUE(Opens(latest_));
}

TEST_F(Registry, VersionsAreToldApartOnlyBeyondTheirIntervals) {
  Learn("one", 0.80);
  Learn("two", 0.805);
  Learn("three", 0.90);
  ModelRegistry registry(*state_);
  const auto verdict = [&](int a, int b) {
    const Json json = ModelRegistry::Compare(*registry.Find({"loyalty", "churn", a}),
                                             *registry.Find({"loyalty", "churn", b}));
    return json["metrics"].items().at(0)["verdict"].AsString();
  };
  EXPECT_EQ(verdict(1, 2), "not told apart");
  EXPECT_EQ(verdict(1, 3), "apart: higher");
  EXPECT_EQ(verdict(3, 1), "apart: lower");
}

TEST_F(Registry, AnUnknownModelIsNamedWithWhatThereIs) {
  Learn("one");
  const Status status = ModelRegistry(*state_).Find({"loyalty", "chrun", 1}).status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_NE(status.remedy().find("loyalty/churn@1"), std::string::npos);
  for (const char* wrong : {"churn", "/churn", "a/", "a/b@", "a/b@x", "a/b@0", "a@1/b"}) {
    EXPECT_EQ(ModelName::Parse(wrong).status().code(), StatusCode::kInvalid) << wrong;
  }
}

TEST_F(Registry, AnApprovedModelOfErasedPersonsIsRefusedAtEachReadFromItsTermOn) {
  ASSERT_EQ(Learn("weights"), 1);
  ASSERT_EQ(Do(&ModelRegistry::Approve, "loyalty/churn@1"), StatusCode::kOk);
  const ModelName name{"loyalty", "churn", 0};
  ASSERT_TRUE(ModelRegistry(*state_).ApprovedPieces(name).ok());
  // The erasure flags what lives under the pipeline's own name: the bytes are the version's.
  crypto::WriteBatch batch;
  const Timestamp term{clock_.Now().micros + 3'600'000'000};
  ASSERT_TRUE(ModelFlags(*state_).Flag(Dataset(latest_), 1, term, batch).ok());
  Write(batch);
  EXPECT_TRUE(ModelRegistry(*state_).ApprovedPieces(name).ok()) << "its term is not over";
  clock_.Advance(3'600'000'000);
  const auto refused = ModelRegistry(*state_).ApprovedPieces(name);
  EXPECT_EQ(refused.status().code(), StatusCode::kDenied);
  EXPECT_NE(refused.status().message().find("erased"), std::string::npos);
  EXPECT_NE(refused.status().remedy().find("train"), std::string::npos);
  // Learnt anew, it has other bytes.
  ASSERT_EQ(Learn("other weights"), 2);
  ASSERT_EQ(Do(&ModelRegistry::Approve, "loyalty/churn@2"), StatusCode::kOk);
  EXPECT_TRUE(ModelRegistry(*state_).ApprovedPieces(name).ok());
}

}  // namespace
}  // namespace signet::coordinator
