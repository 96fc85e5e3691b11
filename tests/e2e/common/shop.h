/// A shop small enough to know by heart: who must be in its segment follows from the row number.
///
/// Customer i (1 to n) lives in Finland, is born 1980, has e-mail person<i>@shop.example, loyalty
/// number C<i>, and i % 4 orders of 10 * i in November 2025. Consent to marketing.segmentation is
/// given unless i % 5 == 0. The segment `buyers` is everyone with an order: ShopMembers(n) people.
#pragma once

#include <filesystem>
#include <string>

#include "tests/e2e/common/workplace.h"

namespace signet::e2e {

/// Whether customer i must be a member of `buyers`.
bool IsShopMember(int i);
int ShopMembers(int customers);
std::string ShopEmail(int i);

/// Writes crm.csv and orders.csv into the workplace's data folder, the pipeline shop.yaml (two
/// partitions) as place.pipeline(), and makes the state.
void SetUpShop(const Workplace& place, int customers);

/// The pipeline's text, for tests that change it.
std::string ShopPipeline();

/// Members of the first snapshot; -1 without one.
int64_t MembersOf(const Json& report);

}  // namespace signet::e2e
