// The vertical slice: tokenise, resolve, gate, erase one person, ingest again, restore an old copy.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "policies/compile/compile.h"
#include "tests/e2e/slice/slice_customers.h"
#include "tests/e2e/slice/slice_state.h"
#include "tests/support/environment.h"

namespace signet::slice {
namespace {

namespace fs = std::filesystem;

constexpr size_t kCustomers = 10'000;
constexpr const char* kPurpose = "marketing.segmentation";

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// Files below `folder` that hold `needle`, in whatever case.
std::vector<std::string> FilesWith(const fs::path& folder, const std::string& needle) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const auto bytes = ReadFile(entry.path());
    EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
    if (!bytes.ok()) continue;
    const std::string text = Lower(std::string(AsText(*bytes)));
    if (text.find(Lower(needle)) != std::string::npos) found.push_back(entry.path().string());
  }
  return found;
}

class SliceTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto sources =
        policies::FindPolicies({"gdpr", "ccpa"}, "policies/bundles", "policies/bundles");
    ASSERT_TRUE(sources.ok()) << sources.status().ToString();
    auto policy = policies::CompilePolicies(*sources);
    ASSERT_TRUE(policy.ok()) << policy.status().ToString();
    policy_ = std::make_unique<policies::Policy>(std::move(policy).value());
    fs::create_directories(state_folder());
    OpenState();
  }

  [[nodiscard]] fs::path state_folder() const { return scratch_.path() / "state"; }
  [[nodiscard]] fs::path custody_folder() const { return state_folder() / "custody"; }

  void OpenState() {
    state_.reset();
    auto state = State::Open(state_folder(), custody_folder());
    ASSERT_TRUE(state.ok()) << state.status().ToString();
    state_ = std::move(state).value();
  }

  State::RunReport Ingest(size_t customers) {
    const auto people = MakeCustomers(customers);
    const std::string crm = (scratch_.path() / "crm.csv").string();
    const std::string orders = (scratch_.path() / "orders.csv").string();
    EXPECT_TRUE(WriteFileAtomically(crm, AsBytes(CrmCsv(people))).ok());
    EXPECT_TRUE(WriteFileAtomically(orders, AsBytes(OrdersCsv(people))).ok());
    const auto report =
        state_->Ingest(*policy_, {CrmSpec(*policy_, crm), OrdersSpec(*policy_, orders)});
    EXPECT_TRUE(report.ok()) << report.status().ToString();
    return report.ok() ? *report : State::RunReport();
  }

  int64_t GovernedRows(const std::string& source) {
    auto opened = state_->OpenGoverned(source);
    EXPECT_TRUE(opened.ok()) << opened.status().ToString();
    return opened.ok() ? *opened->sql->QueryInt64("SELECT count(*) FROM governed") : -1;
  }

  testing_support::ScratchFolder scratch_;
  std::unique_ptr<policies::Policy> policy_;
  std::unique_ptr<State> state_;
};

