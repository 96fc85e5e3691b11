/// Small pipelines over the shipped policies, planned without data, and golden texts of refusals.
#pragma once

#include <map>
#include <regex>
#include <stdlib.h>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "pipelines/plan/planner.h"
#include "tests/support/environment.h"

namespace signet::pipelines {

/// Three sources, without steps. Partitions: 4; as_of: 2026-01-01.
inline constexpr char kSources[] = R"(signet: 1
pipeline: small
policies: [gdpr, ccpa]
settings: {partitions: 4}
params:
  data: {type: path, default: /nowhere}
  as_of: {type: date, default: 2026-01-01}
  horizon: {type: duration, default: 90d}
sources:
  crm:
    read: {format: csv, path: "${data}/crm.csv"}
    subject: {id: customer_id, links: [email]}
    columns:
      customer_id: {category: user.unique_id}
      email: {category: user.contact.email}
      first_name: {category: user.name.first}
      birth_date: {category: user.demographic.date_of_birth, type: date, minor: birth_date}
      country: {category: user.contact.address.country, jurisdiction: country}
      tier: {category: user.account.settings}
      segmentation_ok: {consent: marketing.segmentation}
  orders:
    read: {format: csv, path: "${data}/orders.csv"}
    subject: {id: customer_id}
    time: ordered_at
    columns:
      customer_id: {category: user.unique_id}
      order_id: {category: user.behavior.purchase_history}
      ordered_at: {category: user.behavior.purchase_history, type: timestamp, required: true}
      amount: {category: user.behavior.purchase_history, type: decimal}
      shop: {category: user.behavior.purchase_history}
  shops:
    read: {format: csv, path: "${data}/shops.csv"}
    subject: none
    columns:
      shop: {category: system.operations}
      city: {category: system.operations}
)";

/// A feature step, a model, a segment and a publication over kSources.
inline constexpr char kSteps[] = R"(steps:
  history:
    uses: features
    purpose: analytics.churn
    inputs: {orders: orders}
    cutoff: "as_of - horizon"
    windows: [30d]
    events: {orders: {kind: purchase, time: ordered_at, order: order_id, amount: amount}}
  churn:
    uses: train
    purpose: analytics.churn
    inputs: {features: history, orders: orders}
    model: churn
    label: {input: orders, time: ordered_at, window: horizon}
  profile:
    uses: sql
    purpose: marketing.segmentation
    inputs: {c: crm}
    sql: SELECT subject, tier, birth_date FROM c
  gold:
    uses: segment
    purpose: marketing.segmentation
    from: profile
    where: tier = 'gold'
  publish:
    uses: publish
    purpose: marketing.segmentation
    segments: [gold]
    recipients: [email_platform]
)";

inline std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << "the pipeline has no '" << from << "'";
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

/// kSources with these steps.
inline std::string Steps(const std::string& steps) {
  std::string text = kSources;
  text += "steps:\n";
  return text += steps;
}

/// kSources with kSteps.
inline std::string Whole() {
  std::string text = kSources;
  return text += kSteps;
}

/// The step, or an empty one and a failure.
inline const PlannedStep& At(const Plan& plan, const std::string& step) {
  static const PlannedStep kNone;
  const PlannedStep* found = plan.Find(step);
  EXPECT_NE(found, nullptr) << step;
  return found == nullptr ? kNone : *found;
}

class PlanWorld : public ::testing::Test {
 protected:
  using Params = std::map<std::string, std::string>;

  Result<Planned> Make(const std::string& text,
                       const Params& params = {},
                       bool find_files = false) {
    PlanRequest request;
    request.file = scratch_.path() / "p.yaml";
    EXPECT_TRUE(WriteFileAtomically(request.file, AsBytes(text)).ok());
    request.params = params;
    request.now = TimestampFromText("2026-03-04T05:06:07Z").value();
    request.bundles = "policies/bundles";
    request.base = scratch_.path();
    request.find_files = find_files;
    request.refuse_unused = refuse_unused_;
    return MakePlan(request);
  }

  Plan MustPlan(const std::string& text, const Params& params = {}) {
    Result<Planned> planned = Make(text, params);
    EXPECT_TRUE(planned.ok()) << planned.status().message();
    return planned.ok() ? std::move(planned).value().plan : Plan();
  }

  /// The text of the refusal, without this machine's paths and the policies' line numbers.
  std::string Refusal(const std::string& text, const Params& params = {}, bool files = false) {
    const Result<Planned> planned = Make(text, params, files);
    if (planned.ok()) return "planned without complaint\n";
    return WithoutPlaces(planned.status().message());
  }

  /// The text without this machine's paths and the policies' line numbers.
  [[nodiscard]] std::string WithoutPlaces(std::string text) const {
    const std::string folder = scratch_.path().string() + "/";
    for (size_t at = 0; (at = text.find(folder)) != std::string::npos;) {
      text.erase(at, folder.size());
    }
    return std::regex_replace(
        text, std::regex("((gdpr|ccpa|organisation|taxonomy)\\.yaml:)[0-9]+"), "$1N");
  }

  /// Compares with tests/golden/plan/NAME.txt; SIGNET_UPDATE_GOLDEN=1 rewrites it.
  static void ExpectGolden(const std::string& name, const std::string& text) {
    const std::string path = "tests/golden/plan/" + name + ".txt";
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
    if (::getenv("SIGNET_UPDATE_GOLDEN") != nullptr) {
      ASSERT_TRUE(MakeFolders("tests/golden/plan", 0755).ok());
      ASSERT_TRUE(WriteFileAtomically(path, AsBytes(text), 0644).ok());
      return;
    }
    const Result<Bytes> golden = ReadFile(path);
    ASSERT_TRUE(golden.ok()) << path << " is missing: run with SIGNET_UPDATE_GOLDEN=1";
    EXPECT_EQ(text, AsText(*golden)) << path;
  }

  /// Exactly one error, with that code, and the golden text.
  void ExpectOneError(const std::string& code,
                      const std::string& name,
                      const std::string& text,
                      const Params& params = {},
                      bool files = false) {
    const std::string refusal = Refusal(text, params, files);
    size_t errors = 0;
    for (size_t at = 0; (at = refusal.find("error: ", at)) != std::string::npos; ++at) ++errors;
    EXPECT_EQ(errors, 1U) << refusal;
    EXPECT_NE(refusal.find("[" + code + "]"), std::string::npos) << refusal;
    ExpectGolden(name, refusal);
  }

  testing_support::ScratchFolder scratch_;
  bool refuse_unused_ = false;
};

}  // namespace signet::pipelines
