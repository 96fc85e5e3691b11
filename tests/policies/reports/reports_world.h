/// The shipped policies and two activities of a pipeline, as reports see them.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policies/compile/compile.h"
#include "policies/reports/activity.h"

namespace signet::policies {

inline Policy ShippedPolicy() {
  const Result<PolicySources> sources =
      FindPolicies({"gdpr", "ccpa"}, "policies/bundles", "policies/bundles");
  EXPECT_TRUE(sources.ok()) << sources.status().ToString();
  Result<Policy> policy = CompilePolicies(*sources);
  EXPECT_TRUE(policy.ok()) << policy.status().ToString();
  return *std::move(policy);
}

inline std::vector<ProcessingActivity> ShopActivities() {
  ProcessingActivity churn;
  churn.pipeline = "shop";
  churn.purpose = "analytics.churn";
  churn.run = "20261122t033831-5f2a1c";
  churn.when = "2026-11-22";
  churn.steps = {"behaviour (sql)", "churn (train)"};
  churn.categories = {"user.behavior.purchase_history"};
  churn.sources = {"orders"};
  churn.kinds = {"features", "model"};
  churn.rows = 20'000;
  churn.trains = true;
  ProcessingActivity segments = churn;
  segments.purpose = "marketing.segmentation";
  segments.steps = {"buyers (segment)", "publish (publish)"};
  segments.sources = {"crm", "orders"};
  segments.kinds = {"segment", "snapshot"};
  segments.recipients = {"email_platform"};
  segments.profiles = true;
  segments.trains = false;
  return {churn, segments};
}

inline ColumnLineage EmailColumn() {
  ColumnLineage column;
  column.dataset = "crm";
  column.kind = "governed";
  column.step = "gate.crm";
  column.column = "email";
  column.type = "bytes";
  column.categories = {"user.contact.email"};
  column.origins = {"crm.email"};
  column.purposes = {"marketing.email"};
  column.identifiability = "direct";
  column.treatments = {"user.contact.email: escrow (gdpr.yaml:150)"};
  column.articles = {"GDPR Art. 25(1)"};
  return column;
}

}  // namespace signet::policies
