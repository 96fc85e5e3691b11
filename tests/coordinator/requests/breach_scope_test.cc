#include "coordinator/requests/breach_scope.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/coordinator/requests/desk_world.h"

namespace signet::coordinator {
namespace {

class BreachScopeTest : public DeskWorld {
 protected:
  Result<policies::BreachScope> Find(const BreachQuestion& question) {
    const GovernanceFacts facts = *GovernanceFacts::Gather(*state_, {});
    return BreachFinder(*state_, *ledger_, facts).Find(question);
  }
};

TEST_F(BreachScopeTest, AKeyOpensTheColumnsOfItsStreamForThePersonsOfItsPartition) {
  ASSERT_TRUE(desk_->SetConsent(Person(2), "marketing.email", /*given=*/true).ok());
  LiveDataset dataset;
  dataset.owner = "shop";
  dataset.name = "crm";
  dataset.run = "r1";
  pipelines::Column email{"email", pipelines::ColumnType::kBytes, {}};
  email.label.categories = {"user.contact.email"};
  email.label.identifiability = policies::Identifiability::kDirect;
  dataset.schema.columns = {email};
  dataset.pieces = {NewPiece("crm", "rows")};
  dataset.pieces[0].streams[0].columns = {"email"};
  dataset.pieces[0].partition = static_cast<int>(PartitionOf(Person(2).subject, 2));
  crypto::WriteBatch batch;
  ASSERT_TRUE(DatasetRegistry(*state_).Put(dataset, batch).ok());
  Write(batch);
  BreachQuestion by_key;
  by_key.key = dataset.pieces[0].streams[0].dek.text();
  BreachQuestion by_file;
  by_file.artifact = dataset.pieces[0].streams[0].blob_digest;
  BreachQuestion by_generation;
  by_generation.key = "kek:1";
  for (const BreachQuestion& question : {by_key, by_file, by_generation}) {
    const Result<policies::BreachScope> scope = Find(question);
    ASSERT_TRUE(scope.ok()) << scope.status().ToString();
    ASSERT_EQ(scope->datasets.size(), 1U);
    EXPECT_EQ(scope->datasets[0].columns, std::set<std::string>{"email"});
    EXPECT_EQ(scope->datasets[0].rows, 1U);
    EXPECT_EQ(scope->subjects_max, 1U);
  }
}

TEST_F(BreachScopeTest, OneThingIsAskedAboutAndItMustBeKnown) {
  EXPECT_EQ(Find({}).status().code(), StatusCode::kInvalid);
  EXPECT_EQ(Find({"k", "w", "", {}}).status().code(), StatusCode::kInvalid);
  EXPECT_EQ(Find({"dek-none", "", "", {}}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(Find({"", "w-9", "", {}}).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace signet::coordinator
