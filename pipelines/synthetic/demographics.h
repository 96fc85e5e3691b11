/// Who the invented customers are: names, addresses, identifiers, consents. All invented; e-mails
/// are under the reserved domain example.com.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "pipelines/synthetic/customer_model.h"

namespace signet::pipelines::synthetic {

/// Shares of dirty rows; all are in truth.json.
struct DirtShares {
  double duplicate_rows = 0.005;        ///< a line written twice
  double malformed_dates = 0.003;       ///< of transaction lines and web events
  double mixed_case_emails = 0.05;      ///< of CRM rows: stray capitals and spaces
  double second_registrations = 0.005;  ///< a second CRM row: other id, same e-mail and phone
  double shared_devices = 0.01;         ///< customers who also use the tablet of a shop
  double guest_card = 0.02;             ///< of store orders: the till's card GUEST-<store>
  double no_identifier = 0.04;          ///< of store orders
  [[nodiscard]] Json ToJson() const;
};

struct Country {
  std::string_view code;
  double share;
  std::string_view dial;    ///< "+358"
  std::string_view mobile;  ///< first digits of the national number
  int digits;               ///< that follow, unique by customer
  int postal_digits;
};

struct Person {
  const Country* country = nullptr;
  std::string_view state;  ///< US only
  std::string customer_id, email, phone, first_name, last_name, postal_code, card, cookie, device;
  int64_t birth_day = 0;  ///< days since 1970 (negative before)
  bool has_app = false;   ///< device id in web events
  bool gpc = false;
  bool sale_opt_out = false;
  // Consents: 'y' given, 'n' refused, ' ' never asked.
  char analytics = ' ';
  char segmentation = ' ';
  char email_marketing = ' ';
  char sharing = ' ';
  std::string_view tier;
};

/// Draws the person behind `customer`. With `canaries`, the marker is in every identifier and name
/// but the phone number (digits only) and the codes.
Person DrawPerson(uint64_t seed, const Customer& customer, bool canaries);

}  // namespace signet::pipelines::synthetic
