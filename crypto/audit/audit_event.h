/// AuditEvent: what happened, by whom, why; never personal data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/base/clock.h"
#include "crypto/base/json.h"

namespace signet::crypto {

/// One entry of the log, before the log gives it its index and time. Texts are UTF-8 without
/// control characters. Empty fields are left out of the entry.
struct AuditEvent {
  std::string type;         ///< e.g. "run.started", "consent.changed", "snapshot.published"
  std::string actor;        ///< who: "cli", "coordinator", "recipient:email_platform"
  std::string action;       ///< what, as a verb phrase: "publish", "erase"
  std::string subject_ref;  ///< whom it concerns (subject_ref.h), or empty
  std::string run;          ///< the run, or empty
  std::string policy;       ///< the policy's digest in hex, or empty
  Json facts;               ///< ids, digests, counts: an object
  std::string why;          ///< the rule or reason, e.g. "gdpr.yaml:41 purposes.analytics.churn"
};

/// The entry's bytes: canonical JSON (RFC 8785) with `index` and `time`. kInvalid for a text that
/// is not one line (crypto/base/line_text.h), a key of facts that is not plain ASCII, a number that
/// is not finite or an integer beyond 2^53, facts that are no object, or more than 65,535 bytes.
/// `why` stands in for event.why.
Result<std::string> AuditEntryText(const AuditEvent& event,
                                   uint64_t index,
                                   Timestamp time,
                                   std::string_view why);
inline Result<std::string> AuditEntryText(const AuditEvent& event, uint64_t index, Timestamp time) {
  return AuditEntryText(event, index, time, event.why);
}

}  // namespace signet::crypto
