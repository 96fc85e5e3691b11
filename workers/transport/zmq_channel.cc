#include "workers/transport/zmq_channel.h"

#include <algorithm>
#include <cstdint>
#include <errno.h>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <zmq.h>

#include "workers/protocol/frame.h"

namespace signet::workers {

namespace {

constexpr char kDomain[] = "signet";
constexpr char kZapEndpoint[] = "inproc://zeromq.zap.01";
constexpr int kFramesQueuedMax = 20'000;
// ZMQ_ZAP_ENFORCE_DOMAIN: in libzmq 4.3 behind its draft headers only, yet always understood.
constexpr int kZapEnforceDomain = 93;

std::string ZmqReason() {
  return zmq_strerror(zmq_errno());
}

/// A ZeroMQ context; ended last.
class Context {
 public:
  Context() : context_(zmq_ctx_new()) { CHECK(context_ != nullptr); }
  ~Context() { static_cast<void>(zmq_ctx_term(context_)); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  [[nodiscard]] void* get() const { return context_; }

 private:
  void* context_;
};

/// A socket that is closed with it. Belongs to one thread.
class Socket {
 public:
  Socket(const Context& context, int type) : socket_(zmq_socket(context.get(), type)) {
    CHECK(socket_ != nullptr);
    Set(ZMQ_LINGER, 0);
  }
  ~Socket() { static_cast<void>(zmq_close(socket_)); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] void* get() const { return socket_; }
  void Set(int option, int value) {
    CHECK(zmq_setsockopt(socket_, option, &value, sizeof value) == 0);
  }
  void SetBytes(int option, ByteView value) {
    CHECK_FACTS(zmq_setsockopt(socket_, option, value.data(), value.size()) == 0, ZmqReason());
  }

 private:
  void* socket_;
};

/// One message part; wiped before libzmq frees it, since frames may hold keys.
class Part {
 public:
  Part() { CHECK(zmq_msg_init(&part_) == 0); }
  ~Part() {
    Wipe(zmq_msg_data(&part_), zmq_msg_size(&part_));
    static_cast<void>(zmq_msg_close(&part_));
  }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  bool Receive(void* socket, int flags) { return zmq_msg_recv(&part_, socket, flags) >= 0; }
  [[nodiscard]] bool more() const { return zmq_msg_more(&part_) != 0; }
  [[nodiscard]] ByteView view() {
    return {static_cast<const uint8_t*>(zmq_msg_data(&part_)), zmq_msg_size(&part_)};
  }
  [[nodiscard]] std::string Property(const char* name) {
    const char* const value = zmq_msg_gets(&part_, name);
    return value != nullptr ? value : "";
  }

 private:
  zmq_msg_t part_{};
};

/// Receives one message with all its parts, without waiting; nothing when there is none.
Result<std::optional<std::vector<Bytes>>> ReceiveParts(void* socket, std::string* identity) {
  std::vector<Bytes> parts;
  bool more = true;
  while (more) {
    Part part;
    if (!part.Receive(socket, ZMQ_DONTWAIT)) {
      if (zmq_errno() == EAGAIN || zmq_errno() == EINTR) return std::optional<std::vector<Bytes>>();
      return Unavailable("receiving from the network failed: " + ZmqReason());
    }
    more = part.more();
    if (parts.size() < 8) parts.emplace_back(part.view().begin(), part.view().end());
    if (identity != nullptr && !more) *identity = part.Property("User-Id");
  }
  return std::optional<std::vector<Bytes>>(std::move(parts));
}

/// The ZAP handler of one context: a thread that owns the REP socket and asks the allow-list.
class Authenticator {
 public:
  Authenticator(const Context& context, bool anybody)
      : anybody_(anybody),
        socket_(std::make_unique<Socket>(context, ZMQ_REP)),
        stop_(::eventfd(0, EFD_CLOEXEC)) {
    CHECK(stop_ >= 0);
    CHECK(zmq_bind(socket_->get(), kZapEndpoint) == 0);
    // The socket moves to the thread: thread creation is a full fence, as libzmq asks for.
    thread_ = std::thread([this] { Serve(); });
  }
  ~Authenticator() {
    static_cast<void>(::eventfd_write(stop_, 1));
    thread_.join();
    socket_.reset();
    ::close(stop_);
  }
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;

