#include "coordinator/keys/rekey.h"

#include <map>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "coordinator/binding/cell_key.h"
#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/suppression_book.h"
#include "crypto/pseudonym/link_hasher.h"
#include "crypto/pseudonym/suppression_hasher.h"
#include "pipelines/artifacts/dataset_reader.h"
#include "pipelines/artifacts/piece_writer.h"
#include "pipelines/catalog/run_task.h"
#include "pipelines/govern/cell_sealer.h"
#include "pipelines/identity/identity_table.h"
#include "pipelines/query/database.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

class RekeyTest : public StateWorld {
 protected:
  /// Runs the steps one after another in this process, as a worker would.
  Result<RunView> RunHere(const RunSpec& spec, RunBinder& binder) {
    for (const StepSpec& step : spec.steps) {
      TaskRef task;
      task.run = spec.id;
      task.step = step.id;
      task.attempt = 1;
      ASSIGN_OR_RETURN(const Bytes payload, binder.BindTask(task));
      ASSIGN_OR_RETURN(const Bytes result, pipelines::RunTask(payload, [](double) {}));
      crypto::WriteBatch batch;
      TRY(binder.CommitTask(task, result, batch));
      TRY(state_->store().Write(batch, crypto::Durability::kSync));
      binder.BatchWritten(true);
    }
    RunView view;
    view.state = RunState::kSucceeded;
    return view;
  }
  /// Like RunHere, but the last task is lost with its worker.
  Result<RunView> RunAllButTheLast(RunSpec spec, RunBinder& binder) {
    spec.steps.pop_back();
    ASSIGN_OR_RETURN(RunView view, RunHere(spec, binder));
    view.state = RunState::kFailed;
    view.failure = Unavailable("the worker is gone");
    return view;
  }
  /// A dataset of one row of this schema, as workers write it.
  void MakeLive(const std::string& owner,
                const std::string& name,
                pipelines::DatasetKind kind,
                const pipelines::Schema& schema,
                const std::string& row) {
    crypto::WriteBatch batch;
    pipelines::WriteRequest request;
    request.dataset = name;
    request.kind = kind;
    request.schema = schema;
    request.partition = 0;
    request.producer = "run/step/0";
    std::map<DekId, SecretBytes> keys;
    for (const pipelines::Column& column : schema.columns) {
      const policies::LabelClass label_class = column.label.label_class;
      if (request.deks.count(label_class) != 0) continue;
      const DekId id =
          state_->vault()
              .NewDek({name, "run", 0, std::string(policies::LabelClassName(label_class))}, batch)
              .value();
      const auto key = keys.emplace(id, state_->vault().OpenDek(id).value()).first;
      request.deks[label_class] = {id, &key->second};
    }
    const auto database = pipelines::query::Database::Open({}).value();
    const auto sql = database->Connect();
    const crypto::HmacKey digest(state_->vault().Derive(crypto::KeyUse::kDigest, ""));
    Result<pipelines::Piece> piece =
        pipelines::WritePiece(*sql, "SELECT " + row, request, digest, state_->blobs(), entropy_);
    ASSERT_TRUE(piece.ok()) << piece.status().ToString();
    LiveDataset dataset{owner, name, "run", kind, schema, {*std::move(piece)}};
    ASSERT_TRUE(DatasetRegistry(*state_).Put(dataset, batch).ok());
    Write(batch);
  }
  /// The one row's column as text.
  std::string Cell(const std::string& owner, const std::string& name, const std::string& column) {
    const LiveDataset dataset = DatasetRegistry(*state_).Find(owner, name).value();
    const auto database = pipelines::query::Database::Open({}).value();
    const auto sql = database->Connect();
    std::map<DekId, SecretBytes> keys;
    pipelines::DatasetReader reader(state_->blobs());
    const Status opened =
        reader.OpenView(*sql,
                        "rows",
                        dataset.schema,
                        dataset.pieces,
                        [&](const DekId& id) -> Result<const SecretBytes*> {
                          ASSIGN_OR_RETURN(SecretBytes key, state_->vault().OpenDek(id));
                          return &keys.insert_or_assign(id, std::move(key)).first->second;
                        });
    EXPECT_TRUE(opened.ok()) << opened.ToString();
    return sql->QueryText("SELECT CAST(" + column + " AS VARCHAR) FROM rows").value();
  }
  /// One person: known by an e-mail, with an escrowed and an encrypted cell; another was erased.
  void MakePerson() {
    const Uuid link = LinkOf("ada@example.org");
    const std::string subject = "'" + UuidText(person_.value) + "'::UUID";
    const auto blob = [](ByteView bytes) { return "from_hex('" + ToHex(bytes) + "')"; };
    MakeLive(kStateOwner,
             pipelines::kIdentityDataset,
             pipelines::DatasetKind::kIdentity,
             pipelines::IdentitySchema(),
             "'" + UuidText(link) + "'::UUID AS link, 'email' AS type, " + subject +
                 " AS subject, NULL::UUID AS alias_of, false AS blocked, 1::BIGINT AS seen");
    MakeLive(kStateOwner,
             pipelines::kKeyringDataset,
             pipelines::DatasetKind::kIdentity,
             pipelines::KeyringSchema(),
             subject + " AS subject, " + blob(cell_key_.ExposeSecret()) + " AS cell_key, " +
                 blob(log_key_.ExposeSecret()) + " AS log_key");
    crypto::WriteBatch batch;
    const DekId cells = NewCellKey(*state_, batch).value();
    SuppressionBook::Put(pipelines::SuppressionList({SuppressedAs(LinkOf("eve@example.org"))}),
                         batch);
    Write(batch);
    const pipelines::CellSealer shared(state_->vault().OpenDek(cells).value());
    pipelines::Schema schema{{{"subject", pipelines::ColumnType::kUuid, {}},
                              {"email", pipelines::ColumnType::kBytes, {}},
                              {"notes", pipelines::ColumnType::kBytes, {}},
                              {"n", pipelines::ColumnType::kInt64, {}}}};
    schema.columns[1].label.label_class = policies::LabelClass::kEscrow;
    schema.columns[2].label.label_class = policies::LabelClass::kEscrow;
    const Bytes email =
        pipelines::CellSealer(cell_key_).SealEscrow("crm.email", person_, "ada@example.org");
    MakeLive("shop",
             "crm",
             pipelines::DatasetKind::kGoverned,
             schema,
             subject + " AS subject, " + blob(email) + " AS email, " +
                 blob(shared.SealEncrypted("crm.notes", "likes tea")) +
                 " AS notes, 7::BIGINT AS n");
  }
  Uuid LinkOf(const std::string& email) {
    return crypto::LinkHasher(state_->vault().LinkKey()).Link(crypto::LinkType::kEmail, "", email);
  }
  Uuid SuppressedAs(const Uuid& link) {
    return crypto::SuppressionHasher(state_->vault().SuppressionKey()).Of(link);
  }
  Bytes CellBytes(const std::string& column) {
    return FromHex(Cell("shop", "crm", "lower(hex(" + column + "))")).value();
  }
  /// What the state says of the person, with the keys that it has now.
  void ExpectPersonIsKnownToTheStateAlone() {
    EXPECT_EQ(Cell(kStateOwner, pipelines::kIdentityDataset, "link"),
              UuidText(LinkOf("ada@example.org")));
    EXPECT_TRUE(SuppressionBook(*state_).Load()->Contains(SuppressedAs(LinkOf("eve@example.org"))));
    EXPECT_EQ(SuppressionBook(*state_).Load()->size(), 1U);
    const SecretBytes key = SecretBytes::CopyOf(
        FromHex(Cell(kStateOwner, pipelines::kKeyringDataset, "lower(hex(cell_key))")).value());
    EXPECT_EQ(*pipelines::CellSealer(key).OpenEscrow("crm.email", person_, CellBytes("email")),
              "ada@example.org");
    const DekId cells = CellKeyOf(*state_)->value();
    EXPECT_EQ(*pipelines::CellSealer(state_->vault().OpenDek(cells).value())
                   .OpenEncrypted("crm.notes", CellBytes("notes")),
              "likes tea");
    EXPECT_EQ(Cell("shop", "crm", "n"), "7");
  }

