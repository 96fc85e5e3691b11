/// A small business for the vertical slice: customers and their orders, with a canary in every
/// identifier and every free text.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pipelines/govern/source_spec.h"
#include "policies/compile/policy.h"

namespace signet::slice {

/// Found nowhere once a row was tokenised; in both cases of letters.
inline constexpr const char* kCanary = "cANARy";

struct Customer {
  std::string id, email, phone, name, card, birth_date, country, postcode;
  bool consent = false;
  bool minor = false;
};

/// `count` customers; customer i is the same for every count. Every third has consented, every
/// fiftieth is a minor; 9 of 10 live in Finland, the others in California.
std::vector<Customer> MakeCustomers(size_t count);
std::string CrmCsv(const std::vector<Customer>& customers);
/// Three orders per customer, known by the loyalty card alone, and some of a stranger.
std::string OrdersCsv(const std::vector<Customer>& customers);
inline constexpr size_t kStrangerOrders = 5;

pipelines::SourceSpec CrmSpec(const policies::Policy& policy, const std::string& path);
pipelines::SourceSpec OrdersSpec(const policies::Policy& policy, const std::string& path);

}  // namespace signet::slice
