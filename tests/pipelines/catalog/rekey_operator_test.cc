#include "pipelines/catalog/rekey_operator.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/audit/subject_ref.h"
#include "crypto/pseudonym/cover.h"
#include "crypto/pseudonym/link_hasher.h"
#include "pipelines/govern/cell_sealer.h"
#include "pipelines/identity/identity_table.h"
#include "tests/pipelines/catalog/task_world.h"

namespace signet::pipelines {
namespace {

std::string Email(int i) {
  return "person" + std::to_string(i) + "@shop.example";
}

class RekeyOperatorTest : public TaskWorld {
 protected:
  TaskAssignment Task(const Json& options, const std::vector<TaskInput>& inputs) {
    TaskAssignment task;
    task.spec.run = "run";
    task.spec.step = "rekey";
    task.spec.op = "rekey";
    task.spec.options = options;
    task.spec.operator_digest = OperatorDigest(*FindOperator("rekey"));
    task.spec.blobs = "file:" + scratch_.path().string();
    task.spec.inputs = inputs;
    TaskOutput output;
    output.name = "out";
    output.dataset = inputs[0].pieces[0].dataset;
    output.kind = DatasetKind::kIdentity;
    output.schema = inputs[0].schema;
    output.partitioned = true;
    for (const TaskInput& input : inputs) {
      for (const Stream& stream : input.pieces[0].streams) {
        task.lease.deks.emplace(stream.dek, Lease(stream.dek.text()).key->Clone());
      }
    }
    for (const Stream& stream : inputs[0].pieces[0].streams) {
      const LeasedDek fresh = Lease("next-" + stream.dek.text());
      output.deks.emplace(OutputKey(0, stream.label_class), fresh.id);
      task.lease.deks.emplace(fresh.id, fresh.key->Clone());
    }
    task.spec.outputs = {output};
    task.lease.keys.emplace("digest", digest_key_.Clone());
    return task;
  }
  [[nodiscard]] std::string Literal(int person) {
    return "'" + UuidText(Person(person).value) + "'::UUID";
  }
  static std::string Blob(ByteView bytes) { return "from_hex('" + ToHex(bytes) + "')"; }
  /// The keyring of persons 1 and 2.
  TaskInput Keyring() {
    EXPECT_TRUE(connection_
                    ->Execute("CREATE OR REPLACE TABLE ring AS SELECT * FROM (VALUES (" +
                              Literal(1) + ", " + Blob(one_.ExposeSecret()) + ", " +
                              Blob(log_.ExposeSecret()) + "), (" + Literal(2) + ", " +
                              Blob(two_.ExposeSecret()) + ", " + Blob(log_.ExposeSecret()) +
                              ")) t(subject, cell_key, log_key)")
                    .ok());
    return InputOf("keyring", "ring", KeyringSchema());
  }

