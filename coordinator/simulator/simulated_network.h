/// A network that loses, doubles, delays and reorders frames, and can be cut.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "coordinator/simulator/dice.h"
#include "crypto/base/clock.h"
#include "crypto/base/status.h"
#include "workers/transport/channel.h"

namespace signet::coordinator {

/// How bad the network is, in percent of frames and microseconds.
struct NetworkFaults {
  int lost_percent = 0;
  int doubled_percent = 0;
  int64_t delay_micros_max = 2'000;
};

/// Delivers frames between one server end and the workers 0, 1, ... Frames are watched: what the
/// coordinator acknowledged and granted is noted for the checkers.
class SimulatedNetwork {
 public:
  SimulatedNetwork(Dice& dice, ManualClock& clock) : dice_(dice), clock_(clock) {}

  std::unique_ptr<workers::ServerChannel> Serve();
  std::unique_ptr<workers::ClientChannel> Connect(int worker);

  void SetFaults(NetworkFaults faults) { faults_ = faults; }
  /// So many percent of the frames are as the next version might send them: a field more in the
  /// body; and now and then a message of a type that nobody knows yet.
  void SpeakNextVersion(int percent) { next_version_percent_ = percent; }
  /// Cuts frames of a worker in one or both directions.
  void Cut(int worker, bool to_server, bool to_worker);
  void Mend(int worker);
  /// The coordinator crashed: its queue is gone, and frames under way find nobody.
  void DropServer();
  /// The worker's process ended: its connections are gone.
  void DropWorker(int worker);

  /// Delivers what is due. Afterwards NextDelivery is in the future.
  void Deliver();
  /// Monotonic micros of the next delivery, if anything is under way.
  [[nodiscard]] std::optional<int64_t> NextDelivery() const;

  [[nodiscard]] uint64_t frames() const { return frames_; }
  [[nodiscard]] uint64_t lost() const { return lost_; }
  /// Fences that the coordinator acknowledged.
  [[nodiscard]] const std::set<uint64_t>& acknowledged() const { return acknowledged_; }
  /// The first fence that was sent for two different attempts, as a text; empty = none.
  [[nodiscard]] const std::string& broken_fence() const { return broken_fence_; }

 private:
  friend class SimulatedServerChannel;
  friend class SimulatedClientChannel;
  struct Transit {
    bool to_server = false;
    int worker = 0;
    uint64_t connection = 0;
    Bytes frame;
  };

  static workers::PeerId PeerOf(int worker, uint64_t connection);
  Status SendToWorker(const workers::PeerId& peer, ByteView frame);
  void SendToServer(int worker, uint64_t connection, ByteView frame);
  void Put(Transit transit);
  void Send(const Transit& transit);
  void Watch(ByteView frame);

  Dice& dice_;
  ManualClock& clock_;
  NetworkFaults faults_;
  int next_version_percent_ = 0;
  std::multimap<int64_t, Transit> under_way_;
  std::map<int, uint64_t> connections_;  ///< the live connection of each worker
  std::map<int, std::deque<Bytes>> worker_boxes_;
  std::deque<workers::Incoming> server_box_;
  std::set<int> cut_to_server_;
  std::set<int> cut_to_worker_;
  uint64_t next_connection_ = 1;
  uint64_t frames_ = 0;
  uint64_t lost_ = 0;
  std::set<uint64_t> acknowledged_;
  std::map<uint64_t, std::string> granted_;
  std::string broken_fence_;
};

}  // namespace signet::coordinator
