/// The agent: a worker's side of the talk with the coordinator.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/status.h"
#include "workers/executor/task_slots.h"
#include "workers/protocol/frame.h"
#include "workers/transport/channel.h"

namespace signet::workers {

struct AgentOptions {
  std::string name = "worker";
  std::string program;              ///< version, for people
  uint64_t boot = 0;                ///< random per process
  int slots = 1;                    ///< tasks at a time
  std::vector<std::string> labels;  ///< what tasks may ask for
  int64_t memory_mb = 0;            ///< for tasks; 0 = not accounted
  int64_t cpu_milli = 0;            ///< thousandths of a processor; 0 = not accounted
  int64_t join_ms_max = 30'000;     ///< without an answer for so long the agent gives up; 0 = never
};

/// A payload of exactly these bytes is answered with an empty result, without a child.
inline constexpr char kNoOpTask[] = "signet:noop";

/// Registers, takes leases into slots, beats, reports until acknowledged, kills what it lost the
/// lease of, drains. Belongs to one thread; nothing here waits but Serve.
class Agent {
 public:
  /// The references must outlive the agent.
  Agent(AgentOptions options, ClientChannel& channel, TaskSlots& slots, Clock& clock);

  /// One turn without waiting. kUnavailable when nobody answered for join_ms_max.
  Status Turn();
  /// Turns until it has left; `stop` (asked at least once a second) begins a drain.
  Status Serve(const std::function<bool()>& stop);

  /// Finishes what it has, takes nothing more, then leaves.
  void Drain();
  /// It has left: drained, or told to go.
  [[nodiscard]] bool left() const { return left_; }
  [[nodiscard]] bool joined() const { return joined_; }
  /// Monotonic micros of the next thing that time alone makes due.
  [[nodiscard]] int64_t NextWake() const;

 private:
  struct Report {
    TaskEnd end;
    int64_t sent = 0;  ///< monotonic micros; 0 = not yet
  };

  void Handle(Frame& frame);
  void On(const Welcome& welcome, uint64_t term);
  void On(Leases& leases);
  void On(const Ack& ack);
  void On(const Revoke& revoke);
  void On(const Bye& bye);
  void Join(int64_t now);
  void StartWaiting();
  void CollectEnded();
  void SendReports(int64_t now);
  void SendLines(int64_t now);
  void BeatIfDue(int64_t now);
  void GiveUpLeases(int64_t now);
  void LeaveIfDrained();
  [[nodiscard]] bool Knows(uint64_t fence) const;
  void Remember(uint64_t fence);
  bool Send(Message message);

  AgentOptions options_;
  ClientChannel& channel_;
  TaskSlots& slots_;
  Clock& clock_;

  bool joined_ = false;
  bool draining_ = false;
  bool left_ = false;
  Status fatal_;
  uint64_t term_ = 0;
  uint64_t seq_ = 0;
  int64_t heartbeat_micros_ = 500'000;
  int64_t silence_micros_ = 2'500'000;
  int64_t heard_ = 0;  ///< monotonic micros of the last frame from the coordinator
  int64_t joining_since_ = 0;
  int64_t hello_at_ = 0;  ///< when to register (again)
  int64_t connected_at_ = 0;
  int64_t beat_sent_ = 0;
  int64_t lines_sent_ = 0;
  bool hears_lines_ = false;  ///< the coordinator takes what tasks say

  std::deque<Lease> waiting_;
  std::set<uint64_t> running_;
  std::map<uint64_t, Report> reports_;  ///< ended, not acknowledged
  std::set<uint64_t> recent_;  ///< acknowledged or revoked: a late copy must not start again
  std::deque<uint64_t> recent_order_;
};

}  // namespace signet::workers