  SecretBytes one_ = entropy_.RandomSecret(32);
  SecretBytes two_ = entropy_.RandomSecret(32);
  SecretBytes log_ = entropy_.RandomSecret(32);
  SecretBytes renewal_ = entropy_.RandomSecret(32);
};

TEST_F(RekeyOperatorTest, IsInTheCatalogAndInNoDocument) {
  const Operator* const op = FindOperator("rekey");
  ASSERT_NE(op, nullptr);
  EXPECT_FALSE(op->signature().in_documents);
  EXPECT_EQ(op->signature().shape, Shape::kOnce);
}

TEST_F(RekeyOperatorTest, WithoutOptionsTheSameRowsRestUnderOtherKeys) {
  const TaskInput ring = Keyring();
  const TaskAssignment task = Task(Json(Json::Object()), {ring});
  const auto result = Run(task);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_EQ(result->outputs.at("out")[0].content, ring.pieces[0].content);
  EXPECT_NE(result->outputs.at("out")[0].streams[0].dek, ring.pieces[0].streams[0].dek);
  OpenResult(task, *result);
  EXPECT_EQ(Count("SELECT count(*) FROM result JOIN ring USING (subject, cell_key, log_key)"), 2);
}

// Who stole the link key of before, with the code and every address, finds nobody afterwards.
TEST_F(RekeyOperatorTest, LinkValuesGoUnderTheNextCoverAndTheOldKeyNamesNobody) {
  const SecretBytes stolen = entropy_.RandomSecret(32);
  const crypto::LinkHasher thief(stolen);
  constexpr int kPeople = 50;
  std::string values;
  for (int i = 0; i < kPeople; ++i) {
    const Uuid link = thief.Link(crypto::LinkType::kEmail, "", Email(i));
    values += (i == 0 ? "('" : ", ('") + UuidText(link) + "'::UUID, 'email', " + Literal(i) +
              ", NULL::UUID, " + (i % 7 == 0 ? "true" : "false") + ", 1::BIGINT)";
  }
  ASSERT_TRUE(connection_
                  ->Execute("CREATE TABLE known AS SELECT * FROM (VALUES " + values +
                            ") t(link, type, subject, alias_of, blocked, seen)")
                  .ok());
  const SecretBytes cover = entropy_.RandomSecret(32);
  TaskAssignment task =
      Task(Json::Of({{"renew", "links"}}), {InputOf("rows", "known", IdentitySchema())});
  task.lease.keys.emplace("covers", cover.Clone());
  const auto result = Run(task);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  OpenResult(task, *result);
  Bytes key(stolen.ExposeSecret().begin(), stolen.ExposeSecret().end());
  Append(key, cover.ExposeSecret());
  const crypto::LinkHasher state(SecretBytes::CopyOf(key));
  for (int i = 0; i < kPeople; ++i) {
    const Uuid now = state.Link(crypto::LinkType::kEmail, "", Email(i));
    const Uuid guess = thief.Link(crypto::LinkType::kEmail, "", Email(i));
    EXPECT_EQ(Count("SELECT count(*) FROM result WHERE link = '" + UuidText(now) +
                    "' AND subject = " + Literal(i)),
              1);
    EXPECT_EQ(Count("SELECT count(*) FROM result WHERE link = '" + UuidText(guess) + "'"), 0);
  }
  EXPECT_EQ(Count("SELECT count(*) FROM result WHERE blocked"), 8) << "all else stays";
  task.lease.keys.erase("covers");
  EXPECT_EQ(Run(task).status().code(), StatusCode::kDenied);
}

TEST_F(RekeyOperatorTest, EveryPersonGetsAnotherCellKeyAndCellsFollowThem) {
  TaskAssignment ring = Task(Json::Of({{"renew", "keyring"}}), {Keyring()});
  ring.lease.keys.emplace("renewal", renewal_.Clone());
  const auto keyring = Run(ring);
  ASSERT_TRUE(keyring.ok()) << keyring.status().ToString();
  OpenResult(ring, *keyring);
  EXPECT_EQ(Count("SELECT count(*) FROM result JOIN ring USING (subject) WHERE "
                  "result.cell_key <> ring.cell_key AND octet_length(result.log_key) = 64 AND "
                  "right(hex(result.log_key), 64) = hex(ring.log_key)"),
            2);
  const auto found =
      connection_->Query("SELECT cell_key, log_key FROM result WHERE subject = " + Literal(1));
  ASSERT_TRUE(found.ok()) << found.status().ToString();
  query::Chunk chunk;
  ASSERT_TRUE(*(*found)->Next(chunk));
  const SecretBytes next = SecretBytes::CopyOf(chunk.Blob(0, 0));

  const Bytes cell = CellSealer(one_).SealEscrow("crm.email", Person(1), "a@shop.example");
  ASSERT_TRUE(connection_
                  ->Execute("CREATE TABLE crm AS SELECT " + Literal(1) + " AS subject, " +
                            Blob(cell) + " AS email, 7::BIGINT AS n")
                  .ok());
  Schema schema{{{"subject", ColumnType::kUuid, {}},
                 {"email", ColumnType::kBytes, {}},
                 {"n", ColumnType::kInt64, {}}}};
  schema.columns[1].label.label_class = policies::LabelClass::kEscrow;
  TaskAssignment task = Task(Json::Of({{"renew", "cells"}, {"source", "crm"}}),
                             {InputOf("rows", "crm", schema), Keyring()});
  task.lease.keys.emplace("renewal", renewal_.Clone());
  const auto result = Run(task);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_EQ(result->figures["cells"].AsInt(), 1);
  EXPECT_EQ(result->figures["unreadable"].AsInt(), 0);
  ASSERT_TRUE(connection_->Execute("DROP VIEW result").ok());
  OpenResult(task, *result);
  const auto cells = connection_->Query("SELECT email FROM result WHERE n = 7");
  ASSERT_TRUE(cells.ok());
  ASSERT_TRUE(*(*cells)->Next(chunk));
  EXPECT_EQ(*CellSealer(next).OpenEscrow("crm.email", Person(1), chunk.Blob(0, 0)),
            "a@shop.example");
  EXPECT_FALSE(CellSealer(one_).OpenEscrow("crm.email", Person(1), chunk.Blob(0, 0)).ok());
}

}  // namespace
}  // namespace signet::pipelines