  void Allow(const CurvePublicKey& key) {
    const std::lock_guard<std::mutex> lock(mutex_);
    allowed_.insert(key);
  }
  void Forbid(const CurvePublicKey& key) {
    const std::lock_guard<std::mutex> lock(mutex_);
    allowed_.erase(key);
  }
  Refusals Take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(refusals_, Refusals{});
  }

 private:
  void Serve() {
    while (true) {
      zmq_pollitem_t waits[] = {{socket_->get(), 0, ZMQ_POLLIN, 0},
                                {nullptr, stop_, ZMQ_POLLIN, 0}};
      if (zmq_poll(waits, 2, -1) < 0 && zmq_errno() != EINTR) return;
      if (waits[1].revents != 0) return;
      const Result<std::optional<std::vector<Bytes>>> request =
          ReceiveParts(socket_->get(), nullptr);
      if (!request.ok()) return;
      if (request->has_value()) Answer(**request);
    }
  }

  /// RFC 27: version, request id, domain, address, routing id, mechanism, then the CURVE key. The
  /// key's text when it may join, else nothing.
  std::string UserOf(const std::vector<Bytes>& request) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const bool ours = request.size() == 7 && AsText(request[0]) == "1.0" &&
                      AsText(request[2]) == kDomain && AsText(request[5]) == "CURVE" &&
                      request[6].size() == 32;
    if (!ours) {
      ++refusals_.count;
      return {};
    }
    CurvePublicKey key;
    std::copy(request[6].begin(), request[6].end(), key.bytes.begin());
    if (anybody_ || allowed_.count(key) != 0) return key.Text();
    ++refusals_.count;
    const bool fresh =
        std::find(refusals_.keys.begin(), refusals_.keys.end(), key) == refusals_.keys.end();
    if (fresh && refusals_.keys.size() < Refusals::kKeysMax) refusals_.keys.push_back(key);
    return {};
  }

  void Answer(const std::vector<Bytes>& request) {
    const std::string user = UserOf(request);
    const std::string id = request.size() > 1 ? std::string(AsText(request[1])) : std::string();
    const std::string status = user.empty() ? "400" : "200";
    const std::string text = user.empty() ? "this key is not on the allow-list" : "OK";
    const std::string* const parts[] = {&version_, &id, &status, &text, &user, &nothing_};
    for (size_t i = 0; i < 6; ++i) {
      static_cast<void>(
          zmq_send(socket_->get(), parts[i]->data(), parts[i]->size(), i < 5 ? ZMQ_SNDMORE : 0));
    }
  }

  const std::string version_ = "1.0";
  const std::string nothing_;
  const bool anybody_;
  std::unique_ptr<Socket> socket_;
  int stop_;
  std::mutex mutex_;
  std::set<CurvePublicKey> allowed_;  // guarded by mutex_
  Refusals refusals_;                 // guarded by mutex_
  std::thread thread_;
};

void SetLimits(Socket& socket) {
  const auto bytes_max = static_cast<int64_t>(kFrameBytesMax);
  CHECK(zmq_setsockopt(socket.get(), ZMQ_MAXMSGSIZE, &bytes_max, sizeof bytes_max) == 0);
  socket.Set(ZMQ_SNDHWM, kFramesQueuedMax);
  socket.Set(ZMQ_RCVHWM, kFramesQueuedMax);
}

class RouterChannel final : public CurveServerChannel {
 public:
  RouterChannel(CurvePublicKey key, const std::vector<CurvePublicKey>& allowed, bool anybody)
      : key_(key),
        authenticator_(context_, anybody),
        router_(context_, ZMQ_ROUTER),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    CHECK(wake_ >= 0);
    for (const CurvePublicKey& worker : allowed) authenticator_.Allow(worker);
  }
  ~RouterChannel() override { ::close(wake_); }
  RouterChannel(const RouterChannel&) = delete;
  RouterChannel& operator=(const RouterChannel&) = delete;

