#include "coordinator/binding/result_cache.h"

#include <string>

#include <gtest/gtest.h>

#include "coordinator/binding/dataset_registry.h"
#include "pipelines/record/task.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

class ResultCacheTest : public StateWorld {
 protected:
  /// A live dataset of one piece, and a result that names it.
  Bytes LiveResult(const std::string& text) {
    LiveDataset dataset;
    dataset.owner = "shop";
    dataset.name = "scores";
    dataset.kind = pipelines::DatasetKind::kScores;
    dataset.pieces = {NewPiece("scores", text)};
    crypto::WriteBatch batch;
    EXPECT_TRUE(DatasetRegistry(*state_).Put(dataset, batch).ok());
    Write(batch);
    pipelines::TaskResult result;
    result.outputs["output"] = dataset.pieces;
    result.rows = 5;
    return result.Encode();
  }
  void Keep(const std::string& key, const Bytes& result) {
    crypto::WriteBatch batch;
    ResultCache(*state_, "shop").Put("scores", 0, key, result, batch);
    Write(batch);
  }
  bool Knows(const std::string& key) {
    ResultCache cache(*state_, "shop");
    const auto found = cache.Find("scores", 0, key);
    EXPECT_TRUE(found.ok()) << found.status().message();
    return found.ok() && found->has_value();
  }
};

TEST_F(ResultCacheTest, WhatIsKnownComesBackAfterARestart) {
  const Bytes result = LiveResult("rows");
  Keep("k1", result);
  Reopen();
  ResultCache cache(*state_, "shop");
  const auto found = cache.Find("scores", 0, "k1");
  ASSERT_TRUE(found.ok() && found->has_value());
  EXPECT_EQ(**found, result);
}

TEST_F(ResultCacheTest, AnotherKeyOrTaskOrPipelineIsNotKnown) {
  Keep("k1", LiveResult("rows"));
  EXPECT_FALSE(Knows("k2"));
  ResultCache cache(*state_, "shop");
  EXPECT_FALSE(cache.Find("scores", 1, "k1")->has_value());
  ResultCache other(*state_, "else");
  EXPECT_FALSE(other.Find("scores", 0, "k1")->has_value());
}

TEST_F(ResultCacheTest, RewritingTheRowsForAnErasureInvalidates) {
  Keep("k1", LiveResult("rows of all"));
  EXPECT_TRUE(Knows("k1"));
  LiveResult("rows without one person");  // the live dataset's streams are others now
  EXPECT_FALSE(Knows("k1"));
}

TEST_F(ResultCacheTest, TheKeyIsKeyedByTheState) {
  const Json facts = Json::Of({{"operator", "sql"}});
  const std::string key = ResultCache(*state_, "shop").KeyOf(facts);
  EXPECT_EQ(key, ResultCache(*state_, "else").KeyOf(facts));
  EXPECT_NE(key, ResultCache(*state_, "shop").KeyOf(Json::Of({{"operator", "score"}})));
  EXPECT_EQ(key.size(), 64U);
}

}  // namespace
}  // namespace signet::coordinator
