/// The messages between the coordinator and its workers, as values.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"

namespace signet::workers {

/// worker: who it is and what it still holds; first thing on every connection.
struct Register {
  std::string name;
  uint64_t boot = 0;  ///< random per process: a new one means that everything older is gone
  int slots = 0;      ///< tasks at a time (its credits)
  std::vector<uint64_t> held;
  std::string program;
  std::vector<std::string> labels;  ///< what tasks may ask for
  int64_t memory_mb = 0;            ///< for tasks; 0 = not accounted
  int64_t cpu_milli = 0;            ///< thousandths of a processor; 0 = not accounted
};
/// coordinator: the worker is in.
struct Welcome {
  int64_t heartbeat_ms = 0;
  int64_t silence_ms_max = 0;
  bool hears_lines = false;  ///< LogLines may be sent
};
/// worker: it takes so many tasks at a time from now on.
struct Credits {
  int slots = 0;
};
/// coordinator: one task to run.
struct Lease {
  uint64_t fence = 0;
  std::string task;  ///< "run/step/task", for logs
  int attempt = 0;
  int64_t attempt_ms_max = 0;  ///< 0 = none
  Bytes payload;               ///< may hold keys: wiped after use
};
struct Leases {
  std::vector<Lease> leases;
};
/// worker: these run now.
struct Started {
  std::vector<uint64_t> fences;
};
struct Beat {
  uint64_t fence = 0;
  double progress = 0;
  int64_t cpu_ms = 0;
};
/// worker, every heartbeat_ms: what it runs, and what waits to be acknowledged.
struct Heartbeat {
  std::vector<Beat> running;
  std::vector<uint64_t> finished;
};
struct Completion {
  uint64_t fence = 0;
  Bytes result;
};
/// worker: results; sent again until acknowledged.
struct Completed {
  std::vector<Completion> completions;
};
struct Failure {
  uint64_t fence = 0;
  Status status;
};
/// worker: attempts that failed; sent again until acknowledged.
struct Failed {
  std::vector<Failure> failures;
};
/// coordinator: forget these; what follows from them is durable (or they were too late).
struct Ack {
  std::vector<uint64_t> fences;
};
/// coordinator: kill these; no answer is expected.
struct Revoke {
  std::vector<uint64_t> fences;
  std::string reason;
};
/// coordinator: finish what you have, take nothing more, leave. worker: it is about to leave.
struct Drain {};
/// either side: gone. From the coordinator with `rejoin`: it does not know you (any more),
/// register.
struct Bye {
  std::string reason;
  bool rejoin = false;
};

/// One line of a running task's log: see TaskLog.
struct LogLine {
  uint64_t fence = 0;
  int level = 0;  ///< 0 debug, 1 info, 2 warning, 3 error
  std::string event;
  std::string facts;    ///< a flat JSON object, or empty
  int64_t dropped = 0;  ///< lines before it that were left out
};
/// worker: what its tasks say; not acknowledged, and lost with the connection.
struct LogLines {
  std::vector<LogLine> lines;
};

using Message = std::variant<Register,
                             Welcome,
                             Credits,
                             Leases,
                             Started,
                             Heartbeat,
                             Completed,
                             Failed,
                             Ack,
                             Revoke,
                             Drain,
                             Bye,
                             LogLines>;

}  // namespace signet::workers
