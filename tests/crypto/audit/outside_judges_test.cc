// Verifiers that others wrote accept our log, and refuse it after any change to it.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/transparency/receipt.h"
#include "tests/crypto/audit/audit_world.h"
#include "tests/crypto/audit/judges.h"

namespace signet::crypto {
namespace {

constexpr uint64_t kOlder = 200;
constexpr uint64_t kSize = 300;

Json Base64s(const std::vector<Digest>& hashes) {
  Json list{Json::Array()};
  for (const Digest& hash : hashes) list.Push(ToBase64(hash));
  return list;
}

class OutsideJudges : public AuditWorld {
 protected:
  void SetUp() override {
    log_ = Open().value();
    Fill(*log_, kOlder, 50);
    older_ = *log_->SignCheckpoint();
    Fill(*log_, kSize - kOlder, 50);
    note_ = *log_->SignCheckpoint();
  }

  /// Entry `shown` under the proof of entry `index`, by the last checkpoint's size and root.
  Json Record(uint64_t index, uint64_t shown) {
    const Checkpoint checkpoint = *OpenCheckpoint(note_, log_->key());
    const Receipt receipt = *Receipt::FromText(*log_->ProveInclusion(index));
    return Json::Of({{"size", checkpoint.size},
                     {"index", index},
                     {"root", ToBase64(checkpoint.root)},
                     {"entry", AsText(*log_->reader().EntryBytes(shown))},
                     {"proof", Base64s(receipt.hashes)}});
  }
  Json Records() {
    Json records{Json::Array()};
    for (uint64_t index = 0; index < kSize; index += 23) records.Push(Record(index, index));
    return records;
  }
  /// That the log of `from` entries grew to `to`.
  Json Growth(uint64_t from, uint64_t to) {
    return Json::Of({{"old_size", from},
                     {"size", to},
                     {"old_root", ToBase64(*log_->reader().RootAt(from))},
                     {"root", ToBase64(*log_->reader().RootAt(to))},
                     {"proof", Base64s(*log_->reader().ProveConsistencyFrom(kOlder))}});
  }
  Json Question() {
    return Json::Of({{"vkey", log_->key().Text()},
                     {"note", note_},
                     {"records", Records()},
                     {"trees", Json::List({Growth(kOlder, kSize)})}});
  }

  /// The judge accepts the log and refuses each changed one.
  void Judged(const Judge& judge, bool knows_trees) {
    const auto good = judge.Ask(Question());
    ASSERT_TRUE(good.ok()) << good.status().ToString();
    EXPECT_EQ((*good)["error"].AsString(), "");
    EXPECT_EQ((*good)["records"].AsInt(), static_cast<int64_t>(Records().size()));
    for (const auto& [name, question] : Changed(knows_trees)) {
      SCOPED_TRACE(judge.name() + ": " + name);
      const auto answer = judge.Ask(question);
      ASSERT_TRUE(answer.ok());
      EXPECT_NE((*answer)["error"].AsString(), "");
    }
  }

  std::vector<std::pair<std::string, Json>> Changed(bool knows_trees) {
    std::vector<std::pair<std::string, Json>> cases;
    const auto with = [&](const char* name, const char* field, Json value) {
      Json question = Question();
      question.Set(field, std::move(value));
      cases.emplace_back(name, std::move(question));
    };
    Json record = Record(42, 42);
    std::string entry = record["entry"].AsString();
    entry[entry.size() / 2] = static_cast<char>(entry[entry.size() / 2] ^ 1);
    record.Set("entry", entry);
    with("a flipped byte in an entry", "records", Json::List({record}));
    record = Record(42, 42);
    Json proof = record["proof"];
    Bytes hash = *FromBase64(proof.items()[1].AsString());
    hash[3] ^= 1;
    Json changed_proof{Json::Array()};
    for (size_t i = 0; i < proof.size(); ++i) {
      changed_proof.Push(i == 1 ? Json(ToBase64(hash)) : proof.items()[i]);
    }
    record.Set("proof", changed_proof);
    with("a flipped byte in a proof", "records", Json::List({record}));
    std::string note = note_;
    note[note.find('\n') + 1] = '4';  // another size
    with("a flipped byte in the checkpoint", "note", note);
    with("two entries exchanged", "records", Json::List({Record(10, 11), Record(11, 10)}));
    record = Record(42, 42);
    record.Set("size", kSize - 1);
    record.Set("index", kSize - 1);
    with("a truncated tree", "records", Json::List({record}));
    // Rolled back to the older checkpoint: entries beyond it cannot be shown any more.
    record = Record(kSize - 1, kSize - 1);
    record.Set("size", kOlder);
    record.Set("root", ToBase64(OpenCheckpoint(older_, log_->key())->root));
    Json rollback = Question();
    rollback.Set("note", older_);
    rollback.Set("records", Json::List({record}));
    cases.emplace_back("a rollback", std::move(rollback));
    if (knows_trees) {
      with("a rollback as growth", "trees", Json::List({Growth(kSize, kOlder)}));
      Json fork = Growth(kOlder, kSize);
      fork.Set("old_root", ToBase64(Digest{}));
      with("a fork", "trees", Json::List({fork}));
    }
    return cases;
  }

  std::unique_ptr<AuditLog> log_;
  std::string older_;
  std::string note_;
};

TEST_F(OutsideJudges, GoAcceptsOurLogAndRefusesEveryChange) {
  const auto judge = Judge::Go();
  if (judge.status().code() == StatusCode::kNotFound) GTEST_SKIP() << judge.status().message();
  ASSERT_TRUE(judge.ok()) << judge.status().message();
  Judged(**judge, /*knows_trees=*/true);
}

TEST_F(OutsideJudges, SigstoreAcceptsOurLogAndRefusesEveryChange) {
  const auto judge = Judge::Sigstore();
  if (judge.status().code() == StatusCode::kNotFound) GTEST_SKIP() << judge.status().message();
  ASSERT_TRUE(judge.ok()) << judge.status().message();
  Judged(**judge, /*knows_trees=*/false);
}

}  // namespace
}  // namespace signet::crypto
