#include "crypto/transparency/receipt.h"

#include <gtest/gtest.h>

#include "crypto/transparency/proof.h"
#include "tests/crypto/transparency/reference_tree.h"

namespace signet::crypto {
namespace {

using testing_tree::EntryAt;
using testing_tree::KeyOf;
using testing_tree::NoteAt;
using testing_tree::ReferenceTree;

class ReceiptTest : public testing::Test {
 protected:
  static Receipt ReceiptOf(uint64_t index, uint64_t size) {
    const ReferenceTree tree(size);
    return {index, *ProveInclusion(index, size, tree.Nodes()), NoteAt(size, KeyOf(1), "log")};
  }

  VerifierKey key_ = *VerifierKey::Create("log", KeyOf(1).PublicKey());
};

TEST_F(ReceiptTest, ProvesEveryEntryAfterAJourneyAsText) {
  for (uint64_t size = 1; size <= 12; ++size) {
    for (uint64_t index = 0; index < size; ++index) {
      const auto receipt = Receipt::FromText(ReceiptOf(index, size).Text());
      ASSERT_TRUE(receipt.ok()) << receipt.status().ToString();
      const auto checkpoint = VerifyReceipt(*receipt, AsBytes(EntryAt(index)), key_);
      ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
      EXPECT_EQ(checkpoint->size, size);
    }
  }
}

TEST_F(ReceiptTest, ProvesNoOtherEntryAndUnderNoOtherKey) {
  const Receipt receipt = ReceiptOf(3, 7);
  EXPECT_EQ(VerifyReceipt(receipt, AsBytes(EntryAt(4)), key_).status().code(),
            StatusCode::kCorrupt);
  const VerifierKey other = *VerifierKey::Create("log", KeyOf(2).PublicKey());
  EXPECT_EQ(VerifyReceipt(receipt, AsBytes(EntryAt(3)), other).status().code(),
            StatusCode::kCorrupt);
}

TEST_F(ReceiptTest, TheExtraLineIsSkipped) {
  std::string text = ReceiptOf(0, 2).Text();
  text.insert(text.find("index"), "extra AAAA\n");
  const auto receipt = Receipt::FromText(text);
  ASSERT_TRUE(receipt.ok());
  EXPECT_TRUE(VerifyReceipt(*receipt, AsBytes(EntryAt(0)), key_).ok());
}

TEST_F(ReceiptTest, WhatIsNoReceiptIsInvalid) {
  const std::string good = ReceiptOf(1, 3).Text();
  struct Case {
    const char* name;
    std::string text;
  };
  for (const Case& c : {Case{"empty", ""},
                        Case{"other version", "c2sp.org/tlog-proof@v2" + good.substr(22)},
                        Case{"no index", "c2sp.org/tlog-proof@v1\n\nx"},
                        Case{"bad index", "c2sp.org/tlog-proof@v1\nindex 01\n\nx"},
                        Case{"bad hash", "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx"},
                        Case{"no checkpoint", good.substr(0, good.find("\n\n"))}}) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Receipt::FromText(c.text).status().code(), StatusCode::kInvalid);
  }
}

}  // namespace
}  // namespace signet::crypto
