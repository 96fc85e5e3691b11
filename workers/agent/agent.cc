#include "workers/agent/agent.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "crypto/base/log.h"
#include "crypto/base/secret.h"

namespace signet::workers {

namespace {

constexpr int64_t kHelloMicros = 500'000;
constexpr int64_t kUnsentMicros = 10'000;  // no connection yet: ask again soon
constexpr int64_t kReconnectMicros = 2'000'000;
constexpr int64_t kResendMicros = 1'000'000;
constexpr int64_t kLinesMicros = 100'000;
constexpr size_t kLinesPerFrameMax = 200;
constexpr size_t kRecentMax = 4'096;
constexpr size_t kReportsPerFrameMax = 1'000;
constexpr size_t kReportBytesPerFrameMax = size_t{8} << 20U;
constexpr size_t kLeasesWaitingMax = 65'536;

}  // namespace

Agent::Agent(AgentOptions options, ClientChannel& channel, TaskSlots& slots, Clock& clock)
    : options_(std::move(options)), channel_(channel), slots_(slots), clock_(clock) {
  joining_since_ = clock_.MonotonicMicros();
  heard_ = joining_since_;
  hello_at_ = joining_since_;
  connected_at_ = joining_since_;
}

Status Agent::Turn() {
  while (!left_) {
    ASSIGN_OR_RETURN(std::optional<Bytes> bytes, channel_.Receive());
    if (!bytes) break;
    Result<Frame> frame = DecodeFrame(*bytes);
    Wipe(bytes->data(), bytes->size());  // a lease's keys
    if (frame.ok()) Handle(*frame);
  }
  const int64_t now = clock_.MonotonicMicros();
  if (left_) return fatal_;
  CollectEnded();
  StartWaiting();
  if (!joined_) Join(now);
  if (joined_) {
    SendLines(now);
    SendReports(now);
    BeatIfDue(now);
    GiveUpLeases(now);
    LeaveIfDrained();
  }
  return fatal_;
}

Status Agent::Serve(const std::function<bool()>& stop) {
  while (!left_) {
    if (stop() && !draining_) Drain();
    TRY(Turn());
    if (left_) break;
    const int64_t wait = NextWake() - clock_.MonotonicMicros();
    channel_.Wait(std::clamp<int64_t>(wait, 0, 1'000'000), slots_.Descriptors());
  }
  return fatal_;
}

int64_t Agent::NextWake() const {
  if (!joined_) return hello_at_;
  int64_t next = beat_sent_ + heartbeat_micros_;
  for (const auto& report : reports_) next = std::min(next, report.second.sent + kResendMicros);
  return next;
}

void Agent::Handle(Frame& frame) {
  if (const auto* const welcome = std::get_if<Welcome>(&frame.message)) {
    return On(*welcome, frame.fence);
  }
  if (const auto* const bye = std::get_if<Bye>(&frame.message)) {
    if (frame.fence >= term_) On(*bye);
    return;
  }
  // Only the coordinator that welcomed us may speak: an older one is deposed, a newer one asks
  // first.
  if (!joined_ || frame.fence != term_) return;
  heard_ = clock_.MonotonicMicros();
  if (auto* const leases = std::get_if<Leases>(&frame.message)) {
    On(*leases);
  } else if (const auto* const ack = std::get_if<Ack>(&frame.message)) {
    On(*ack);
  } else if (const auto* const revoke = std::get_if<Revoke>(&frame.message)) {
    On(*revoke);
  } else if (std::holds_alternative<workers::Drain>(frame.message)) {
    draining_ = true;
  }
}

void Agent::On(const Welcome& welcome, uint64_t term) {
  if (term < term_) return;
  term_ = term;
  joined_ = true;
  heard_ = clock_.MonotonicMicros();
  heartbeat_micros_ = welcome.heartbeat_ms * 1'000;
  silence_micros_ = welcome.silence_ms_max * 1'000;
  hears_lines_ = welcome.hears_lines;
  for (auto& report : reports_) report.second.sent = 0;
  if (draining_) Send(workers::Drain{});
}

void Agent::On(Leases& leases) {
  for (Lease& lease : leases.leases) {
    if (Knows(lease.fence)) {
      Wipe(lease.payload.data(), lease.payload.size());
      continue;
    }
    if (AsText(lease.payload) == kNoOpTask) {
      reports_[lease.fence].end = {lease.fence, OkStatus(), {}};
    } else if (waiting_.size() < kLeasesWaitingMax) {
      waiting_.push_back(std::move(lease));
    }
  }
  StartWaiting();
}

void Agent::On(const Ack& ack) {
  for (const uint64_t fence : ack.fences) {
    if (reports_.erase(fence) != 0) Remember(fence);
  }
}

void Agent::On(const Revoke& revoke) {
  for (const uint64_t fence : revoke.fences) {
    if (running_.erase(fence) != 0) slots_.Kill(fence);
    const auto waits = std::find_if(
        waiting_.begin(), waiting_.end(), [&](const Lease& lease) { return lease.fence == fence; });
    if (waits != waiting_.end()) {
      Wipe(waits->payload.data(), waits->payload.size());
      waiting_.erase(waits);
    }
    reports_.erase(fence);
    Remember(fence);
  }
}

void Agent::On(const Bye& bye) {
  if (bye.rejoin) {
    if (joined_) joining_since_ = hello_at_ = connected_at_ = clock_.MonotonicMicros();
    joined_ = false;
    return;
  }
  left_ = true;
  for (const uint64_t fence : running_) slots_.Kill(fence);
  running_.clear();
  if (!draining_) fatal_ = Denied("the coordinator sent this worker away: " + bye.reason);
}

void Agent::Join(int64_t now) {
  if (now < hello_at_) return;
  if (options_.join_ms_max > 0 && now - joining_since_ > options_.join_ms_max * 1'000) {
    left_ = true;
    fatal_ =
        Unavailable("the coordinator did not answer for " +
                    std::to_string(options_.join_ms_max / 1'000) + " s")
            .WithRemedy("check its address and public key, and that this worker's key is enrolled");
    return;
  }
  if (now - connected_at_ >= kReconnectMicros) {
    // ZeroMQ does not try again by itself after a refused handshake; the key may be enrolled by
    // now.
    connected_at_ = now;
    static_cast<void>(channel_.Reconnect());
  }
  Register hello;
  hello.name = options_.name;
  hello.boot = options_.boot;
  hello.slots = options_.slots;
  hello.program = options_.program;
  hello.labels = options_.labels;
  hello.memory_mb = options_.memory_mb;
  hello.cpu_milli = options_.cpu_milli;
  hello.held.assign(running_.begin(), running_.end());
  for (const Lease& lease : waiting_) hello.held.push_back(lease.fence);
  for (const auto& report : reports_) hello.held.push_back(report.first);
  hello_at_ = now + (Send(std::move(hello)) ? kHelloMicros : kUnsentMicros);
}

void Agent::StartWaiting() {
  while (!waiting_.empty() && running_.size() < static_cast<size_t>(options_.slots)) {
    Lease lease = std::move(waiting_.front());
    waiting_.pop_front();
    const Status started = slots_.Start(lease.fence, std::move(lease.payload));
    if (started.ok()) {
      running_.insert(lease.fence);
      Send(Started{{lease.fence}});
    } else {
      reports_[lease.fence].end = {lease.fence, started, {}};
    }
  }
}

void Agent::CollectEnded() {
  for (TaskEnd& end : slots_.TakeEnded()) {
    const uint64_t fence = end.fence;
    if (running_.erase(fence) != 0) reports_[fence].end = std::move(end);
  }
}

void Agent::SendReports(int64_t now) {
  Completed completed;
  Failed failed;
  std::vector<Report*> fresh;
  size_t bytes = 0;
  const auto flush = [&] {
    const bool good = completed.completions.empty() || Send(std::exchange(completed, {}));
    const bool bad = failed.failures.empty() || Send(std::exchange(failed, {}));
    for (Report* const report : fresh) report->sent = good && bad ? now : now - kResendMicros / 2;
    fresh.clear();
    bytes = 0;
  };
  for (auto& entry : reports_) {
    Report& report = entry.second;
    if (report.sent != 0 && now - report.sent < kResendMicros) continue;
    if (report.end.status.ok()) {
      completed.completions.push_back({entry.first, report.end.result});
      bytes += report.end.result.size();
    } else {
      failed.failures.push_back({entry.first, report.end.status});
    }
    fresh.push_back(&report);
    if (fresh.size() >= kReportsPerFrameMax || bytes >= kReportBytesPerFrameMax) flush();
  }
  flush();
}

/// At most one frame of lines a tenth of a second; more than it holds are left out, and counted.
void Agent::SendLines(int64_t now) {
  if (now - lines_sent_ < kLinesMicros) return;
  std::vector<TaskLine> said = slots_.TakeLines();
  if (said.empty()) return;
  lines_sent_ = now;
  LogLines lines;
  lines.lines.reserve(std::min(said.size(), kLinesPerFrameMax));
  for (TaskLine& line : said) {
    if (lines.lines.size() >= kLinesPerFrameMax) {
      lines.lines.back().dropped += 1 + static_cast<int64_t>(line.dropped);
      continue;
    }
    lines.lines.push_back({line.fence,
                           static_cast<int>(line.level),
                           std::move(line.event),
                           std::move(line.facts),
                           static_cast<int64_t>(line.dropped)});
  }
  if (hears_lines_) Send(std::move(lines));
}

void Agent::BeatIfDue(int64_t now) {
  if (now - beat_sent_ < heartbeat_micros_) return;
  beat_sent_ = now;
  Heartbeat beat;
  for (const TaskPulse& pulse : slots_.Pulses()) {
    if (running_.count(pulse.fence) != 0) {
      beat.running.push_back({pulse.fence, pulse.progress, pulse.cpu_ms});
    }
  }
  for (const Lease& lease : waiting_) beat.running.push_back({lease.fence, 0, 0});
  for (const auto& report : reports_) beat.finished.push_back(report.first);
  Send(std::move(beat));
}

void Agent::GiveUpLeases(int64_t now) {
  if (now - heard_ < silence_micros_) return;
  // By now the coordinator has granted our leases to others: stop writing, and ask to come back.
  for (const uint64_t fence : running_) {
    slots_.Kill(fence);
    Remember(fence);
  }
  running_.clear();
  for (Lease& lease : waiting_) Wipe(lease.payload.data(), lease.payload.size());
  waiting_.clear();
  joined_ = false;
  joining_since_ = hello_at_ = connected_at_ = now;
  heard_ = now;
  static_cast<void>(channel_.Reconnect());
}

void Agent::Drain() {
  draining_ = true;
  if (joined_) Send(workers::Drain{});
  if (!joined_ && running_.empty() && reports_.empty()) left_ = true;
}

void Agent::LeaveIfDrained() {
  if (!draining_ || !running_.empty() || !waiting_.empty() || !reports_.empty()) return;
  Send(Bye{"drained", /*rejoin=*/false});
  left_ = true;
}

bool Agent::Knows(uint64_t fence) const {
  if (running_.count(fence) != 0 || reports_.count(fence) != 0 || recent_.count(fence) != 0) {
    return true;
  }
  return std::any_of(
      waiting_.begin(), waiting_.end(), [&](const Lease& lease) { return lease.fence == fence; });
}

void Agent::Remember(uint64_t fence) {
  if (!recent_.insert(fence).second) return;
  recent_order_.push_back(fence);
  if (recent_order_.size() <= kRecentMax) return;
  recent_.erase(recent_order_.front());
  recent_order_.pop_front();
}

bool Agent::Send(Message message) {
  Result<Bytes> bytes = EncodeFrame({term_, ++seq_, std::move(message)});
  if (!bytes.ok()) {
    Log(LogLevel::kError, "frame not sent", Json::Of({{"status", bytes.status().ToString()}}));
    return false;
  }
  return channel_.Send(*bytes).ok();
}

}  // namespace signet::workers
