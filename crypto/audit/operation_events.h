/// The catalog's rows about keys, logins, configuration and the log itself.
#pragma once

#include "crypto/audit/event_rows.h"

namespace signet::crypto {

void AddKeyEvents(EventRows& rows);
void AddOperationEvents(EventRows& rows);

}  // namespace signet::crypto
