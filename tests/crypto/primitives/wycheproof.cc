#include "tests/crypto/primitives/wycheproof.h"

#include <iostream>
#include <optional>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/support/environment.h"

namespace signet::crypto::vector_testing {

Bytes Hex(std::string_view text) {
  return FromHex(text).value();
}

void RunVectors(const std::string& file,
                int64_t total,
                const std::function<Outcome(const Json& group, const Json& vector)>& run,
                const std::set<int64_t>& known_failures) {
  const auto path = testing_support::SharedPath("vectors/wycheproof/" + file);
  if (!path) GTEST_SKIP() << "shared/vectors/wycheproof/" << file << " is absent";
  const Json document = Json::Parse(AsText(ReadFile(*path).value())).value();
  int64_t valid = 0;
  int64_t invalid = 0;
  int64_t known = 0;
  for (const Json& group : document["testGroups"].items()) {
    for (const Json& vector : group["tests"].items()) {
      const int64_t id = vector["tcId"].AsInt();
      SCOPED_TRACE(file + " tcId " + std::to_string(id) + " " + vector["comment"].AsString());
      const Outcome outcome = run(group, vector);
      if (known_failures.count(id) != 0) {
        ++known;
        EXPECT_EQ(outcome, Outcome::kRefused) << "no longer fails: take it off the list";
      } else if (vector["result"].AsString() == "valid") {
        ++valid;
        EXPECT_EQ(outcome, Outcome::kAccepted);
      } else {
        ++invalid;
        EXPECT_EQ(outcome, Outcome::kRefused);
      }
    }
  }
  std::cout << "wycheproof " << file << ": " << valid << " valid accepted, " << invalid
            << " invalid refused, " << known << " known failures\n";
  EXPECT_EQ(valid + invalid + known, total);
  EXPECT_EQ(known, static_cast<int64_t>(known_failures.size()));
}

}  // namespace signet::crypto::vector_testing
