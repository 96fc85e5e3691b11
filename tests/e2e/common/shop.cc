#include "tests/e2e/common/shop.h"

namespace signet::e2e {

namespace fs = std::filesystem;

bool IsShopMember(int i) {
  return i % 5 != 0 && i % 4 != 0;
}

int ShopMembers(int customers) {
  int members = 0;
  for (int i = 1; i <= customers; ++i) members += IsShopMember(i) ? 1 : 0;
  return members;
}

std::string ShopEmail(int i) {
  return "person" + std::to_string(i) + "@shop.example";
}

std::string ShopPipeline() {
  return R"(signet: 1
pipeline: shop
policies: [gdpr]
settings: {partitions: 2, seed: 1}
params:
  data: {type: path}
  as_of: {type: date, default: 2026-01-01}
sources:
  crm:
    read: {format: csv, path: "${data}/crm.csv", time_zone: UTC}
    subject: {id: customer_id, links: [email]}
    columns:
      customer_id: {category: user.unique_id, required: true}
      email: {category: user.contact.email}
      birth_date: {category: user.demographic.date_of_birth, type: date, minor: birth_date}
      country: {category: user.contact.address.country, jurisdiction: country}
      segmentation_ok: {category: user.privacy_preferences, consent: )"
         R"(marketing.segmentation, as_of: consent_at}
      consent_at: {category: system.operations, type: timestamp}
  orders:
    read: {format: csv, path: "${data}/orders.csv", time_zone: UTC, currency: EUR}
    subject: {id: customer_id}
    time: ordered_at
    unique: [order_id]
    columns:
      order_id: {category: user.behavior.purchase_history}
      customer_id: {category: user.unique_id}
      ordered_at: {category: user.behavior.purchase_history, type: timestamp, required: true}
      amount: {category: user.behavior.purchase_history, type: decimal, required: true}
steps:
  profile:
    uses: sql
    purpose: marketing.segmentation
    inputs: {orders: orders}
    sql: >
      SELECT subject, count(*) AS orders_count, sum(amount) AS spend FROM orders
      WHERE ordered_at < $as_of GROUP BY subject
  buyers:
    uses: segment
    purpose: marketing.segmentation
    from: profile
    where: orders_count >= 1
  publish:
    uses: publish
    purpose: marketing.segmentation
    segments: [buyers]
    recipients: [email_platform]
    snapshot: shop
    expires: 90d
)";
}

void SetUpShop(const Workplace& place, int customers) {
  fs::create_directories(place.data());
  std::string crm = "customer_id,email,birth_date,country,segmentation_ok,consent_at\n";
  std::string orders = "order_id,customer_id,ordered_at,amount\n";
  for (int i = 1; i <= customers; ++i) {
    const std::string id = "C" + std::to_string(i);
    crm += id + "," + ShopEmail(i) + ",1980-05-17,FI," + (i % 5 != 0 ? "true" : "false") +
           ",2025-06-01 12:00:00\n";
    for (int k = 0; k < i % 4; ++k) {
      orders += "O" + std::to_string(i) + "-" + std::to_string(k) + "," + id + ",2025-11-" +
                std::to_string(10 + k) + " 10:00:00," + std::to_string(10 * i) + ".00\n";
    }
  }
  WriteText(place.data() / "crm.csv", crm);
  WriteText(place.data() / "orders.csv", orders);
  WriteText(place.pipeline(), ShopPipeline());
  Workplace::MakeTestState(place.state());
}

int64_t MembersOf(const Json& report) {
  const Json& snapshots = report["snapshots"];
  return snapshots.size() == 0 ? -1 : snapshots.items().front()["members"].AsInt(-1);
}

}  // namespace signet::e2e