TEST_F(SliceTest, ErasedPersonStaysAwayAndOldCopiesDieWithTheirKeys) {
  const std::vector<Customer> people = MakeCustomers(kCustomers);

  // First run: everybody gets a person, the orders find theirs by the card.
  const auto first = Ingest(kCustomers);
  EXPECT_EQ(first.resolve["new_subjects"].AsInt(), static_cast<int64_t>(kCustomers));
  EXPECT_EQ(first.gate.at("crm")["rows"].AsInt(), static_cast<int64_t>(kCustomers));
  EXPECT_EQ(first.gate.at("orders")["rows"].AsInt(), static_cast<int64_t>(3 * kCustomers));
  EXPECT_EQ(first.gate.at("orders")["unidentified"].AsInt(), static_cast<int64_t>(kStrangerOrders));
  const auto allowed = state_->AllowedFor(*policy_, kPurpose);
  ASSERT_TRUE(allowed.ok()) << allowed.status().ToString();
  const auto may = static_cast<size_t>(std::ranges::count_if(
      people, [](const Customer& c) { return c.consent && !c.minor && c.country == "FI"; }));
  EXPECT_GE(allowed->size(), may);  // Californians may be used until they object
  EXPECT_LT(allowed->size(), kCustomers / 2);

  // Second run in the same state: the same persons, the same digests.
  const auto second = Ingest(kCustomers);
  EXPECT_EQ(second.resolve["new_subjects"].AsInt(), 0);
  EXPECT_EQ(second.content, first.content);
  EXPECT_EQ(*state_->AllowedFor(*policy_, kPurpose), *allowed);

  // A backup of the state and, as nobody should keep it, of the custody.
  const fs::path old_copy = scratch_.path() / "old";
  const fs::path old_custody = scratch_.path() / "old_custody";
  state_.reset();
  fs::copy(state_folder(), old_copy, fs::copy_options::recursive);
  fs::rename(old_copy / "custody", old_custody);
  fs::permissions(old_custody, fs::perms::owner_all);
  OpenState();

  // One person is erased: an adult with consent.
  const size_t victim = 3;
  ASSERT_TRUE(people[victim].consent && !people[victim].minor);
  const auto erased = state_->Erase(people[victim].email);
  ASSERT_TRUE(erased.ok()) << erased.status().ToString();
  EXPECT_EQ(erased->links, 4U);
  EXPECT_EQ(erased->rows_removed,
            (std::map<std::string, uint64_t>{
                {"crm", 1}, {"orders", 3}, {"identity", 4}, {"keyring", 1}}));
  EXPECT_EQ(state_->Erase(people[victim].email).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(GovernedRows("crm"), static_cast<int64_t>(kCustomers) - 1);
  EXPECT_EQ(GovernedRows("orders"), static_cast<int64_t>(3 * kCustomers) - 3);
  EXPECT_TRUE(std::ranges::find(*allowed, erased->subject) != allowed->end());
  const auto allowed_now = state_->AllowedFor(*policy_, kPurpose);
  EXPECT_EQ(allowed_now->size(), allowed->size() - 1);

  const std::string crm_after_erasure = *state_->ContentOf("crm");
  const std::string orders_after_erasure = *state_->ContentOf("orders");

  // The same files again: the person does not return, and nobody else notices.
  const auto third = Ingest(kCustomers);
  EXPECT_EQ(third.gate.at("crm")["suppressed"].AsInt(), 1);
  EXPECT_EQ(third.gate.at("orders")["suppressed"].AsInt(), 3);
  EXPECT_EQ(third.resolve["suppressed_links"].AsInt(), 4);
  EXPECT_EQ(third.resolve["new_subjects"].AsInt(), 0);
  EXPECT_EQ(GovernedRows("crm"), static_cast<int64_t>(kCustomers) - 1);
  EXPECT_EQ(*state_->AllowedFor(*policy_, kPurpose), *allowed_now);
  EXPECT_NE(third.content, first.content);
  EXPECT_EQ(third.content.at("crm"), crm_after_erasure);
  EXPECT_EQ(third.content.at("orders"), orders_after_erasure);

  // The old copy beside today's custody: refused, with the reason.
  state_.reset();
  const auto restored = State::Open(old_copy, custody_folder());
  ASSERT_FALSE(restored.ok()) << "an old copy of the state was accepted";
  EXPECT_EQ(restored.status().code(), StatusCode::kCorrupt) << restored.status().ToString();
  EXPECT_NE(restored.status().message().find("generation"), std::string::npos)
      << restored.status().message();

  // It was the keys: with the custody of its day the backup still opens.
  const auto with_old_keys = State::Open(old_copy, old_custody);
  ASSERT_TRUE(with_old_keys.ok()) << with_old_keys.status().ToString();
  EXPECT_EQ((*with_old_keys)->ContentOf("crm").value(), first.content.at("crm"));
  EXPECT_TRUE((*with_old_keys)->OpenGoverned("crm").ok());

  // And nothing that anybody wrote into the files is in any file of the state, new or old.
  for (const fs::path& folder : {state_folder(), old_copy}) {
    EXPECT_EQ(FilesWith(folder, kCanary), std::vector<std::string>());
    EXPECT_EQ(FilesWith(folder, UuidText(erased->subject.value)), std::vector<std::string>());
  }
  EXPECT_FALSE(FilesWith(scratch_.path(), kCanary).empty()) << "the search must be able to find it";
}

TEST_F(SliceTest, StateSurvivesBeingClosedBetweenRuns) {
  const auto first = Ingest(500);
  OpenState();
  const auto second = Ingest(500);
  EXPECT_EQ(second.content, first.content);
  EXPECT_EQ(second.resolve["new_subjects"].AsInt(), 0);
}

TEST_F(SliceTest, NewCustomersComeInBesideTheKnownOnes) {
  Ingest(300);
  const auto second = Ingest(400);
  EXPECT_EQ(second.resolve["new_subjects"].AsInt(), 100);
  EXPECT_EQ(second.gate.at("crm")["rows"].AsInt(), 400);
}

}  // namespace
}  // namespace signet::slice
