#include "pipelines/catalog/subject_refs_operator.h"

#include <string>

#include <gtest/gtest.h>

#include "crypto/audit/subject_ref.h"
#include "pipelines/identity/identity_table.h"
#include "tests/pipelines/catalog/task_world.h"

namespace signet::pipelines {
namespace {

class SubjectRefsTest : public TaskWorld {
 protected:
  /// A keyring of two persons whose log keys are 32 bytes 01 and 02.
  TaskAssignment Task(const Json& options, const std::string& older = "") {
    EXPECT_TRUE(connection_
                    ->Execute("CREATE OR REPLACE TABLE ring AS SELECT * FROM (VALUES ('" +
                              UuidText(Person(1).value) + "'::UUID, from_hex('" +
                              std::string(64, '9') + "'), from_hex('" + Repeat("01") + older +
                              "')), ('" + UuidText(Person(2).value) + "'::UUID, from_hex('" +
                              std::string(64, '8') + "'), from_hex('" + Repeat("02") +
                              "'))) t(subject, cell_key, log_key)")
                    .ok());
    const TaskInput input = InputOf("keyring", "ring", KeyringSchema());
    TaskAssignment task;
    task.spec.run = "run";
    task.spec.step = "refs";
    task.spec.op = "subject_refs";
    task.spec.options = options;
    task.spec.operator_digest = OperatorDigest(*FindOperator("subject_refs"));
    task.spec.blobs = "file:" + scratch_.path().string();
    task.spec.inputs = {input};
    for (const Stream& stream : input.pieces[0].streams) {
      task.lease.deks.emplace(stream.dek, Lease(stream.dek.text()).key->Clone());
    }
    task.lease.keys.emplace("digest", digest_key_.Clone());
    return task;
  }
  static std::string Repeat(const std::string& hex) {
    std::string text;
    for (int i = 0; i < 32; ++i) text += hex;
    return text;
  }
  static SecretBytes KeyOf(uint8_t fill) { return SecretBytes::CopyOf(Bytes(32, fill)); }
};

TEST_F(SubjectRefsTest, MakesReferencesUnderThePersonsKeyAndKnowsThem) {
  SystemEntropy entropy;
  const crypto::EventNonce nonce = crypto::NewEventNonce(entropy);
  const std::string mine = crypto::SubjectRef(KeyOf(1), nonce);
  const std::string other = crypto::SubjectRef(KeyOf(2), nonce);
  const auto result = Run(Task(Json::Of({{"subjects", Json::List({UuidText(Person(1).value)})},
                                         {"nonces", Json::List({ToHex(nonce)})},
                                         {"refs", Json::List({other, mine, "nonsense"})}})));
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_EQ(result->extra["made"].AsStrings(), std::vector<std::string>{mine});
  EXPECT_EQ(result->extra["matching"].AsStrings(), std::vector<std::string>{mine});
  const std::string dump(AsText(result->Encode()));
  EXPECT_EQ(dump.find(Repeat("01")), std::string::npos) << "the key stays in the worker";
}

TEST_F(SubjectRefsTest, EntriesOfBeforeAReKeyAreStillTheirsAndNewOnesStandUnderTheNewestKey) {
  SystemEntropy entropy;
  const crypto::EventNonce nonce = crypto::NewEventNonce(entropy);
  const std::string old = crypto::SubjectRef(KeyOf(7), nonce);
  const std::string now = crypto::SubjectRef(KeyOf(1), nonce);
  const Json options = Json::Of({{"subjects", Json::List({UuidText(Person(1).value)})},
                                 {"nonces", Json::List({ToHex(nonce)})},
                                 {"refs", Json::List({old, now})}});
  const auto result = Run(Task(options, Repeat("07")));
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_EQ(result->extra["made"].AsStrings(), std::vector<std::string>{now});
  EXPECT_EQ(result->extra["matching"].AsStrings(), (std::vector<std::string>{old, now}));
  EXPECT_EQ(Run(Task(options, "07")).status().code(), StatusCode::kCorrupt) << "half a key";
}

TEST_F(SubjectRefsTest, APersonWhoseKeyIsGoneHasNoReference) {
  const auto result = Run(Task(Json::Of({{"subjects", Json::List({UuidText(Person(3).value)})},
                                         {"nonces", Json::List({std::string(32, 'a')})},
                                         {"refs", Json::List({})}})));
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_EQ(result->extra["made"].size(), 0U);
}

TEST_F(SubjectRefsTest, AMalformedNonceOrSubjectIsInvalid) {
  EXPECT_FALSE(Run(Task(Json::Of({{"subjects", Json::List({"'; DROP TABLE x; --"})}}))).ok());
  EXPECT_FALSE(Run(Task(Json::Of({{"subjects", Json::List({UuidText(Person(1).value)})},
                                  {"nonces", Json::List({"zz"})}})))
                   .ok());
}

}  // namespace
}  // namespace signet::pipelines
