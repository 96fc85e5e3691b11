// The contract that every store keeps: memory, RocksDB, and the faulting one in front of each.
#include "crypto/store/kv_store.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "crypto/store/faulting_store.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

/// A store and what it needs to live.
struct World {
  testing_support::ScratchFolder scratch;
  SystemEntropy entropy;
  std::unique_ptr<KvStore> under;
  std::unique_ptr<KvStore> store;
};

using Opener = std::function<void(World&)>;

void OpenMemory(World& world) {
  world.store = NewMemoryStore();
}

void OpenRocks(World& world) {
  auto store = OpenRocksStore(world.scratch.path() / "db", SecretBytes(32), world.entropy);
  ASSERT_TRUE(store.ok()) << store.status().ToString();
  world.store = std::move(store).value();
}

void OpenFaultingMemory(World& world) {
  world.under = NewMemoryStore();
  world.store = std::make_unique<FaultingStore>(*world.under);
}

void OpenFaultingRocks(World& world) {
  OpenRocks(world);
  world.under = std::move(world.store);
  world.store = std::make_unique<FaultingStore>(*world.under);
}

struct Kind {
  const char* name;
  Opener open;
};

class KvStoreContract : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { GetParam().open(world_); }
  void TearDown() override {
    world_.store.reset();
    world_.under.reset();
  }

  std::vector<std::pair<std::string, std::string>> All(std::string_view prefix,
                                                       std::string_view from = {}) const {
    std::vector<std::pair<std::string, std::string>> found;
    EXPECT_TRUE(world_.store
                    ->Scan(prefix,
                           from,
                           [&found](std::string_view key, ByteView value) {
                             found.emplace_back(key, AsText(value));
                             return OkStatus();
                           })
                    .ok());
    return found;
  }

  World world_;
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST_P(KvStoreContract, GivesBackWhatWasPut) {
  ASSERT_TRUE(world_.store->Put("a", ToBytes("1")).ok());
  ASSERT_TRUE(world_.store->Put("empty", Bytes()).ok());
  EXPECT_EQ(AsText(*world_.store->Require("a")), "1");
  EXPECT_TRUE(world_.store->Require("empty")->empty());
  EXPECT_FALSE(world_.store->Get("b")->has_value());
  EXPECT_EQ(world_.store->Require("b").status().code(), StatusCode::kNotFound);
}

TEST_P(KvStoreContract, KeysAndValuesMayHoldAnyByte) {
  const std::string key("k\0\xFF/", 4);
  const Bytes value = {0, 255, 1, 0};
  ASSERT_TRUE(world_.store->Put(key, value).ok());
  EXPECT_EQ(*world_.store->Require(key), value);
  EXPECT_FALSE(world_.store->Get(std::string("k\0\xFF", 3))->has_value());
}

TEST_P(KvStoreContract, ABatchAppliesInOrderAndTheLastWins) {
  ASSERT_TRUE(world_.store->Put("gone", ToBytes("x")).ok());
  WriteBatch batch;
  batch.Put("a", ToBytes("1"));
  batch.Put("a", ToBytes("2"));
  batch.Delete("gone");
  batch.Put("b", ToBytes("1"));
  batch.Delete("b");
  batch.Delete("never there");
  ASSERT_TRUE(world_.store->Write(batch, Durability::kSync).ok());
  EXPECT_EQ(All(""), (Pairs{{"a", "2"}}));
}

TEST_P(KvStoreContract, AnEmptyBatchIsFine) {
  EXPECT_TRUE(world_.store->Write(WriteBatch(), Durability::kSync).ok());
}

TEST_P(KvStoreContract, ScansAPrefixInByteOrder) {
  for (const char* key : {"b/2", "b/10", "a/9", "b", "c", "b0"}) {
    ASSERT_TRUE(world_.store->Put(key, ToBytes(key), Durability::kNoSync).ok());
  }
  EXPECT_EQ(All("b/"), (Pairs{{"b/10", "b/10"}, {"b/2", "b/2"}}));
  EXPECT_EQ(All("b/", "b/11"), (Pairs{{"b/2", "b/2"}}));
  EXPECT_EQ(All("b/", "a"), (Pairs{{"b/10", "b/10"}, {"b/2", "b/2"}}));
  EXPECT_EQ(All("").size(), 6U);
  EXPECT_TRUE(All("zzz").empty());
}

