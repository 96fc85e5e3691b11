#include "coordinator/scheduler/happening.h"

#include <cstdint>
#include <string>

#include "coordinator/scheduler/scheduler.h"

namespace signet::coordinator {

namespace {

std::string SecondsText(int64_t micros) {
  const int64_t tenths = micros / 100'000;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string_view WhatOf(RecordType type) {
  switch (type) {
    case RecordType::kRunAccepted:
    case RecordType::kRunAccepted2:
      return "accepted";
    case RecordType::kWorkerNamed:
      return "named";
    case RecordType::kLeased:
    case RecordType::kSecondLeased:
      return "leased";
    case RecordType::kSucceeded:
      return "succeeded";
    case RecordType::kAttemptLost:
      return "retried";
    case RecordType::kTaskFailed:
      return "failed";
    case RecordType::kRunCancelled:
      return "cancelled";
    case RecordType::kApproved:
      return "approved";
    case RecordType::kAttemptDropped:
      return "dropped";
  }
  return "unknown";
}

std::string DetailOf(const Record& record) {
  switch (record.type) {
    case RecordType::kAttemptLost:
      return record.failure.ToString() + "; again in " + SecondsText(record.delay_micros);
    case RecordType::kTaskFailed:
    case RecordType::kRunCancelled:
    case RecordType::kAttemptDropped:
      return record.failure.ToString();
    case RecordType::kSecondLeased:
      return "a second attempt, beside a slow one";
    case RecordType::kApproved:
      return "by " + record.text;
    case RecordType::kSucceeded:
      return record.rows > 0 ? std::to_string(record.rows) + " rows" : std::string();
    case RecordType::kRunAccepted:
    case RecordType::kRunAccepted2:
    case RecordType::kWorkerNamed:
    case RecordType::kLeased:
      return {};
  }
  return {};
}

}  // namespace

Happening DescribeRecord(const Scheduler& scheduler, const Record& record) {
  Happening happening;
  happening.at = record.wall;
  happening.what = WhatOf(record.type);
  happening.detail = DetailOf(record);
  const auto run = scheduler.runs().find(record.run);
  if (record.type == RecordType::kWorkerNamed || run == scheduler.runs().end()) return happening;
  happening.run = run->second.spec.id;
  const bool of_run = record.type == RecordType::kRunAccepted ||
                      record.type == RecordType::kRunAccepted2 ||
                      record.type == RecordType::kRunCancelled;
  if (of_run) return happening;
  happening.step = run->second.spec.steps[record.step].id;
  happening.task = static_cast<int>(record.task);
  if (record.type == RecordType::kLeased || record.type == RecordType::kSecondLeased) {
    happening.worker = scheduler.workers()[record.worker].id.text();
  }
  return happening;
}

}  // namespace signet::coordinator
