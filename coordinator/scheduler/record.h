/// Records: the facts that change the scheduler's durable state. The journal stores them; replaying
/// them in order rebuilds the state. A record names runs and steps by number, to stay small.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "coordinator/scheduler/run_spec.h"
#include "crypto/base/bytes.h"
#include "crypto/base/clock.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

enum class RecordType : uint8_t {
  kRunAccepted = 1,  ///< run, spec, wall
  kWorkerNamed = 2,  ///< worker (a number from now on), text = its id
  kLeased = 3,       ///< run, step, task, fence, worker, wall
  kSucceeded =
      4,  ///< run, step, task, fence (0: local), rows, wall, delay_micros = a local task took
  kAttemptLost = 5,   ///< run, step, task, fence, failure, counted, delay_micros: to be tried again
  kTaskFailed = 6,    ///< run, step, task, fence, failure, wall
  kRunCancelled = 7,  ///< run, text = reason, failure's code, wall
  kRunAccepted2 = 8,  ///< as kRunAccepted (which is only read), the spec with what came later
  kApproved = 9,      ///< run, step, text = who, wall
  kSecondLeased = 10,  ///< as kLeased, of a task that has a lease already
  /// run, step, task, fence, failure, counted: one of the task's two attempts is over; the other
  /// goes on. A failure of code cancelled says that the other has just succeeded.
  kAttemptDropped = 11,
};

/// Which bytes a RunSpec has: 1 has no more than the first release knew.
enum class SpecFormat : uint8_t { kFirst = 1, kExtended = 2 };

/// One fact. Which fields matter is said at its type.
struct Record {
  RecordType type = RecordType::kLeased;
  uint32_t run = 0;   ///< number of the run, in order of acceptance
  uint32_t step = 0;  ///< index in RunSpec::steps
  uint32_t task = 0;
  uint64_t fence = 0;
  uint32_t worker = 0;
  int64_t rows = 0;
  int64_t delay_micros = 0;
  bool counted = false;  ///< against RetryPolicy::failures_max (else: the worker was lost)
  Timestamp wall;
  Status failure;
  std::string text;
  std::shared_ptr<const RunSpec> spec;
};

/// Appends the record's bytes: u8 type, then its fields in order, integers big-endian, texts with a
/// u32 length.
void EncodeRecord(const Record& record, Bytes& to);
/// Reads one record; kCorrupt for anything EncodeRecord does not write.
Result<Record> DecodeRecord(ByteReader& from);

/// The spec's bytes, also used by snapshots.
/// Written as kExtended: the first release's bytes, then a canonical JSON object with what differs
/// from a default, so that a later version can add to it.
void EncodeRunSpec(const RunSpec& spec, Bytes& to);
Result<RunSpec> DecodeRunSpec(ByteReader& from, SpecFormat format);
/// A status' bytes (code name, message, diagnostic, remedy).
void EncodeStatus(const Status& status, Bytes& to);
Status DecodeStatus(ByteReader& from, Status& to);

}  // namespace signet::coordinator
