#include "pipelines/catalog/operator.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

class NamedOperator final : public Operator {
 public:
  explicit NamedOperator(OperatorSignature signature) : signature_(std::move(signature)) {}
  [[nodiscard]] const OperatorSignature& signature() const override { return signature_; }
  [[nodiscard]] Result<Schema> Bind(const BindRequest& /*request*/) const override {
    return Schema{};
  }
  [[nodiscard]] Status Run(TaskContext& /*context*/) const override { return OkStatus(); }

 private:
  OperatorSignature signature_;
};

OperatorSignature SomeSignature() {
  OperatorSignature signature;
  signature.name = "some";
  signature.options = {{"top", "integer", "rows", "10", "How many."}};
  return signature;
}

TEST(Catalog, NamesAreUniqueAndFound) {
  std::set<std::string> names;
  for (const Operator* op : AllOperators()) {
    EXPECT_TRUE(names.insert(op->signature().name).second) << op->signature().name;
    EXPECT_EQ(FindOperator(op->signature().name), op);
  }
  for (const char* name : {"sql",
                           "features",
                           "train",
                           "score",
                           "experiment",
                           "segment",
                           "check",
                           "publish",
                           "tokenise",
                           "resolve",
                           "gate",
                           "locate",
                           "erase"}) {
    EXPECT_EQ(names.count(name), 1U) << name;
  }
  EXPECT_EQ(FindOperator("shell"), nullptr);
}

TEST(Catalog, EveryOperatorAndOptionIsDocumented) {
  for (const Operator* op : AllOperators()) {
    const OperatorSignature& signature = op->signature();
    EXPECT_GT(signature.summary.size(), 20U) << signature.name;
    EXPECT_EQ(signature.summary.back(), '.') << signature.name;
    EXPECT_FALSE(signature.accepts.empty()) << signature.name;
    EXPECT_EQ(signature.options.empty(), !signature.in_documents) << signature.name;
    std::set<std::string> names;
    for (const OptionDoc& option : signature.options) {
      const std::string where = signature.name + "." + option.name;
      EXPECT_TRUE(names.insert(option.name).second) << where << " twice";
      EXPECT_FALSE(option.type.empty()) << where;
      EXPECT_GT(option.text.size(), 5U) << where;
    }
  }
}

TEST(Catalog, OnlySourcesMayBeReadRaw) {
  for (const Operator* op : AllOperators()) {
    if (!op->signature().in_documents) continue;
    for (const DatasetKind kind : op->signature().accepts) {
      EXPECT_NE(kind, DatasetKind::kRaw) << op->signature().name;
      EXPECT_NE(kind, DatasetKind::kTokenised) << op->signature().name;
      EXPECT_NE(kind, DatasetKind::kIdentity) << op->signature().name;
    }
  }
}

TEST(OperatorDigest, IsThatOfNameAndOptions) {
  const std::string digest = OperatorDigest(NamedOperator(SomeSignature()));
  EXPECT_EQ(digest.size(), 64U);
  EXPECT_EQ(OperatorDigest(NamedOperator(SomeSignature())), digest);
  OperatorSignature changed = SomeSignature();
  changed.name = "other";
  EXPECT_NE(OperatorDigest(NamedOperator(changed)), digest);
  changed = SomeSignature();
  changed.options[0].type = "text";
  EXPECT_NE(OperatorDigest(NamedOperator(changed)), digest);
  changed = SomeSignature();
  changed.options.push_back({"bottom", "integer", "", "", ""});
  EXPECT_NE(OperatorDigest(NamedOperator(changed)), digest);
}

TEST(OperatorDigest, DiffersBetweenOperators) {
  std::set<std::string> digests;
  for (const Operator* op : AllOperators()) digests.insert(OperatorDigest(*op));
  EXPECT_EQ(digests.size(), AllOperators().size());
}

}  // namespace
}  // namespace signet::pipelines
