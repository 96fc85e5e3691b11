/// The head of the pipeline that tests of the coordinator plan: one source of orders.
#pragma once

namespace signet::coordinator {

/// Up to and with `steps:`; `orders.csv` is read from the folder that paths are relative to.
inline constexpr char kSmallSources[] = R"(sources:
  orders:
    read: {format: csv, path: "orders.csv", time_zone: UTC, currency: EUR}
    subject: {id: customer_id}
    time: ordered_at
    columns:
      customer_id: {category: user.unique_id, required: true}
      ordered_at: {category: user.behavior.purchase_history, type: timestamp, required: true}
      amount: {category: user.behavior.purchase_history, type: decimal, required: true}
steps:
)";

/// One row for them.
inline constexpr char kSmallOrders[] =
    "customer_id,ordered_at,amount\nC1,2025-11-10 10:00:00,10.00\n";

}  // namespace signet::coordinator
