/// EventRows: how the event catalog's rows are written down: one line a fact.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "crypto/audit/event_catalog.h"

namespace signet::crypto {

/// Which of an entry's own fields its type demands.
enum class EventNames { kNothing, kPolicy, kRun, kBoth };

/// Builds the table, kind by kind.
class EventRows {
 public:
  /// What follows is of this kind.
  void Kind(const char* kind) { kind_ = kind; }
  /// A type with its facts, each "name type meaning"; `?` behind the name: may be absent. A line
  /// of another form is a CHECK.
  void Add(const char* type,
           const char* meaning,
           const char* why,
           EventNames names,
           const std::vector<const char*>& facts);
  std::vector<EventDoc> Take() { return std::move(events_); }

 private:
  const char* kind_ = "";
  std::vector<EventDoc> events_;
};

}  // namespace signet::crypto
