// Somebody on the network records a worker's connection and plays it back to the coordinator.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "tests/workers/transport/channel_contract.h"
#include "workers/transport/zmq_channel.h"

namespace signet::workers {
namespace {

constexpr int kWaitMs = 400;

/// A connected or listening socket, closed at the end.
class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Socket ConnectTo(int port) {
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = Loopback(port);
  EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
            0);
  return socket;
}

int PortOf(const std::string& endpoint) {
  return std::stoi(endpoint.substr(endpoint.rfind(':') + 1));
}

/// Stands between one worker and the coordinator, and keeps what the worker says.
class Tap {
 public:
  explicit Tap(int to) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), to_(to) {
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_.get(), 1), 0);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Relay(); });
  }
  ~Tap() { Join(); }
  Tap(const Tap&) = delete;
  Tap& operator=(const Tap&) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// What the worker said, after it has gone.
  const std::string& Said() {
    Join();
    return said_;
  }

 private:
  void Join() {
    if (thread_.joinable()) thread_.join();
  }
  void Relay() {
    const Socket worker(::accept(listener_.get(), nullptr, nullptr));
    const Socket server = ConnectTo(to_);
    char buffer[4096];
    while (true) {
      pollfd both[] = {{worker.get(), POLLIN, 0}, {server.get(), POLLIN, 0}};
      if (::poll(both, 2, 10'000) <= 0) return;
      if ((both[0].revents & (POLLIN | POLLHUP)) != 0) {
        const ssize_t got = ::recv(worker.get(), buffer, sizeof(buffer), 0);
        if (got <= 0) return;
        said_.append(buffer, static_cast<size_t>(got));
        if (::send(server.get(), buffer, static_cast<size_t>(got), MSG_NOSIGNAL) != got) return;
      }
      if ((both[1].revents & (POLLIN | POLLHUP)) != 0) {
        const ssize_t got = ::recv(server.get(), buffer, sizeof(buffer), 0);
        if (got <= 0) return;
        if (::send(worker.get(), buffer, static_cast<size_t>(got), MSG_NOSIGNAL) != got) return;
      }
    }
  }

  Socket listener_;
  int to_;
  int port_ = 0;
  std::string said_;
  std::thread thread_;
};

TEST(Replay, ARecordedConnectionPlayedBackIsNeverHeard) {
  const CurveKeyPair server = CurveKeyPair::Generate().value();
  CurveKeyPair worker = CurveKeyPair::Generate().value();
  auto channel = ListenWithCurve("tcp://127.0.0.1:*", server, {worker.public_key}).value();
  Tap tap(PortOf(channel->endpoint()));
  {
    auto client =
        ConnectWithCurve(
            "tcp://127.0.0.1:" + std::to_string(tap.port()), server.public_key, std::move(worker))
            .value();
    SendSoon(*client, "task 7 is done", 5'000);
    ASSERT_TRUE(Await(*channel, 5'000).has_value());
  }
  const std::string said = tap.Said();
  ASSERT_GT(said.size(), 200U) << "greeting, handshake and a message";
  EXPECT_EQ(said.find("task 7"), std::string::npos) << "nothing passes in the clear";

  const Socket attacker = ConnectTo(PortOf(channel->endpoint()));
  ASSERT_EQ(::send(attacker.get(), said.data(), said.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(said.size()));
  EXPECT_FALSE(Await(*channel, kWaitMs).has_value())
      << "each connection has keys of its own: the old handshake fits no new one";
}

}  // namespace
}  // namespace signet::workers
