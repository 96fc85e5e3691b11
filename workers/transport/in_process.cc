#include "workers/transport/in_process.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace signet::workers {

namespace {

constexpr size_t kQueueMax = 100'000;

/// A queue of frames with an event descriptor that poll() can wait for.
template <typename T>
class Mailbox {
 public:
  Mailbox() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { CHECK(event_ >= 0); }
  ~Mailbox() { ::close(event_); }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  Status Push(T item) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (items_.size() >= kQueueMax) return Unavailable("the receiver's queue is full");
    items_.push_back(std::move(item));
    Ring();
    return OkStatus();
  }
  std::optional<T> Pop() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (items_.empty()) {
      eventfd_t rings = 0;
      static_cast<void>(::eventfd_read(event_, &rings));
      return std::nullopt;
    }
    T item = std::move(items_.front());
    items_.pop_front();
    return item;
  }
  void Ring() { static_cast<void>(::eventfd_write(event_, 1)); }
  [[nodiscard]] int descriptor() const { return event_; }

 private:
  std::mutex mutex_;
  std::deque<T> items_;
  int event_;
};

void PollFor(int first, std::span<const int> more, int64_t micros) {
  std::vector<pollfd> waits{{first, POLLIN, 0}};
  for (const int descriptor : more) waits.push_back({descriptor, POLLIN, 0});
  const auto millis = static_cast<int>(std::clamp<int64_t>((micros + 999) / 1'000, 0, 1'000));
  static_cast<void>(::poll(waits.data(), waits.size(), millis));
}

class Hub final : public InProcessHub, public std::enable_shared_from_this<Hub> {
 public:
  std::unique_ptr<ServerChannel> Serve() override;
  std::unique_ptr<ClientChannel> Connect(std::string identity) override;

  using ClientBox = Mailbox<Bytes>;
  Mailbox<Incoming> server_box;

  PeerId Join(const std::shared_ptr<ClientBox>& box) {
    const std::lock_guard<std::mutex> lock(mutex_);
    PeerId peer = "peer-" + std::to_string(++peers_);
    boxes_[peer] = box;
    return peer;
  }
  void Leave(const PeerId& peer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    boxes_.erase(peer);
  }
  std::shared_ptr<ClientBox> Find(const PeerId& peer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = boxes_.find(peer);
    return found == boxes_.end() ? nullptr : found->second;
  }

 private:
  std::mutex mutex_;
  std::map<PeerId, std::shared_ptr<ClientBox>> boxes_;
  uint64_t peers_ = 0;
};

class ServerEnd final : public ServerChannel {
 public:
  explicit ServerEnd(std::shared_ptr<Hub> hub) : hub_(std::move(hub)) {}
  Status Send(const PeerId& peer, ByteView frame) override {
    const std::shared_ptr<Hub::ClientBox> box = hub_->Find(peer);
    if (box == nullptr) return Unavailable("the peer is gone");
    return box->Push(Bytes(frame.begin(), frame.end()));
  }
  Result<std::optional<Incoming>> Receive() override { return hub_->server_box.Pop(); }
  void Wait(int64_t micros) override { PollFor(hub_->server_box.descriptor(), {}, micros); }
  void Wake() override { hub_->server_box.Ring(); }

 private:
  std::shared_ptr<Hub> hub_;
};

class ClientEnd final : public ClientChannel {
 public:
  ClientEnd(std::shared_ptr<Hub> hub, std::string identity)
      : hub_(std::move(hub)),
        identity_(std::move(identity)),
        box_(std::make_shared<Hub::ClientBox>()),
        peer_(hub_->Join(box_)) {}
  ~ClientEnd() override { hub_->Leave(peer_); }
  ClientEnd(const ClientEnd&) = delete;
  ClientEnd& operator=(const ClientEnd&) = delete;

  Status Send(ByteView frame) override {
    return hub_->server_box.Push({peer_, identity_, Bytes(frame.begin(), frame.end())});
  }
  Result<std::optional<Bytes>> Receive() override { return box_->Pop(); }
  void Wait(int64_t micros, std::span<const int> descriptors) override {
    PollFor(box_->descriptor(), descriptors, micros);
  }
  Status Reconnect() override {
    hub_->Leave(peer_);
    box_ = std::make_shared<Hub::ClientBox>();
    peer_ = hub_->Join(box_);
    return OkStatus();
  }

 private:
  std::shared_ptr<Hub> hub_;
  std::string identity_;
  std::shared_ptr<Hub::ClientBox> box_;
  PeerId peer_;
};

std::unique_ptr<ServerChannel> Hub::Serve() {
  return std::make_unique<ServerEnd>(shared_from_this());
}

std::unique_ptr<ClientChannel> Hub::Connect(std::string identity) {
  return std::make_unique<ClientEnd>(shared_from_this(), std::move(identity));
}

}  // namespace

std::shared_ptr<InProcessHub> InProcessHub::Create() {
  return std::make_shared<Hub>();
}

}  // namespace signet::workers
