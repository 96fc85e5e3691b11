#include "coordinator/disclosure/profile_binder.h"

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

class ProfileBinderTest : public StateWorld {
 protected:
  /// A dataset of one piece with two streams: what is asked for, and what is not.
  LiveDataset Dataset() {
    LiveDataset dataset;
    dataset.owner = "loyalty";
    dataset.name = "crm";
    dataset.schema.columns = {{"subject", pipelines::ColumnType::kUuid, {}},
                              {"country", pipelines::ColumnType::kText, {}},
                              {"email", pipelines::ColumnType::kBytes, {}}};
    pipelines::Piece piece = NewPiece("crm", "ordinary");
    piece.streams[0].columns = {"subject", "country"};
    pipelines::Stream sealed = NewPiece("crm", "escrow").streams[0];
    sealed.label_class = policies::LabelClass::kEscrow;
    sealed.columns = {"email"};
    piece.streams.push_back(sealed);
    dataset.pieces = {piece};
    return dataset;
  }
  ProfileTask Task() {
    ProfileTask task;
    task.dataset = Dataset();
    task.columns = {"subject", "country"};
    task.purpose = "operations.data_quality";
    task.allowed.resize(2);
    task.why = "a test";
    task.options = Json::Of({{"min_group", 50}});
    return task;
  }
};

TEST_F(ProfileBinderTest, LeasesTheStreamsOfTheColumnsAndNoOthers) {
  ProfileTask task = Task();
  const pipelines::Piece piece = task.dataset.pieces[0];
  ProfileBinder binder(*state_, std::move(task), RunId("r"));
  ASSERT_EQ(binder.Spec().steps.size(), 1U);
  TaskRef ref;
  ref.run = RunId("r");
  ref.step = StepId("profile");
  const Result<Bytes> bound = binder.BindTask(ref);
  ASSERT_TRUE(bound.ok()) << bound.status().message();
  const pipelines::TaskAssignment out = pipelines::TaskAssignment::Decode(*bound).value();
  EXPECT_EQ(out.lease.deks.count(piece.streams[0].dek), 1U);
  EXPECT_EQ(out.lease.deks.count(piece.streams[1].dek), 0U) << "escrowed cells";
  ASSERT_EQ(out.spec.inputs.size(), 1U);
  EXPECT_TRUE(out.spec.inputs[0].subjects_filtered);
  EXPECT_EQ(out.spec.inputs[0].allowed.size(), 2U);
  EXPECT_EQ(out.spec.inputs[0].schema.Find("email"), nullptr);
}

TEST_F(ProfileBinderTest, KeepsTheStatisticsAndHasNothingLocal) {
  ProfileBinder binder(*state_, Task(), RunId("r"));
  EXPECT_EQ(binder.statistics(), nullptr);
  TaskRef ref;
  ref.run = RunId("r");
  ref.step = StepId("profile");
  pipelines::TaskResult result;
  result.extra = Json::Of({{"people", 70}});
  crypto::WriteBatch batch;
  ASSERT_TRUE(binder.CommitTask(ref, result.Encode(), batch).ok());
  ASSERT_NE(binder.statistics(), nullptr);
  EXPECT_EQ((*binder.statistics())["people"].AsInt(), 70);
  EXPECT_EQ(binder.RunLocal(ref, batch).code(), StatusCode::kInternal);
}

}  // namespace
}  // namespace signet::coordinator