  Status Bind(const std::string& endpoint, const CurveKeyPair& identity) {
    router_.Set(ZMQ_ROUTER_MANDATORY, 1);
    router_.Set(ZMQ_CURVE_SERVER, 1);
    router_.SetBytes(ZMQ_CURVE_SECRETKEY, identity.secret_key.ExposeSecret());
    router_.SetBytes(ZMQ_ZAP_DOMAIN, AsBytes(kDomain));
    router_.Set(kZapEnforceDomain, 1);
    SetLimits(router_);
    if (zmq_bind(router_.get(), endpoint.c_str()) != 0) {
      if (zmq_errno() == EADDRINUSE) {
        return Unavailable("cannot listen on " + endpoint + ": the port is in use")
            .WithRemedy("end the other program (ss -ltnp shows it) or choose another port");
      }
      if (zmq_errno() == EINVAL || zmq_errno() == EPROTONOSUPPORT || zmq_errno() == ENODEV) {
        return Invalid("cannot listen on '" + endpoint + "': write tcp://ADDRESS:PORT");
      }
      return Unavailable("cannot listen on " + endpoint + ": " + ZmqReason());
    }
    char bound[256];
    size_t size = sizeof bound;
    CHECK(zmq_getsockopt(router_.get(), ZMQ_LAST_ENDPOINT, bound, &size) == 0);
    endpoint_ = bound;
    return OkStatus();
  }

  Status Send(const PeerId& peer, ByteView frame) override {
    const int first = zmq_send(router_.get(), peer.data(), peer.size(), ZMQ_SNDMORE | ZMQ_DONTWAIT);
    if (first < 0) return Unavailable("the peer is gone or does not take frames: " + ZmqReason());
    if (zmq_send(router_.get(), frame.data(), frame.size(), ZMQ_DONTWAIT) < 0) {
      return Unavailable("sending failed: " + ZmqReason());
    }
    return OkStatus();
  }

  Result<std::optional<Incoming>> Receive() override {
    while (true) {
      std::string identity;
      ASSIGN_OR_RETURN(std::optional<std::vector<Bytes>> parts,
                       ReceiveParts(router_.get(), &identity));
      if (!parts) return std::optional<Incoming>();
      // Without an authenticated key or with a wrong shape it is not one of ours: dropped.
      if (parts->size() != 2 || identity.empty()) continue;
      return std::optional<Incoming>(
          {std::string(AsText((*parts)[0])), std::move(identity), std::move((*parts)[1])});
    }
  }

  void Wait(int64_t micros) override {
    zmq_pollitem_t waits[] = {{router_.get(), 0, ZMQ_POLLIN, 0}, {nullptr, wake_, ZMQ_POLLIN, 0}};
    static_cast<void>(zmq_poll(waits, 2, std::clamp<int64_t>((micros + 999) / 1'000, 0, 1'000)));
    eventfd_t rings = 0;
    if (waits[1].revents != 0) static_cast<void>(::eventfd_read(wake_, &rings));
  }
  void Wake() override { static_cast<void>(::eventfd_write(wake_, 1)); }

  void Allow(const CurvePublicKey& worker) override { authenticator_.Allow(worker); }
  void Forbid(const CurvePublicKey& worker) override { authenticator_.Forbid(worker); }
  Refusals TakeRefusals() override { return authenticator_.Take(); }
  [[nodiscard]] std::string endpoint() const override { return endpoint_; }
  [[nodiscard]] CurvePublicKey public_key() const override { return key_; }

 private:
  // In this order: the sockets close before the context ends.
  CurvePublicKey key_;
  Context context_;
  Authenticator authenticator_;
  Socket router_;
  int wake_;
  std::string endpoint_;
};

