#include "pipelines/catalog/collect_operator.h"

#include <string>

#include <gtest/gtest.h>

#include "crypto/primitives/sealed_stream.h"
#include "tests/pipelines/catalog/task_world.h"

namespace signet::pipelines {
namespace {

class CollectTest : public TaskWorld {
 protected:
  /// Collects the rows of the person of `range % 10 == n`.
  TaskAssignment Task(int n) {
    TaskAssignment task = SqlTask("SELECT 1");
    task.spec.op = "collect";
    task.spec.operator_digest = OperatorDigest(*FindOperator("collect"));
    task.spec.inputs[0].name = "rows";
    task.spec.outputs.clear();
    const std::string subject =
        *connection_->QueryText("SELECT CAST(md5('" + std::to_string(n) + "')::UUID AS VARCHAR)");
    task.spec.options = Json::Of({{"subjects", Json::List({subject})}, {"dataset", "orders"}});
    task.lease.keys.emplace("reveal", key_.Clone());
    return task;
  }
  SecretBytes key_ = SystemEntropy().RandomSecret(32);
};

TEST_F(CollectTest, GivesThePersonsRowsAsTextSealedForTheAskerAlone) {
  const auto result = Run(Task(3));
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_EQ(result->extra["rows"].AsInt(), 10);
  const Bytes sealed = *FromBase64(result->extra["sealed"].AsString());
  const Bytes text = *crypto::OpenStream(key_, AsBytes(kCollectContext), sealed);
  const Json rows = *Json::Parse(AsText(text));
  ASSERT_EQ(rows.size(), 10U);
  EXPECT_EQ(rows.items()[0]["amount"].AsString(), "3.2500");
  EXPECT_FALSE(rows.items()[0].Has("subject"));
  EXPECT_EQ(std::string(AsText(result->Encode())).find("3.2500"), std::string::npos);
  const SecretBytes other = SystemEntropy().RandomSecret(32);
  EXPECT_FALSE(crypto::OpenStream(other, AsBytes(kCollectContext), sealed).ok());
}

TEST_F(CollectTest, NobodysRowsAreAnEmptyAnswerAndNoSubjectIsInvalid) {
  EXPECT_EQ(Run(Task(77))->extra["rows"].AsInt(), 0);
  TaskAssignment task = Task(3);
  task.spec.options.Set("subjects", Json(Json::Array()));
  EXPECT_EQ(Run(task).status().code(), StatusCode::kInvalid);
  task.spec.options.Set("subjects", Json::List({"'; DROP TABLE x; --"}));
  EXPECT_FALSE(Run(task).ok());
}

}  // namespace
}  // namespace signet::pipelines
