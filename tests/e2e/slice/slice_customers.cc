#include "tests/e2e/slice/slice_customers.h"

#include <utility>

#include "crypto/base/text.h"

namespace signet::slice {
namespace {

using pipelines::ColumnRole;
using pipelines::ColumnType;
using pipelines::SourceColumn;
using pipelines::SourceSpec;

std::string Number(size_t value, size_t digits) {
  std::string text = std::to_string(value);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

SourceColumn MakeColumn(const policies::Policy& policy,
                        const std::string& source,
                        std::string name,
                        std::string category,
                        ColumnType type = ColumnType::kText) {
  SourceColumn column;
  column.label = policy.LabelOf(category, source + "." + name);
  column.treatment = policy.TreatmentOf(category);
  column.name = std::move(name);
  column.category = std::move(category);
  column.type = type;
  return column;
}

SourceSpec MakeSpec(std::string name, const std::string& path) {
  SourceSpec spec;
  spec.name = std::move(name);
  spec.path = path;
  spec.format = *pipelines::SourceFormat::FromJson(Json::Of({{"format", "csv"}}));
  spec.default_region = "FI";
  return spec;
}

}  // namespace

std::vector<Customer> MakeCustomers(size_t count) {
  std::vector<Customer> customers;
  customers.reserve(count);
  const std::string canary = kCanary;
  for (size_t i = 0; i < count; ++i) {
    Customer c;
    c.id = "K-" + canary + Number(i, 6);
    c.email = canary + Number(i, 6) + "@Example.org";
    c.phone = "040 " + Number(1'000'000 + i, 7);
    c.name = "Name " + canary + " " + Number(i, 6);
    c.card = "77" + canary + Number(i, 8);
    c.minor = i % 50 == 0;
    c.birth_date = (c.minor ? "2015-03-" : "1980-03-") + Number(1 + i % 28, 2);
    c.country = i % 10 == 9 ? "US" : "FI";
    c.postcode = Number(i % 100'000, 5);
    c.consent = i % 3 == 0;
    customers.push_back(std::move(c));
  }
  return customers;
}

std::string CrmCsv(const std::vector<Customer>& customers) {
  std::string csv =
      "customer_id,email,phone,name,card,birth_date,country,state,postcode,profiling_ok,consent_"
      "at\n";
  for (const Customer& c : customers) {
    csv += c.id + "," + c.email + "," + c.phone + "," + c.name + "," + c.card + "," + c.birth_date +
           "," + c.country + "," + (c.country == "US" ? "CA" : "") + "," + c.postcode + "," +
           (c.consent ? "yes" : "no") + ",2026-01-02T03:04:05Z\n";
  }
  return csv;
}

std::string OrdersCsv(const std::vector<Customer>& customers) {
  std::string csv = "order_id,card,ordered_at,amount\n";
  for (size_t i = 0; i < customers.size(); ++i) {
    for (size_t n = 0; n < 3; ++n) {
      csv += std::string("o-") + kCanary + Number(i * 3 + n, 8) + "," + customers[i].card +
             ",2026-02-" + Number(1 + (i + n) % 28, 2) + "T10:00:00Z," + std::to_string(10 + n) +
             ".50\n";
    }
  }
  for (size_t n = 0; n < kStrangerOrders; ++n) csv += "o-x,,2026-02-01T10:00:00Z,1.00\n";
  return csv;
}

SourceSpec CrmSpec(const policies::Policy& policy, const std::string& path) {
  SourceSpec spec = MakeSpec("crm", path);
  spec.links = {{"customer_id", crypto::LinkType::kId, "crm"},
                {"email", crypto::LinkType::kEmail, ""},
                {"phone", crypto::LinkType::kPhone, ""},
                {"card", crypto::LinkType::kCard, ""}};
  const auto column =
      [&](const char* name, const char* category, ColumnType type = ColumnType::kText) {
        return MakeColumn(policy, "crm", name, category, type);
      };
  spec.columns = {column("customer_id", "user.unique_id"),
                  column("email", "user.contact.email"),
                  column("phone", "user.contact.phone_number"),
                  column("name", "user.name"),
                  column("card", "user.unique_id.loyalty_card"),
                  column("birth_date", "user.demographic.date_of_birth", ColumnType::kDate),
                  column("country", "user.contact.address.country"),
                  column("state", "user.contact.address.state"),
                  column("postcode", "user.contact.address.postal_code"),
                  column("profiling_ok", "system.operations"),
                  column("consent_at", "system.operations", ColumnType::kTimestamp)};
  spec.columns[5].role = ColumnRole::kBirthDate;
  spec.columns[6].role = ColumnRole::kCountry;
  spec.columns[7].role = ColumnRole::kRegion;
  spec.columns[9].role = ColumnRole::kConsent;
  spec.columns[9].purpose = "marketing.segmentation";
  spec.columns[9].as_of = "consent_at";
  return spec;
}

SourceSpec OrdersSpec(const policies::Policy& policy, const std::string& path) {
  SourceSpec spec = MakeSpec("orders", path);
  spec.links = {{"card", crypto::LinkType::kCard, ""}};
  const auto column =
      [&](const char* name, const char* category, ColumnType type = ColumnType::kText) {
        return MakeColumn(policy, "orders", name, category, type);
      };
  spec.columns = {column("order_id", "user.unique_id.pseudonymous"),
                  column("card", "user.unique_id.loyalty_card"),
                  column("ordered_at", "user.behavior", ColumnType::kTimestamp),
                  column("amount", "user.behavior.purchase_history", ColumnType::kDecimal)};
  return spec;
}

}  // namespace signet::slice