class DealerChannel final : public ClientChannel {
 public:
  DealerChannel(std::string endpoint, CurvePublicKey server, CurveKeyPair identity)
      : endpoint_(std::move(endpoint)), server_(server), identity_(std::move(identity)) {}

  Status Reconnect() override {
    dealer_.reset();
    dealer_ = std::make_unique<Socket>(context_, ZMQ_DEALER);
    dealer_->SetBytes(ZMQ_CURVE_SERVERKEY, server_.bytes);
    dealer_->SetBytes(ZMQ_CURVE_PUBLICKEY, identity_.public_key.bytes);
    dealer_->SetBytes(ZMQ_CURVE_SECRETKEY, identity_.secret_key.ExposeSecret());
    // Frames wait for a connection that was authenticated, and are refused until there is one.
    dealer_->Set(ZMQ_IMMEDIATE, 1);
    dealer_->Set(ZMQ_RECONNECT_IVL, 50);
    dealer_->Set(ZMQ_RECONNECT_IVL_MAX, 1'000);
    SetLimits(*dealer_);
    if (zmq_connect(dealer_->get(), endpoint_.c_str()) != 0) {
      return Invalid("cannot connect to '" + endpoint_ + "': " + ZmqReason());
    }
    return OkStatus();
  }

  Status Send(ByteView frame) override {
    if (zmq_send(dealer_->get(), frame.data(), frame.size(), ZMQ_DONTWAIT) < 0) {
      return Unavailable("the coordinator does not take frames: " + ZmqReason());
    }
    return OkStatus();
  }

  Result<std::optional<Bytes>> Receive() override {
    while (true) {
      ASSIGN_OR_RETURN(std::optional<std::vector<Bytes>> parts,
                       ReceiveParts(dealer_->get(), nullptr));
      if (!parts) return std::optional<Bytes>();
      if (parts->size() == 1) return std::optional<Bytes>(std::move((*parts)[0]));
    }
  }

  void Wait(int64_t micros, std::span<const int> descriptors) override {
    std::vector<zmq_pollitem_t> waits{{dealer_->get(), 0, ZMQ_POLLIN, 0}};
    for (const int descriptor : descriptors) waits.push_back({nullptr, descriptor, ZMQ_POLLIN, 0});
    const int64_t millis = std::clamp<int64_t>((micros + 999) / 1'000, 0, 1'000);
    static_cast<void>(zmq_poll(waits.data(), static_cast<int>(waits.size()), millis));
  }

 private:
  std::string endpoint_;
  CurvePublicKey server_;
  CurveKeyPair identity_;
  Context context_;
  std::unique_ptr<Socket> dealer_;
};

}  // namespace

Result<std::unique_ptr<CurveServerChannel>> ListenWithCurve(
    const std::string& endpoint,
    const CurveKeyPair& identity,
    const std::vector<CurvePublicKey>& allowed) {
  auto channel = std::make_unique<RouterChannel>(identity.public_key, allowed, /*anybody=*/false);
  TRY(channel->Bind(endpoint, identity));
  return std::unique_ptr<CurveServerChannel>(std::move(channel));
}

Result<std::unique_ptr<CurveServerChannel>> ListenForNewcomers(const std::string& endpoint,
                                                               const CurveKeyPair& identity) {
  auto channel = std::make_unique<RouterChannel>(
      identity.public_key, std::vector<CurvePublicKey>{}, /*anybody=*/true);
  TRY(channel->Bind(endpoint, identity));
  return std::unique_ptr<CurveServerChannel>(std::move(channel));
}

Result<std::unique_ptr<ClientChannel>> ConnectWithCurve(const std::string& endpoint,
                                                        const CurvePublicKey& server,
                                                        CurveKeyPair identity) {
  auto channel = std::make_unique<DealerChannel>(endpoint, server, std::move(identity));
  TRY(channel->Reconnect());
  return std::unique_ptr<ClientChannel>(std::move(channel));
}

}  // namespace signet::workers
