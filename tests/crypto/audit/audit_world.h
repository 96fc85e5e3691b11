/// A log over a store in memory, for tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "crypto/audit/audit_log.h"
#include "tests/support/environment.h"

namespace signet::crypto {

inline AuditEvent EventNumber(uint64_t i) {
  return {"test.happened", "tester", "count", {}, "run-1", {}, Json::Of({{"n", i}}), {}};
}

class AuditWorld : public testing::Test {
 protected:
  static Ed25519PrivateKey Key(uint8_t fill = 1) {
    return Ed25519PrivateKey::FromSeed(SecretBytes::CopyOf(Bytes(32, fill)));
  }

  Result<std::unique_ptr<AuditLog>> Open() {
    return AuditLog::Open(*store_, Key(), "signet.test/audit", clock_, remembered_);
  }

  /// Appends `n` events in batches of `per_batch`.
  void Fill(AuditLog& log, uint64_t n, uint64_t per_batch) {
    for (uint64_t done = 0; done < n;) {
      WriteBatch batch;
      for (uint64_t i = 0; i < per_batch && done < n; ++i, ++done) {
        const auto index = log.Append(EventNumber(done), batch);
        ASSERT_TRUE(index.ok()) << index.status().ToString();
      }
      ASSERT_TRUE(log.Committed(store_->Write(batch, Durability::kSync)).ok());
    }
  }

  testing_support::ScratchFolder scratch_;
  std::filesystem::path remembered_ = scratch_.path() / "checkpoint.note";
  ManualClock clock_{Timestamp{1'700'000'000'000'000}};
  std::unique_ptr<KvStore> store_ = NewMemoryStore();
};

}  // namespace signet::crypto
