/// The control door: what the command line asks of a standing coordinator. Over a unix socket
/// (mode 0600, same user) or mutual TLS; binary protocol, buffered transport. Answers that people
/// and scripts read are JSON objects of stable shape (see coordinator/README.md).
namespace cpp signet.control
namespace py signet_control

/// Names of StatusCode: "invalid", "not_found", "conflict", "denied", ...
exception Refused {
  1: string code
  2: string message
  3: string diagnostic
  4: string remedy
}

struct Submission {
  1: string file                  ///< the pipeline's YAML, as the coordinator's machine names it
  2: map<string, string> params
  3: string base                  ///< relative data paths start here
  4: bool no_cache = false
  5: i32 priority = 0
}

struct Rerun {
  1: string run
  2: string from_step             ///< compute this step and what follows it again
  3: string only                  ///< this step and what it needs, nothing else
  4: bool failed = false          ///< compute the steps that failed, and what follows them, again
  5: map<string, string> params   ///< in place of the run's own
}

struct Backfill {
  1: Submission submission
  2: string first                 ///< YYYY-MM-DD
  3: string last                  ///< YYYY-MM-DD, inclusive
  4: i32 days = 1                 ///< from one to the next
  5: bool all = false             ///< also what has succeeded already
}

service ControlService {
  /// {program, protocol, state}
  string hello() throws (1: Refused refused)
  /// Plans, accepts durably, and returns the run's id.
  string submit(1: Submission submission) throws (1: Refused refused)
  /// A list of runs, the newest first.
  string runs(1: i32 limit) throws (1: Refused refused)
  /// One run; `run` may be a unique beginning of its id, or "last".
  string get(1: string run) throws (1: Refused refused)
  /// Waits until anything changed since `seen` (0 at first), at most 10 s; what to ask with next.
  i64 wait(1: i64 seen, 2: i32 millis) throws (1: Refused refused)
  /// {run, step, task, why}
  string why(1: string run, 2: string step, 3: i32 task) throws (1: Refused refused)
  /// {lines, next}: whole lines from byte `after` on.
  string logs(1: string run, 2: i64 after) throws (1: Refused refused)
  void cancel(1: string run) throws (1: Refused refused)
  /// A new run of the same request; its id.
  string rerun(1: Rerun again) throws (1: Refused refused)
  /// A run for each moment `as_of` of a range, below everything else: {runs, skipped}.
  string backfill(1: Backfill range) throws (1: Refused refused)
  /// The caller agrees to a step that waits for approval (four eyes).
  void approve(1: string run, 2: string step) throws (1: Refused refused)
  /// Adds the schedule of the pipeline, or replaces it: the schedule as `schedules` shows it.
  string schedule(1: Submission submission) throws (1: Refused refused)
  /// A list: [{schedule, cron, next, paused, last_run, why, ...}].
  string schedules() throws (1: Refused refused)
  /// `action`: "remove", "pause" or "resume".
  void change_schedule(1: string name, 2: string action) throws (1: Refused refused)
  /// A key operation (coordinator/keys/key_calls.h), its arguments and answer as JSON.
  string keys(1: string verb, 2: string arguments) throws (1: Refused refused)
  /// A question about persons (coordinator/requests/rights_calls.h), its arguments and answer as
  /// JSON: consent, the Global Privacy Control, rights, the retention sweep. May take minutes. What
  /// hands data over is for callers on the coordinator's own machine.
  string rights(1: string verb, 2: string arguments) throws (1: Refused refused)
  /// Pins the caller's own certificate to the member that the invitation was made for. The one call
  /// that is not for operators alone; over TLS only.
  string redeem(1: string token) throws (1: Refused refused)
  /// {workers, runs, schedules, ...}
  string top() throws (1: Refused refused)
}
