#include <set>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "policies/compile/compile.h"
#include "policies/decide/decide.h"

namespace signet::policies {
namespace {

// One line of a decision table; cells may be quoted.
std::vector<std::string> Cells(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

Policy Compile(const std::vector<std::string>& names) {
  Result<PolicySources> sources = FindPolicies(names, "policies/bundles", "policies/bundles");
  CHECK_FACTS(sources.ok(), sources.status().ToString());
  Result<Policy> policy = CompilePolicies(*sources);
  CHECK_FACTS(policy.ok(), policy.status().ToString());
  return *std::move(policy);
}

SubjectState StateOf(const std::vector<std::string>& cells) {
  SubjectState state;
  state.jurisdiction = cells[0];
  if (cells[3] == "given") state.consents[cells[1]] = ConsentState::kGiven;
  if (cells[3] == "withdrawn") state.consents[cells[1]] = ConsentState::kWithdrawn;
  state.minor = cells[4] == "yes";
  state.gpc = cells[5] == "yes";
  state.opt_out_sale = cells[6] == "yes";
  state.tombstone = cells[7] == "erasure";
  state.limit_sensitive = cells[7] == "sensitive";
  if (cells[7] == "everything") state.restrictions.insert("");
  if (cells[7] == "marketing" || cells[7] == "analytics") state.restrictions.insert(cells[7]);
  return state;
}

class DecisionTable : public testing::TestWithParam<std::string> {};

TEST_P(DecisionTable, HoldsRowByRow) {
  const Policy policy = Compile({GetParam()});
  const Policy composed = Compile({"gdpr", "ccpa"});
  const Result<Bytes> table = ReadFile("policies/bundles/" + GetParam() + ".decisions.csv");
  ASSERT_TRUE(table.ok());
  std::set<std::string> purposes;
  int line_number = 0;
  for (const std::string& line : Split(AsText(*table), '\n')) {
    if (++line_number == 1 || line.empty()) continue;
    SCOPED_TRACE("row " + std::to_string(line_number) + ": " + line);
    const std::vector<std::string> cells = Cells(line);
    ASSERT_EQ(cells.size(), 10U);
    ASSERT_NE(policy.FindPurpose(cells[1]), nullptr);
    purposes.insert(cells[1]);
    const SubjectState state = StateOf(cells);
    const Relation relation = *RelationFromName(cells[2]);
    const Verdict verdict = DecideSubject(policy, state, cells[1], relation);
    EXPECT_EQ(verdict.allowed ? "allow" : "deny", cells[8]) << verdict.message;
    EXPECT_EQ(verdict.article, cells[9]);
    EXPECT_NE(verdict.rule.find(GetParam() + ".yaml:"), std::string::npos) << verdict.rule;
    // Composed with another law, subjects whose jurisdiction is known are decided the same.
    if (policy.PartsOf(cells[0]).size() != 1 || composed.PartsOf(cells[0]).size() != 1) continue;
    EXPECT_EQ(DecideSubject(composed, state, cells[1], relation).allowed, verdict.allowed);
  }
  EXPECT_GE(purposes.size(), 7U);
  EXPECT_GT(line_number, 25);
}

INSTANTIATE_TEST_SUITE_P(Bundles, DecisionTable, testing::Values("gdpr", "ccpa"));

}  // namespace
}  // namespace signet::policies
