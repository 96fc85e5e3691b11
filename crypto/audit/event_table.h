/// The rows of the event catalog.
#pragma once

#include <vector>

#include "crypto/audit/event_catalog.h"

namespace signet::crypto {

/// Builds the table; EventCatalog() keeps it.
std::vector<EventDoc> MakeEventTable();

}  // namespace signet::crypto
