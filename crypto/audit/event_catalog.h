/// The catalog of log entries: every type, with its facts, who writes it and why. JSON Schemas, the
/// reference page and the check of entries come from this one table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::crypto {

/// What a fact may hold. No type holds personal data.
enum class FactType {
  kName,     ///< an id or name of ours: one line, at most 200 bytes
  kText,     ///< words of ours: one line
  kDigest,   ///< lower-case hexadecimal, 8 to 160 digits
  kCount,    ///< an integer, not negative
  kNumber,   ///< any number
  kTime,     ///< "2026-11-22T03:38:31Z"
  kFlag,     ///< true or false
  kNames,    ///< a list of kName
  kCounts,   ///< a list of kCount
  kObject,   ///< an object of counts, digests and names
  kObjects,  ///< a list of kObject
};

struct FactDoc {
  std::string name;
  FactType type = FactType::kName;
  bool required = true;
  std::string meaning;
};

struct EventDoc {
  std::string type;  ///< "snapshot.published"
  std::string kind;  ///< policy, plan, run, task, lease, denial, consent, right, publication, ...
  std::string meaning;  ///< one sentence
  std::string why;      ///< the reason that entries carry when their writer gives none
  bool policy = false;  ///< the policy's digest must be there
  bool run = false;     ///< the run must be there
  std::vector<FactDoc> facts;
};

/// All types, by kind, in the order of the reference page.
const std::vector<EventDoc>& EventCatalog();
/// The type's document, or nullptr.
const EventDoc* FindEvent(std::string_view type);

/// Checks an entry of the log against its type's schema: kInvalid names the field.
Status CheckEntry(const Json& entry);
/// The JSON Schema (draft 2020-12) of one type's entries, or of all (`oneOf`) for an empty type.
Json EventSchema(const EventDoc& event);
Json EventSchemas();
/// The reference page, in Markdown.
std::string EventReference();

}  // namespace signet::crypto
