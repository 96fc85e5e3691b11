#include "coordinator/requests/request_book.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/coordinator/requests/desk_world.h"

namespace signet::coordinator {
namespace {

using policies::Right;

class RequestBookTest : public DeskWorld {
 protected:
  KeptRequest Open(const std::string& id) {
    KeptRequest kept;
    kept.request =
        policies::OpenRequest({id, Right::kAccess, "", false, "gdpr", "cli"}, clock_.Now())
            ->request;
    kept.person = Person(7);
    kept.secret = Json::Of({{"out", "/answers/anna"}});
    kept.refs = {"aa.bb"};
    return kept;
  }
  void Put(RequestBook& book, const KeptRequest& kept) {
    crypto::WriteBatch batch;
    ASSERT_TRUE(book.Put(kept, batch).ok());
    Write(batch);
  }
};

TEST_F(RequestBookTest, AnOpenRequestComesBackWithItsPersonAfterARestart) {
  RequestBook book(*state_);
  Put(book, Open("access-1"));
  Restart();
  RequestBook again(*state_);
  const std::vector<KeptRequest> open = *again.Open();
  ASSERT_EQ(open.size(), 1U);
  EXPECT_TRUE(open[0].person.Is(Person(7).subject));
  EXPECT_EQ(open[0].person.links, Person(7).links);
  EXPECT_EQ(open[0].secret["out"].AsString(), "/answers/anna");
  EXPECT_EQ(open[0].refs, std::vector<std::string>{"aa.bb"});
  EXPECT_TRUE(again.All()->at(0).person.subjects.empty()) << "lists name nobody";
}

TEST_F(RequestBookTest, AReKeySealsOpenRequestsAnewWithTheirLinksUnderTheNextCover) {
  RequestBook book(*state_);
  Put(book, Open("access-1"));
  const auto dek = [this] {
    const Json record = *Json::Parse(AsText(*state_->store().Require("request/access-1")));
    return DekId(record["dek"].AsString());
  };
  const DekId before = dek();
  Restart();
  const crypto::CoverChange change(SystemEntropy().RandomSecret(32));
  RequestBook again(*state_);
  crypto::WriteBatch batch;
  const auto renewed = again.Renew(change, batch);
  ASSERT_TRUE(renewed.ok()) << renewed.status().ToString();
  EXPECT_EQ(*renewed, 1U);
  Write(batch);
  Restart();
  EXPECT_NE(dek(), before);
  EXPECT_FALSE(state_->vault().OpenDek(before).ok());
  const std::vector<KeptRequest> open = *RequestBook(*state_).Open();
  ASSERT_EQ(open.size(), 1U);
  ASSERT_EQ(open[0].person.links.size(), Person(7).links.size());
  for (size_t i = 0; i < open[0].person.links.size(); ++i) {
    EXPECT_EQ(open[0].person.links[i], change.Of(Person(7).links[i]));
  }
  EXPECT_EQ(open[0].secret["out"].AsString(), "/answers/anna");
}

TEST_F(RequestBookTest, TheRecordNamesThePersonNowhereInPlain) {
  RequestBook book(*state_);
  Put(book, Open("access-1"));
  const std::string record(AsText(*state_->store().Require("request/access-1")));
  EXPECT_EQ(record.find(UuidText(Person(7).subject.value)), std::string::npos);
  EXPECT_EQ(record.find("anna"), std::string::npos);
}

TEST_F(RequestBookTest, AClosedRequestForgetsItsPersonAndTheKeyDies) {
  RequestBook book(*state_);
  KeptRequest kept = Open("access-1");
  Put(book, kept);
  const Json record = *Json::Parse(AsText(*state_->store().Require("request/access-1")));
  const DekId dek(record["dek"].AsString());
  EXPECT_TRUE(Opens(dek));
  kept.request = *policies::RefuseRequest(kept.request, "unfounded", clock_.Now());
  Put(book, kept);
  EXPECT_FALSE(Opens(dek));
  EXPECT_TRUE(book.Open()->empty());
  EXPECT_EQ(book.Find("access-1")->request.refusal, "unfounded");
  EXPECT_EQ(book.Find("access-2").status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace signet::coordinator