TEST_P(KvStoreContract, APrefixOfHighBytesHasAnEnd) {
  ASSERT_TRUE(world_.store
                  ->Put("\xFF\xFF"
                        "a",
                        ToBytes("1"))
                  .ok());
  ASSERT_TRUE(world_.store->Put("\xFE", ToBytes("2")).ok());
  EXPECT_EQ(All("\xFF\xFF").size(), 1U);
  EXPECT_EQ(All("\xFE").size(), 1U);
}

TEST_P(KvStoreContract, AVisitorMayStopTheScanAndUseTheStore) {
  ASSERT_TRUE(world_.store->Put("a", ToBytes("1")).ok());
  ASSERT_TRUE(world_.store->Put("b", ToBytes("2")).ok());
  int visited = 0;
  const Status stopped =
      world_.store->Scan("", [&](std::string_view key, ByteView /*value*/) -> Status {
        ++visited;
        TRY(world_.store->Put("new/" + std::string(key), ToBytes("3")));
        return Conflict("enough");
      });
  EXPECT_EQ(stopped.code(), StatusCode::kConflict);
  EXPECT_EQ(visited, 1);
  EXPECT_TRUE(world_.store->Get("new/a")->has_value());
}

TEST_P(KvStoreContract, AScanDoesNotSeeWhatIsWrittenMeanwhile) {
  ASSERT_TRUE(world_.store->Put("a", ToBytes("1")).ok());
  int visited = 0;
  ASSERT_TRUE(world_.store
                  ->Scan("",
                         [&](std::string_view /*key*/, ByteView /*value*/) {
                           ++visited;
                           return world_.store->Put("b" + std::to_string(visited), ToBytes("2"));
                         })
                  .ok());
  EXPECT_EQ(visited, 1);
}

INSTANTIATE_TEST_SUITE_P(Stores,
                         KvStoreContract,
                         testing::Values(Kind{"Memory", OpenMemory},
                                         Kind{"Rocks", OpenRocks},
                                         Kind{"FaultingMemory", OpenFaultingMemory},
                                         Kind{"FaultingRocks", OpenFaultingRocks}),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST(WriteBatch, FindsThePendingValueOfAKey) {
  WriteBatch batch;
  batch.Put("a", ToBytes("1"));
  batch.Delete("b");
  batch.Put("a", ToBytes("2"));
  ASSERT_NE(batch.Find("a"), nullptr);
  EXPECT_EQ(AsText(*batch.Find("a")->value), "2");
  EXPECT_FALSE(batch.Find("b")->value.has_value());
  EXPECT_EQ(batch.Find("c"), nullptr);
}

TEST(WriteBatch, GrowsAPendingValueInPlaceOnlyWhereItLies) {
  WriteBatch batch;
  batch.Put("a", ToBytes("1"));
  batch.Delete("b");
  ASSERT_NE(batch.ValueAt(0, "a"), nullptr);
  batch.ValueAt(0, "a")->push_back('2');
  EXPECT_EQ(AsText(*batch.Find("a")->value), "12");
  EXPECT_EQ(batch.ValueAt(0, "b"), nullptr);
  EXPECT_EQ(batch.ValueAt(1, "b"), nullptr);
  EXPECT_EQ(batch.ValueAt(2, "a"), nullptr);
}

TEST(WriteBatch, AppendsAnotherBehindItself) {
  WriteBatch first;
  WriteBatch second;
  first.Put("a", ToBytes("1"));
  second.Put("a", ToBytes("2"));
  first.Append(second);
  EXPECT_EQ(first.size(), 2U);
  EXPECT_EQ(AsText(*first.Find("a")->value), "2");
  first.Clear();
  EXPECT_TRUE(first.empty());
}

}  // namespace
}  // namespace signet::crypto
