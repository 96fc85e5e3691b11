#include "coordinator/simulator/simulated_network.h"

#include <string>
#include <utility>
#include <variant>

#include "workers/protocol/frame.h"

namespace signet::coordinator {

class SimulatedServerChannel final : public workers::ServerChannel {
 public:
  explicit SimulatedServerChannel(SimulatedNetwork& network) : network_(network) {}
  Status Send(const workers::PeerId& peer, ByteView frame) override {
    return network_.SendToWorker(peer, frame);
  }
  Result<std::optional<workers::Incoming>> Receive() override {
    if (network_.server_box_.empty()) return std::optional<workers::Incoming>();
    workers::Incoming incoming = std::move(network_.server_box_.front());
    network_.server_box_.pop_front();
    return std::optional<workers::Incoming>(std::move(incoming));
  }
  void Wait(int64_t /*micros*/) override {}
  void Wake() override {}

 private:
  SimulatedNetwork& network_;
};

class SimulatedClientChannel final : public workers::ClientChannel {
 public:
  SimulatedClientChannel(SimulatedNetwork& network, int worker)
      : network_(network), worker_(worker) {
    static_cast<void>(SimulatedClientChannel::Reconnect());
  }
  Status Send(ByteView frame) override {
    network_.SendToServer(worker_, connection_, frame);
    return OkStatus();
  }
  Result<std::optional<Bytes>> Receive() override {
    std::deque<Bytes>& box = network_.worker_boxes_[worker_];
    if (box.empty()) return std::optional<Bytes>();
    Bytes frame = std::move(box.front());
    box.pop_front();
    return std::optional<Bytes>(std::move(frame));
  }
  void Wait(int64_t /*micros*/, std::span<const int> /*descriptors*/) override {}
  Status Reconnect() override {
    connection_ = network_.next_connection_++;
    network_.connections_[worker_] = connection_;
    network_.worker_boxes_[worker_].clear();
    return OkStatus();
  }

 private:
  SimulatedNetwork& network_;
  int worker_;
  uint64_t connection_ = 0;
};

namespace {

constexpr size_t kTypeOffset = 4;  // see frame.h
constexpr uint8_t kUnknownType = 0xee;

}  // namespace

std::unique_ptr<workers::ServerChannel> SimulatedNetwork::Serve() {
  return std::make_unique<SimulatedServerChannel>(*this);
}

std::unique_ptr<workers::ClientChannel> SimulatedNetwork::Connect(int worker) {
  return std::make_unique<SimulatedClientChannel>(*this, worker);
}

void SimulatedNetwork::Cut(int worker, bool to_server, bool to_worker) {
  if (to_server) cut_to_server_.insert(worker);
  if (to_worker) cut_to_worker_.insert(worker);
}

void SimulatedNetwork::Mend(int worker) {
  cut_to_server_.erase(worker);
  cut_to_worker_.erase(worker);
}

void SimulatedNetwork::DropServer() {
  server_box_.clear();
}

void SimulatedNetwork::DropWorker(int worker) {
  connections_.erase(worker);
  worker_boxes_[worker].clear();
}

workers::PeerId SimulatedNetwork::PeerOf(int worker, uint64_t connection) {
  return std::to_string(worker) + ":" + std::to_string(connection);
}

Status SimulatedNetwork::SendToWorker(const workers::PeerId& peer, ByteView frame) {
  for (const auto& live : connections_) {
    if (PeerOf(live.first, live.second) != peer) continue;
    Watch(frame);
    Put({/*to_server=*/false, live.first, live.second, Bytes(frame.begin(), frame.end())});
    return OkStatus();
  }
  return Unavailable("the peer is gone");  // as ROUTER_MANDATORY says it
}

void SimulatedNetwork::SendToServer(int worker, uint64_t connection, ByteView frame) {
  Put({/*to_server=*/true, worker, connection, Bytes(frame.begin(), frame.end())});
}

void SimulatedNetwork::Put(Transit transit) {
  if (next_version_percent_ > 0 && dice_.Chance(next_version_percent_)) {
    if (dice_.Chance(10)) {
      Transit unknown = transit;
      unknown.frame[kTypeOffset] = kUnknownType;
      Send(unknown);
    }
    // Thrift's binary form: a field is type, id, value; 0 ends the struct.
    transit.frame.pop_back();
    transit.frame.insert(transit.frame.end(), {0x08, 0x70, 0x01, 0x00, 0x00, 0x00, 0x2a, 0x00});
  }
  Send(transit);
}

void SimulatedNetwork::Send(const Transit& transit) {
  ++frames_;
  const std::set<int>& cut = transit.to_server ? cut_to_server_ : cut_to_worker_;
  if (cut.count(transit.worker) != 0 || dice_.Chance(faults_.lost_percent)) {
    ++lost_;
    return;
  }
  // Each copy has its own delay: later frames may overtake.
  const int copies = dice_.Chance(faults_.doubled_percent) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    under_way_.emplace(clock_.MonotonicMicros() + dice_.Between(50, faults_.delay_micros_max),
                       transit);
  }
}

void SimulatedNetwork::Deliver() {
  while (!under_way_.empty() && under_way_.begin()->first <= clock_.MonotonicMicros()) {
    Transit transit = std::move(under_way_.begin()->second);
    under_way_.erase(under_way_.begin());
    if (transit.to_server) {
      server_box_.push_back({PeerOf(transit.worker, transit.connection),
                             "key-of-worker-" + std::to_string(transit.worker),
                             std::move(transit.frame)});
      continue;
    }
    const auto live = connections_.find(transit.worker);
    if (live == connections_.end() || live->second != transit.connection) continue;
    worker_boxes_[transit.worker].push_back(std::move(transit.frame));
  }
}

std::optional<int64_t> SimulatedNetwork::NextDelivery() const {
  if (under_way_.empty()) return std::nullopt;
  return under_way_.begin()->first;
}

void SimulatedNetwork::Watch(ByteView bytes) {
  const Result<workers::Frame> frame = workers::DecodeFrame(bytes);
  CHECK(frame.ok());
  if (const auto* const ack = std::get_if<workers::Ack>(&frame->message)) {
    acknowledged_.insert(ack->fences.begin(), ack->fences.end());
  }
  const auto* const leases = std::get_if<workers::Leases>(&frame->message);
  if (leases == nullptr) return;
  for (const workers::Lease& lease : leases->leases) {
    const std::string attempt = lease.task + " attempt " + std::to_string(lease.attempt);
    const auto granted = granted_.emplace(lease.fence, attempt).first;
    if (granted->second == attempt) continue;
    broken_fence_ =
        "fence " + std::to_string(lease.fence) + " names " + granted->second + " and " + attempt;
  }
}

}  // namespace signet::coordinator
