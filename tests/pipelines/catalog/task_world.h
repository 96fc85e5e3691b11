/// A worker's world in a test: a blob store, keys, and a task over one written piece.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "pipelines/artifacts/dataset_reader.h"
#include "pipelines/artifacts/piece_writer.h"
#include "pipelines/catalog/operator.h"
#include "pipelines/catalog/run_task.h"
#include "pipelines/catalog/state_blobs.h"
#include "pipelines/query/database.h"
#include "pipelines/record/task.h"
#include "policies/consent/ledger.h"
#include "tests/support/environment.h"

namespace signet::pipelines {

class TaskWorld : public ::testing::Test {
 protected:
  /// 100 orders of ten persons, ten each; amount n + 0.25.
  void SetUp() override {
    ASSERT_TRUE(connection_
                    ->Execute("CREATE TABLE orders AS SELECT md5((range % 10)::VARCHAR)::UUID AS "
                              "subject, (range + 0.25)::DECIMAL(18,4) AS amount, TIMESTAMP "
                              "'2026-01-01' + to_days(range::INTEGER) AS at FROM range(100)")
                    .ok());
    schema_.columns = {{"subject", ColumnType::kUuid, {}},
                       {"amount", ColumnType::kDecimal, {}},
                       {"at", ColumnType::kTimestamp, {}}};
    WriteRequest request;
    request.dataset = "orders";
    request.kind = DatasetKind::kGoverned;
    request.schema = schema_;
    request.partition = 0;
    request.producer = "run/gate.orders/0";
    request.deks[policies::LabelClass::kOrdinary] = Lease("dek-orders");
    Result<Piece> piece =
        WritePiece(*connection_, "orders", request, crypto::HmacKey(digest_key_), store_, entropy_);
    ASSERT_TRUE(piece.ok()) << piece.status().message();
    orders_ = *std::move(piece);
  }

  LeasedDek Lease(const std::string& id) {
    auto found = deks_.find(id);
    if (found == deks_.end()) found = deks_.emplace(id, entropy_.RandomSecret(32)).first;
    return {DekId(id), &found->second};
  }

  /// One piece of `table`, sealed under a key of its classes.
  TaskInput InputOf(const std::string& name, const std::string& table, const Schema& schema) {
    WriteRequest request;
    request.dataset = table;
    request.kind = DatasetKind::kIdentity;
    request.schema = schema;
    request.partition = 0;
    request.producer = "run/before/0";
    for (const Column& column : schema.columns) {
      request.deks[column.label.label_class] =
          Lease("dek-" + table + std::string(policies::LabelClassName(column.label.label_class)));
    }
    Result<Piece> piece =
        WritePiece(*connection_, table, request, crypto::HmacKey(digest_key_), store_, entropy_);
    EXPECT_TRUE(piece.ok()) << piece.status().ToString();
    TaskInput input;
    input.name = name;
    input.schema = schema;
    input.pieces = {*std::move(piece)};
    return input;
  }

  TaskAssignment SqlTask(const std::string& sql) {
    TaskAssignment task;
    task.spec.run = "run";
    task.spec.step = "sums";
    task.spec.op = "sql";
    task.spec.options = Json::Of({{"sql", sql}});
    task.spec.purpose = "analytics.churn";
    task.spec.partition = 0;
    task.spec.operator_digest = OperatorDigest(*FindOperator("sql"));
    task.spec.blobs = "file:" + scratch_.path().string();
    TaskInput input;
    input.name = "o";
    input.schema = schema_;
    input.pieces = {orders_};
    task.spec.inputs = {input};
    TaskOutput output;
    output.name = "out";
    output.dataset = "sums";
    output.schema.columns = {{"subject", ColumnType::kUuid, {}},
                             {"total", ColumnType::kDecimal, {}}};
    output.deks = {{OutputKey(0, policies::LabelClass::kOrdinary), DekId("dek-sums")}};
    task.spec.outputs = {output};
    for (const char* id : {"dek-orders", "dek-sums"}) {
      task.lease.deks.emplace(DekId(id), Lease(id).key->Clone());
    }
    task.lease.keys.emplace("digest", digest_key_.Clone());
    return task;
  }

  /// Only the subjects of `allowed` may be seen through the first input.
  void Restrict(TaskAssignment& task, const std::vector<SubjectId>& allowed) {
    ConsentView view;
    view.partition = 0;
    Result<Stream> stream = SealBlob(ConsentViewHeader(task.spec.purpose, 0),
                                     policies::EncodeView(allowed),
                                     Lease("dek-view"),
                                     store_,
                                     entropy_);
    ASSERT_TRUE(stream.ok());
    view.stream = *std::move(stream);
    task.spec.inputs[0].subjects_filtered = true;
    task.spec.inputs[0].allowed = {view};
    task.lease.deks.emplace(DekId("dek-view"), Lease("dek-view").key->Clone());
  }

  SubjectId Person(int number) {
    const std::string text =
        connection_->QueryText("SELECT md5('" + std::to_string(number) + "')::UUID::VARCHAR")
            .value();
    return SubjectId{UuidFromText(text).value()};
  }

  Result<TaskResult> Run(const TaskAssignment& task) {
    ASSIGN_OR_RETURN(const Bytes bytes, RunTask(task.Encode(), {}));
    return TaskResult::Decode(bytes);
  }

  /// The result's pieces as the view "result".
  void OpenResult(const TaskAssignment& task, const TaskResult& result) {
    const Status opened = reader_.OpenView(
        *connection_,
        "result",
        task.spec.outputs[0].schema,
        result.outputs.at("out"),
        [this](const DekId& id) -> Result<const SecretBytes*> { return Lease(id.text()).key; },
        RowLimits());
    ASSERT_TRUE(opened.ok()) << opened.message();
  }

  int64_t Count(const std::string& sql) { return connection_->QueryInt64(sql).value(); }

  testing_support::ScratchFolder scratch_;
  FileBlobStore store_{scratch_.path()};
  DatasetReader reader_{store_};
  SeededEntropy entropy_{11};
  SecretBytes digest_key_ = SecretBytes::CopyOf(ToBytes("digest"));
  std::map<std::string, SecretBytes> deks_;
  std::unique_ptr<query::Database> database_ = query::Database::Open({1, 512, {}}).value();
  std::unique_ptr<query::Connection> connection_ = database_->Connect();
  Schema schema_;
  Piece orders_;
};

inline constexpr char kSums[] = "SELECT subject, sum(amount) AS total FROM o GROUP BY subject";

}  // namespace signet::pipelines
