#include "coordinator/requests/identifiers.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

TEST(ReadIdentifiers, ReadsOneIdentifierALine) {
  const auto read = ReadIdentifiers(
      "# the person of ticket 7\n\n  email   Anna@Example.com  \nphone +358 40 123\r\ncard 123");
  ASSERT_TRUE(read.ok()) << read.status().message();
  ASSERT_EQ(read->size(), 3U);
  EXPECT_EQ((*read)[0].type, crypto::LinkType::kEmail);
  EXPECT_EQ((*read)[0].value.ExposePersonal(), "Anna@Example.com");
  EXPECT_EQ((*read)[1].type, crypto::LinkType::kPhone);
  EXPECT_EQ((*read)[1].value.ExposePersonal(), "+358 40 123");
  EXPECT_EQ((*read)[2].type, crypto::LinkType::kCard);
}

TEST(ReadIdentifiers, EveryTypeHasItsWord) {
  const auto read = ReadIdentifiers("id 1\nemail a@b\nphone 1\ncard 1\ncookie 1\ndevice 1\n");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->size(), 6U);
}

TEST(ReadIdentifiers, AnIdMaySayWhoseNumberItIs) {
  const auto read = ReadIdentifiers("id 7\nid:shop 7\nemail a@b\n");
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ((*read)[0].domain, "customer");
  EXPECT_EQ((*read)[1].domain, "shop");
  EXPECT_EQ((*read)[2].domain, "");
  for (const char* text : {"email:shop a@b", "id: 7", "shop:id 7"}) {
    EXPECT_EQ(ReadIdentifiers(text).status().code(), StatusCode::kInvalid) << text;
  }
}

TEST(ReadIdentifiers, ATabSeparatesToo) {
  const auto read = ReadIdentifiers("email\tanna@example.com\n");
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ((*read)[0].value.ExposePersonal(), "anna@example.com");
}

TEST(ReadIdentifiers, AnErrorNamesTheLineAndNeverItsText) {
  for (const char* text : {"email a@b\nMARKER@example.com\n",
                           "email a@b\nmail MARKER@example.com\n",
                           "# c\nMARKER",
                           "id 1\nMARKER MARKER MARKER\n"}) {
    const Status status = ReadIdentifiers(text).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalid) << text;
    EXPECT_NE(status.message().find("line 2"), std::string::npos) << status.message();
    EXPECT_EQ(status.ToString().find("MARKER"), std::string::npos);
    EXPECT_EQ(status.remedy().find("MARKER"), std::string::npos);
    EXPECT_NE(status.remedy(), "");
  }
}

TEST(ReadIdentifiers, ATypeWithoutValueIsRefused) {
  for (const char* text : {"email", "email ", "email\t\n"}) {
    EXPECT_EQ(ReadIdentifiers(text).status().code(), StatusCode::kInvalid) << text;
  }
}

TEST(ReadIdentifiers, NothingAtAllIsRefused) {
  for (const char* text : {"", "\n\n", "# only a comment\n"}) {
    EXPECT_EQ(ReadIdentifiers(text).status().code(), StatusCode::kInvalid);
  }
}

}  // namespace
}  // namespace signet::coordinator