  SubjectId person_{SeededEntropy(4).RandomUuid()};
  SecretBytes cell_key_ = SeededEntropy(5).RandomSecret(32);
  SecretBytes log_key_ = SeededEntropy(6).RandomSecret(32);

  Result<Json> Rekey() {
    LedgerBook ledger(*state_);
    const RekeyTools tools{
        [this](const RunSpec& spec, RunBinder& binder) { return RunHere(spec, binder); },
        [] { return RunId("rekey-1"); }};
    return RekeyEverything(*state_, ledger, tools, "cli:ada", "worker w3 was stolen");
  }
};

TEST_F(RekeyTest, EverythingOpensUnderNewKeysOnlyAndSaysTheSame) {
  const pipelines::Piece before = NewPiece("orders", "the rows");
  const SecretBytes stolen = state_->vault().OpenDek(before.streams.at(0).dek).value();
  const Bytes stolen_blob = state_->blobs().Get(before.streams.at(0).blob_digest).value();
  LiveDataset dataset;
  dataset.owner = "loyalty";
  dataset.name = "orders";
  dataset.run = "run-1";
  dataset.pieces = {before};
  crypto::WriteBatch batch;
  ASSERT_TRUE(DatasetRegistry(*state_).Put(dataset, batch).ok());
  Write(batch);
  const auto done = Rekey();
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_EQ((*done)["rewritten"].AsInt(), 1);
  EXPECT_EQ((*done)["kek_generation"].AsInt(), 2);
  const auto after = DatasetRegistry(*state_).Find("loyalty", "orders").value();
  const pipelines::Stream& stream = after.pieces.at(0).streams.at(0);
  EXPECT_FALSE(Opens(before)) << "the old data key is destroyed";
  EXPECT_FALSE(HasBlob(before));
  pipelines::StreamHeader header;
  header.dataset = "orders";
  header.partition = 0;
  header.producer = "run/step/0";
  const SecretBytes fresh = state_->vault().OpenDek(stream.dek).value();
  EXPECT_EQ(AsText(*pipelines::OpenBlob(stream, header, fresh, state_->blobs())), "the rows");
  EXPECT_FALSE(pipelines::OpenBlob(stream, header, stolen, state_->blobs()).ok());
  const Json entry = state_->audit().Entry(state_->audit().size() - 1).value();
  EXPECT_EQ(entry["type"].AsString(), "key.rotated");
  EXPECT_EQ(entry["why"].AsString(), "worker w3 was stolen");
}

