#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/store/kv_store.h"

namespace signet::crypto {
namespace {

TEST(MemoryStore, WritersOfSeveralThreadsLoseNothing) {
  const std::unique_ptr<KvStore> store = NewMemoryStore();
  std::vector<std::thread> writers;
  writers.reserve(4);
  for (int t = 0; t < 4; ++t) {
    writers.emplace_back([&store, t] {
      for (int i = 0; i < 200; ++i) {
        const std::string key = std::to_string(t) + "/" + std::to_string(i);
        EXPECT_TRUE(store->Put(key, ToBytes(key)).ok());
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  int seen = 0;
  ASSERT_TRUE(store
                  ->Scan("",
                         [&seen](std::string_view /*key*/, ByteView /*value*/) {
                           ++seen;
                           return OkStatus();
                         })
                  .ok());
  EXPECT_EQ(seen, 800);
}

}  // namespace
}  // namespace signet::crypto
