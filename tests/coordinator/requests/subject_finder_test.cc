#include "coordinator/requests/subject_finder.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/coordinator/requests/desk_world.h"

namespace signet::coordinator {
namespace {

class SubjectFinderTest : public DeskWorld {
 protected:
  [[nodiscard]] Status Locate(crypto::LinkType type, const std::string& value) {
    std::vector<Identifier> identifiers;
    identifiers.push_back({type, PersonalText(value), ""});
    return desk_->finder().Locate(identifiers, "FI").status();
  }
};

TEST_F(SubjectFinderTest, WhatCannotIdentifyAnyoneIsRefusedWithoutBeingQuoted) {
  const Status status = Locate(crypto::LinkType::kPhone, "MARKER");
  EXPECT_EQ(status.code(), StatusCode::kInvalid);
  EXPECT_NE(status.message().find("phone"), std::string::npos) << status.message();
  EXPECT_EQ(status.ToString().find("MARKER"), std::string::npos);
}

TEST_F(SubjectFinderTest, AStateThatNeverRanKnowsNobodyAndAsksNoWorker) {
  const Status status = Locate(crypto::LinkType::kEmail, "anna@example.com");
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_EQ(status.ToString().find("anna"), std::string::npos);
  EXPECT_EQ(runs_, 0);
}

TEST_F(SubjectFinderTest, APersonIsTheSameAfterAWayThroughJson) {
  const LocatedSubject person = Person(9);
  const LocatedSubject again = *LocatedSubject::FromJson(person.ToJson());
  EXPECT_TRUE(again.Is(person.subject));
  EXPECT_EQ(again.links, person.links);
  EXPECT_FALSE(again.Is(Person(8).subject));
}

TEST_F(SubjectFinderTest, WithoutAKeyringNobodyIsNamedInTheLog) {
  const LocatedSubject person = Person(1);
  const auto refs = desk_->finder().References(std::span(&person, 1), 2);
  ASSERT_TRUE(refs.ok());
  EXPECT_EQ(*refs, (std::vector<std::vector<std::string>>{{"", ""}}));
  EXPECT_TRUE(desk_->finder().ReferencesTo(person, {"aa.bb"})->empty());
  EXPECT_EQ(desk_->finder().PartitionsOf(std::span(&person, 1))->size(), 1U);
  EXPECT_EQ(desk_->finder().Collect(person)->size(), 0U);
}

}  // namespace
}  // namespace signet::coordinator
