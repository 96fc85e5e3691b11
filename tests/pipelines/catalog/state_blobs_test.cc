#include "pipelines/catalog/state_blobs.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

TEST(StateBlobs, NoBlobCanStandInForAnotherOne) {
  const std::set<std::string> digests = {HeaderDigest(SuppressionHeader()),
                                         HeaderDigest(ConsentViewHeader("a.b", 0)),
                                         HeaderDigest(ConsentViewHeader("a.b", 1)),
                                         HeaderDigest(ConsentViewHeader("a.c", 0)),
                                         HeaderDigest(FactsHeader("crm#facts", 0, "r/g/0")),
                                         HeaderDigest(FactsHeader("crm#facts", 1, "r/g/0")),
                                         HeaderDigest(FactsHeader("web#facts", 0, "r/g/0")),
                                         HeaderDigest(FactsHeader("crm#facts", 0, "r/g/1"))};
  EXPECT_EQ(digests.size(), 8U);
}

}  // namespace
}  // namespace signet::pipelines