// What a thief has who was in a worker and in the coordinator before: every key there was.
TEST_F(RekeyTest, WithEveryKeyOfBeforeNobodyIsFoundInWhatRestsAfterwards) {
  MakePerson();
  const SecretBytes links = state_->vault().LinkKey();
  const SecretBytes list = state_->vault().SuppressionKey();
  const SecretBytes shared = state_->vault().OpenDek(CellKeyOf(*state_)->value()).value();
  const auto done = Rekey();
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_EQ((*done)["suppressed_links"].AsInt(), 1);
  EXPECT_EQ((*done)["datasets"]["shop/crm"]["cells"].AsInt(), 2);
  const crypto::LinkHasher thief(links);
  const crypto::SuppressionHasher thiefs_list(list);
  const Uuid ada = thief.Link(crypto::LinkType::kEmail, "", "ada@example.org");
  const Uuid eve = thief.Link(crypto::LinkType::kEmail, "", "eve@example.org");
  EXPECT_NE(Cell(kStateOwner, pipelines::kIdentityDataset, "link"), UuidText(ada));
  EXPECT_FALSE(SuppressionBook(*state_).Load()->Contains(thiefs_list.Of(eve)));
  EXPECT_FALSE(
      pipelines::CellSealer(cell_key_).OpenEscrow("crm.email", person_, CellBytes("email")).ok());
  EXPECT_FALSE(pipelines::CellSealer(shared).OpenEncrypted("crm.notes", CellBytes("notes")).ok());
  ExpectPersonIsKnownToTheStateAlone();
  Reopen();
  ExpectPersonIsKnownToTheStateAlone();
  // Again, from covers to covers.
  const auto again = Rekey();
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  Reopen();
  ExpectPersonIsKnownToTheStateAlone();
  EXPECT_EQ(Cell(kStateOwner, pipelines::kKeyringDataset, "octet_length(log_key)"), "96");
}

TEST_F(RekeyTest, OneThatDoesNotFinishHasChangedNothingAndIsRepeated) {
  MakePerson();
  const std::string link = Cell(kStateOwner, pipelines::kIdentityDataset, "link");
  LedgerBook ledger(*state_);
  const RekeyTools broken{
      [this](const RunSpec& spec, RunBinder& binder) { return RunAllButTheLast(spec, binder); },
      [] { return RunId("rekey-0"); }};
  EXPECT_EQ(RekeyEverything(*state_, ledger, broken, "cli:ada", "stolen").status().code(),
            StatusCode::kUnavailable);
  Reopen();
  EXPECT_EQ(Cell(kStateOwner, pipelines::kIdentityDataset, "link"), link);
  ExpectPersonIsKnownToTheStateAlone();
  ASSERT_TRUE(Rekey().ok());
  EXPECT_NE(Cell(kStateOwner, pipelines::kIdentityDataset, "link"), link);
  ExpectPersonIsKnownToTheStateAlone();
}

TEST_F(RekeyTest, AnEmptyStateIsRekeyedToo) {
  const auto done = Rekey();
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_EQ((*done)["rewritten"].AsInt(), 0);
  EXPECT_EQ(state_->vault().kek_generation(), 2U);
}

}  // namespace
}  // namespace signet::coordinator
