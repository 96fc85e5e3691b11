#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "policies/consent/ledger.h"

namespace signet::policies {
namespace {

TEST(ConsentView, ComesBackFromItsBytes) {
  SeededEntropy entropy(7);
  std::vector<SubjectId> subjects(100);
  for (SubjectId& subject : subjects) subject.value = entropy.RandomUuid();
  std::sort(subjects.begin(), subjects.end());
  const Result<std::vector<SubjectId>> again = DecodeView(EncodeView(subjects));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, subjects);
  EXPECT_TRUE(DecodeView(EncodeView({}))->empty());
}

TEST(ConsentView, IsRefusedWhenCutOrOutOfOrder) {
  std::vector<SubjectId> subjects(2);
  subjects[1].value[0] = 1;
  const Bytes bytes = EncodeView(subjects);
  for (size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(DecodeView(ByteView(bytes).first(n)).ok());
  Bytes same = bytes;
  same[14 + 16] = 0;  // now both subjects are equal
  EXPECT_EQ(DecodeView(same).status().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::policies
