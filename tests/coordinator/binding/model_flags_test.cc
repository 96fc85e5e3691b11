#include "coordinator/binding/model_flags.h"

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

class ModelFlagsTest : public StateWorld {
 protected:
  LiveDataset Model(const std::string& bytes) {
    LiveDataset model;
    model.owner = "shop";
    model.name = "churn";
    model.run = "r1";
    model.kind = pipelines::DatasetKind::kModel;
    model.pieces = {NewPiece("churn", bytes)};
    return model;
  }
  void Flag(const LiveDataset& model, Timestamp barred) {
    crypto::WriteBatch batch;
    ASSERT_TRUE(ModelFlags(*state_).Flag(model, 1, barred, batch).ok());
    Write(batch);
  }
};

TEST_F(ModelFlagsTest, AModelIsBarredFromItsFirstTermOnUntilItIsLearntAnew) {
  const LiveDataset model = Model("weights");
  const Timestamp soon{clock_.Now().micros + 10};
  Flag(model, soon);
  Flag(model, {soon.micros + 1000});
  const std::vector<ModelFlag> flags = *ModelFlags(*state_).All();
  ASSERT_EQ(flags.size(), 1U);
  EXPECT_EQ(flags[0].barred, soon) << "the earlier term stays";
  EXPECT_EQ(flags[0].persons, 2U);
  EXPECT_TRUE(ModelFlags(*state_).BarredBlobs({soon.micros - 1})->empty());
  const std::string blob = model.pieces[0].streams[0].blob_digest;
  EXPECT_EQ(*ModelFlags(*state_).BarredBlobs(soon), std::set<std::string>{blob});

  const LiveDataset anew = Model("other weights");
  Flag(anew, {soon.micros + 1000});
  EXPECT_EQ(ModelFlags(*state_).All()->at(0).persons, 1U);
  EXPECT_TRUE(ModelFlags(*state_).BarredBlobs(soon)->empty());
}

TEST_F(ModelFlagsTest, IsClearedWithItsModel) {
  Flag(Model("weights"), clock_.Now());
  crypto::WriteBatch batch;
  ModelFlags(*state_).Clear(ModelFlags(*state_).All()->at(0), batch);
  Write(batch);
  EXPECT_TRUE(ModelFlags(*state_).All()->empty());
}

}  // namespace
}  // namespace signet::coordinator
