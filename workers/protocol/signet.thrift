// The bodies of the frames between the coordinator and its workers (see frame.h for the frames).
// Fields are only ever added, with new numbers: versions N and N+1 read each other's messages.
namespace cpp signet.workers.protocol

// worker -> coordinator, first thing on every connection
struct RegisterBody {
  1: string name
  2: i64 boot            // random per process
  3: i32 slots
  4: list<i64> held      // fences it runs, or finished without having been acknowledged
  5: string program      // version of the program, for people
  6: list<string> labels // what tasks may ask for: "region=eu", "gpu"
  7: i64 memory_mb       // for tasks; 0 = not accounted
  8: i64 cpu_milli       // thousandths of a processor; 0 = not accounted
}
struct WelcomeBody {
  1: i64 heartbeat_ms
  2: i64 silence_ms_max
  3: bool hears_lines    // LogLines may be sent (absent: a coordinator that does not know them)
}
struct CreditsBody { 1: i32 slots }
struct LeaseBody {
  1: i64 fence
  2: string task         // "run/step/task", for logs
  3: i32 attempt
  4: i64 attempt_ms_max
  5: binary payload
}
struct LeasesBody { 1: list<LeaseBody> leases }
struct StartedBody { 1: list<i64> fences }
struct BeatBody {
  1: i64 fence
  2: double progress
  3: i64 cpu_ms
}
struct HeartbeatBody {
  1: list<BeatBody> running
  2: list<i64> finished
}
struct CompletionBody {
  1: i64 fence
  2: binary result
}
struct CompletedBody { 1: list<CompletionBody> completions }
struct FailureBody {
  1: i64 fence
  2: string code
  3: string message
  4: string diagnostic
  5: string remedy
}
struct FailedBody { 1: list<FailureBody> failures }
struct AckBody { 1: list<i64> fences }
struct RevokeBody {
  1: list<i64> fences
  2: string reason
}
struct LogLineBody {
  1: i64 fence
  2: i32 level           // 0 debug, 1 info, 2 warning, 3 error
  3: string event        // a phrase of the program
  4: string facts        // a flat JSON object of numbers and names, or empty
  5: i64 dropped         // lines before it that were left out
}
struct LogLinesBody { 1: list<LogLineBody> lines }
struct DrainBody {}
struct ByeBody {
  1: string reason
  2: bool rejoin
}
