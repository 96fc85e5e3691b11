/// The catalog's rows about what is learnt and decided: models and experiments.
#pragma once

#include "crypto/audit/event_rows.h"

namespace signet::crypto {

void AddLearningEvents(EventRows& rows);

}  // namespace signet::crypto
