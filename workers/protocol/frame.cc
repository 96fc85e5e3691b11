#include "workers/protocol/frame.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/transport/TBufferTransports.h>

#include "gen-cpp/signet_types.h"

#include "crypto/base/secret.h"

namespace signet::workers {

namespace {

using apache::thrift::protocol::TBinaryProtocolT;
using apache::thrift::transport::TMemoryBuffer;
using Wire = TBinaryProtocolT<TMemoryBuffer>;

template <typename To, typename From>
std::vector<To> As(const std::vector<From>& values) {
  return {values.begin(), values.end()};
}

// To the wire: one function per message.
protocol::RegisterBody ToBody(const Register& m) {
  protocol::RegisterBody body;
  body.name = m.name;
  body.boot = static_cast<int64_t>(m.boot);
  body.slots = m.slots;
  body.held = As<int64_t>(m.held);
  body.program = m.program;
  body.labels = m.labels;
  body.memory_mb = m.memory_mb;
  body.cpu_milli = m.cpu_milli;
  return body;
}

protocol::WelcomeBody ToBody(const Welcome& m) {
  protocol::WelcomeBody body;
  body.heartbeat_ms = m.heartbeat_ms;
  body.silence_ms_max = m.silence_ms_max;
  body.hears_lines = m.hears_lines;
  return body;
}

protocol::CreditsBody ToBody(const Credits& m) {
  protocol::CreditsBody body;
  body.slots = m.slots;
  return body;
}

protocol::LeasesBody ToBody(const Leases& m) {
  protocol::LeasesBody body;
  body.leases.resize(m.leases.size());
  for (size_t i = 0; i < m.leases.size(); ++i) {
    const Lease& from = m.leases[i];
    protocol::LeaseBody& to = body.leases[i];
    to.fence = static_cast<int64_t>(from.fence);
    to.task = from.task;
    to.attempt = from.attempt;
    to.attempt_ms_max = from.attempt_ms_max;
    to.payload = std::string(AsText(from.payload));
  }
  return body;
}

protocol::StartedBody ToBody(const Started& m) {
  protocol::StartedBody body;
  body.fences = As<int64_t>(m.fences);
  return body;
}

protocol::HeartbeatBody ToBody(const Heartbeat& m) {
  protocol::HeartbeatBody body;
  body.running.resize(m.running.size());
  for (size_t i = 0; i < m.running.size(); ++i) {
    body.running[i].fence = static_cast<int64_t>(m.running[i].fence);
    body.running[i].progress = m.running[i].progress;
    body.running[i].cpu_ms = m.running[i].cpu_ms;
  }
  body.finished = As<int64_t>(m.finished);
  return body;
}

protocol::CompletedBody ToBody(const Completed& m) {
  protocol::CompletedBody body;
  body.completions.resize(m.completions.size());
  for (size_t i = 0; i < m.completions.size(); ++i) {
    body.completions[i].fence = static_cast<int64_t>(m.completions[i].fence);
    body.completions[i].result = std::string(AsText(m.completions[i].result));
  }
  return body;
}

protocol::FailedBody ToBody(const Failed& m) {
  protocol::FailedBody body;
  body.failures.resize(m.failures.size());
  for (size_t i = 0; i < m.failures.size(); ++i) {
    const Failure& from = m.failures[i];
    protocol::FailureBody& to = body.failures[i];
    to.fence = static_cast<int64_t>(from.fence);
    to.code = std::string(StatusCodeName(from.status.code()));
    to.message = from.status.message();
    to.diagnostic = from.status.diagnostic();
    to.remedy = from.status.remedy();
  }
  return body;
}

protocol::AckBody ToBody(const Ack& m) {
  protocol::AckBody body;
  body.fences = As<int64_t>(m.fences);
  return body;
}

protocol::RevokeBody ToBody(const Revoke& m) {
  protocol::RevokeBody body;
  body.fences = As<int64_t>(m.fences);
  body.reason = m.reason;
  return body;
}

protocol::DrainBody ToBody(const Drain& /*m*/) {
  return {};
}

protocol::ByeBody ToBody(const Bye& m) {
  protocol::ByeBody body;
  body.reason = m.reason;
  body.rejoin = m.rejoin;
  return body;
}

protocol::LogLinesBody ToBody(const LogLines& m) {
  protocol::LogLinesBody body;
  body.lines.resize(m.lines.size());
  for (size_t i = 0; i < m.lines.size(); ++i) {
    body.lines[i].fence = static_cast<int64_t>(m.lines[i].fence);
    body.lines[i].level = m.lines[i].level;
    body.lines[i].event = m.lines[i].event;
    body.lines[i].facts = m.lines[i].facts;
    body.lines[i].dropped = m.lines[i].dropped;
  }
  return body;
}

// From the wire; the checks that the wire's types do not make.
Status FromBody(const protocol::RegisterBody& body, Register& m) {
  if (body.slots < 0 || body.memory_mb < 0 || body.cpu_milli < 0) {
    return Corrupt("a worker registers negative slots");
  }
  m = {body.name,
       static_cast<uint64_t>(body.boot),
       body.slots,
       As<uint64_t>(body.held),
       body.program,
       body.labels,
       body.memory_mb,
       body.cpu_milli};
  return OkStatus();
}

Status FromBody(const protocol::WelcomeBody& body, Welcome& m) {
  if (body.heartbeat_ms <= 0 || body.silence_ms_max <= 0) {
    return Corrupt("a welcome has no heartbeat");
  }
  m = {body.heartbeat_ms, body.silence_ms_max, body.hears_lines};
  return OkStatus();
}

Status FromBody(const protocol::CreditsBody& body, Credits& m) {
  if (body.slots < 0) return Corrupt("a worker has negative credits");
  m.slots = body.slots;
  return OkStatus();
}

Status FromBody(const protocol::LeasesBody& body, Leases& m) {
  m.leases.resize(body.leases.size());
  for (size_t i = 0; i < body.leases.size(); ++i) {
    const protocol::LeaseBody& from = body.leases[i];
    if (from.attempt < 0 || from.attempt_ms_max < 0) {
      return Corrupt("a lease has a negative number");
    }
    m.leases[i] = {static_cast<uint64_t>(from.fence),
                   from.task,
                   from.attempt,
                   from.attempt_ms_max,
                   ToBytes(from.payload)};
  }
  return OkStatus();
}

Status FromBody(const protocol::StartedBody& body, Started& m) {
  m.fences = As<uint64_t>(body.fences);
  return OkStatus();
}

Status FromBody(const protocol::HeartbeatBody& body, Heartbeat& m) {
  m.running.resize(body.running.size());
  for (size_t i = 0; i < body.running.size(); ++i) {
    const protocol::BeatBody& from = body.running[i];
    if (!std::isfinite(from.progress) || from.progress < 0 || from.progress > 1) {
      return Corrupt("a heartbeat's progress is not between 0 and 1");
    }
    m.running[i] = {static_cast<uint64_t>(from.fence), from.progress, from.cpu_ms};
  }
  m.finished = As<uint64_t>(body.finished);
  return OkStatus();
}

Status FromBody(const protocol::CompletedBody& body, Completed& m) {
  m.completions.resize(body.completions.size());
  for (size_t i = 0; i < body.completions.size(); ++i) {
    m.completions[i] = {static_cast<uint64_t>(body.completions[i].fence),
                        ToBytes(body.completions[i].result)};
  }
  return OkStatus();
}

Status FromBody(const protocol::FailedBody& body, Failed& m) {
  m.failures.resize(body.failures.size());
  for (size_t i = 0; i < body.failures.size(); ++i) {
    const protocol::FailureBody& from = body.failures[i];
    const StatusCode code = StatusCodeFromName(from.code);
    if (code == StatusCode::kOk) return Corrupt("a failure has the code ok");
    m.failures[i] = {
        static_cast<uint64_t>(from.fence),
        Status(code, from.message).WithDiagnostic(from.diagnostic).WithRemedy(from.remedy)};
  }
  return OkStatus();
}

Status FromBody(const protocol::AckBody& body, Ack& m) {
  m.fences = As<uint64_t>(body.fences);
  return OkStatus();
}

Status FromBody(const protocol::RevokeBody& body, Revoke& m) {
  m = {As<uint64_t>(body.fences), body.reason};
  return OkStatus();
}

Status FromBody(const protocol::DrainBody& /*body*/, Drain& /*m*/) {
  return OkStatus();
}

Status FromBody(const protocol::ByeBody& body, Bye& m) {
  m = {body.reason, body.rejoin};
  return OkStatus();
}

Status FromBody(const protocol::LogLinesBody& body, LogLines& m) {
  m.lines.resize(body.lines.size());
  for (size_t i = 0; i < body.lines.size(); ++i) {
    const protocol::LogLineBody& from = body.lines[i];
    const bool sane = from.level >= 0 && from.level <= 3 && from.dropped >= 0;
    if (!sane) return Corrupt("a line of a task has no level");
    m.lines[i] = {
        static_cast<uint64_t>(from.fence), from.level, from.event, from.facts, from.dropped};
  }
  return OkStatus();
}

/// A lease's payload holds keys: no copy of it stays behind in the heap.
template <typename Body>
void Scrub(Body& /*body*/) {}

void Scrub(protocol::LeasesBody& body) {
  for (protocol::LeaseBody& lease : body.leases) {
    Wipe(lease.payload.data(), lease.payload.size());
  }
}

template <typename M>
Result<Message> DecodeBody(ByteView bytes) {
  try {
    // Observed only: Thrift's buffer never writes through this pointer.
    auto buffer = std::make_shared<TMemoryBuffer>(const_cast<uint8_t*>(bytes.data()),  // NOLINT
                                                  static_cast<uint32_t>(bytes.size()));
    Wire wire(buffer,
              static_cast<int32_t>(kFrameBytesMax),
              static_cast<int32_t>(kItemsMax),
              /*strict_read=*/true,
              /*strict_write=*/true);
    decltype(ToBody(M())) body;
    static_cast<void>(body.read(&wire));
    if (buffer->available_read() != 0) {
      Scrub(body);
      return Corrupt("a frame has bytes behind its message");
    }
    M message;
    const Status taken = FromBody(body, message);
    Scrub(body);
    TRY(taken);
    return Message(std::move(message));
  } catch (const std::exception&) {
    return Corrupt("a frame's body is not a message");
  }
}

using Decoder = Result<Message> (*)(ByteView);

template <size_t... I>
Result<Message> DecodeByType(size_t type, ByteView bytes, std::index_sequence<I...> /*types*/) {
  static constexpr Decoder kDecoders[] = {&DecodeBody<std::variant_alternative_t<I, Message>>...};
  return kDecoders[type](bytes);
}

Status CheckItems(size_t items) {
  if (items <= kItemsMax) return OkStatus();
  return Exhausted("a message has " + std::to_string(items) + " items; " +
                   std::to_string(kItemsMax) + " are possible");
}

struct ItemsOf {
  size_t operator()(const Register& m) const { return m.held.size(); }
  size_t operator()(const Leases& m) const { return m.leases.size(); }
  size_t operator()(const Started& m) const { return m.fences.size(); }
  size_t operator()(const Heartbeat& m) const { return m.running.size() + m.finished.size(); }
  size_t operator()(const Completed& m) const { return m.completions.size(); }
  size_t operator()(const Failed& m) const { return m.failures.size(); }
  size_t operator()(const Ack& m) const { return m.fences.size(); }
  size_t operator()(const Revoke& m) const { return m.fences.size(); }
  size_t operator()(const LogLines& m) const { return m.lines.size(); }
  template <typename M>
  size_t operator()(const M& /*m*/) const {
    return 0;
  }
};

}  // namespace

Result<Bytes> EncodeFrame(const Frame& frame) {
  TRY(CheckItems(std::visit(ItemsOf(), frame.message)));
  Bytes bytes;
  AppendU16(bytes, kFrameProto);
  AppendU16(bytes, kFrameVersion);
  bytes.push_back(static_cast<uint8_t>(frame.message.index() + 1));
  AppendU64(bytes, frame.fence);
  AppendU64(bytes, frame.seq);
  CHECK(bytes.size() == kFrameHeaderBytes);
  try {
    auto buffer = std::make_shared<TMemoryBuffer>();
    Wire wire(buffer);
    std::visit(
        [&](const auto& message) {
          auto written = ToBody(message);
          static_cast<void>(written.write(&wire));
          Scrub(written);
        },
        frame.message);
    uint8_t* body = nullptr;
    uint32_t size = 0;
    buffer->getBuffer(&body, &size);
    if (size + kFrameHeaderBytes > kFrameBytesMax) {
      Wipe(body, size);
      return Exhausted("a frame of " + std::to_string(size) + " bytes exceeds " +
                       std::to_string(kFrameBytesMax));
    }
    bytes.insert(bytes.end(), body, body + size);
    Wipe(body, size);
  } catch (const std::exception&) {
    return Exhausted("a message does not fit in memory");
  }
  return bytes;
}

Result<Frame> DecodeFrame(ByteView bytes) {
  if (bytes.size() < kFrameHeaderBytes || bytes.size() > kFrameBytesMax) {
    return Corrupt("a frame has an impossible size");
  }
  ByteReader from(bytes);
  Frame frame;
  ASSIGN_OR_RETURN(const uint16_t proto, from.U16());
  if (proto != kFrameProto) return Corrupt("a frame is not of our protocol");
  ASSIGN_OR_RETURN(const uint16_t version, from.U16());
  if (version != kFrameVersion) {
    return Invalid("a frame has protocol version " + std::to_string(version) +
                   ", this program speaks " + std::to_string(kFrameVersion));
  }
  ASSIGN_OR_RETURN(const uint8_t type, from.U8());
  constexpr size_t kTypes = std::variant_size_v<Message>;
  if (type < 1 || type > kTypes) return Corrupt("a frame has an unknown type");
  ASSIGN_OR_RETURN(frame.fence, from.U64());
  ASSIGN_OR_RETURN(frame.seq, from.U64());
  ASSIGN_OR_RETURN(frame.message,
                   DecodeByType(type - 1U, from.rest(), std::make_index_sequence<kTypes>()));
  return frame;
}

}  // namespace signet::workers
