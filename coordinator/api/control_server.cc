#include "coordinator/api/control_server.h"

#include <exception>
#include <pwd.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <thrift/TOutput.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/server/TThreadedServer.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TServerSocket.h>

#include "coordinator/api/control_handler.h"
#include "coordinator/api/login_book.h"
#include "coordinator/api/tls_sockets.h"

namespace signet::coordinator {

namespace {

namespace thrift = apache::thrift;
using thrift::transport::TServerSocket;
using thrift::transport::TSocket;

constexpr int kStringBytesMax = 4 << 20;
constexpr int kContainerItemsMax = 10'000;
constexpr int kConnectionsMax = 64;
constexpr int kIdleMillisMax = 600'000;
constexpr mode_t kOwnerOnly = 0177;

/// Listens once: the server would do it again when it begins to serve.
template <typename Base>
class Once final : public Base {
 public:
  using Base::Base;
  void listen() override {
    if (!Base::isOpen()) Base::listen();
  }
};

std::string UserName(uid_t uid) {
  struct passwd entry {};
  struct passwd* found = nullptr;
  char buffer[1024];
  const bool known = ::getpwuid_r(uid, &entry, buffer, sizeof buffer, &found) == 0;
  return known && found != nullptr ? found->pw_name : std::to_string(uid);
}

/// A handler per connection, which knows who is at its other end.
class HandlerFactory final : public control::ControlServiceIfFactory {
 public:
  HandlerFactory(ControlState& state, const std::set<std::string>& operators)
      : state_(state), operators_(operators) {}

  control::ControlServiceIf* getHandler(const thrift::TConnectionInfo& connection) override {
    const auto tls = std::dynamic_pointer_cast<IdentifiedSocket>(connection.transport);
    if (tls != nullptr) {
      return new ControlHandler(state_,
                                Caller{[tls, this] { return Operator(tls->identity()); },
                                       [tls] { return tls->fingerprint(); }});
    }
    const auto socket = std::dynamic_pointer_cast<TSocket>(connection.transport);
    CHECK(socket != nullptr);
    return new ControlHandler(state_, [socket, this] { return Peer(*socket); });
  }
  void releaseHandler(control::ControlServiceIf* handler) override { delete handler; }

 private:
  [[noreturn]] static void Deny(const std::string& message) {
    control::Refused refused;
    refused.code = std::string(StatusCodeName(StatusCode::kDenied));
    refused.message = message;
    throw refused;
  }
  [[nodiscard]] std::string Operator(const std::string& identity) const {
    if (operators_.count(identity) == 0) {
      if (state_.logins != nullptr) state_.logins->Refused("certificate");
      Deny("the certificate of '" + identity + "' may not operate this coordinator");
    }
    if (state_.logins != nullptr) state_.logins->LetIn(identity, "operator", "certificate");
    return identity;
  }
  [[nodiscard]] std::string Peer(TSocket& socket) const {
    struct ucred peer {};
    socklen_t size = sizeof peer;
    const int asked = ::getsockopt(socket.getSocketFD(), SOL_SOCKET, SO_PEERCRED, &peer, &size);
    if (asked != 0 || (peer.uid != ::geteuid() && peer.uid != 0)) {
      if (state_.logins != nullptr) state_.logins->Refused("socket");
      Deny("another user's coordinator");
    }
    std::string user = UserName(peer.uid);
    if (state_.logins != nullptr) state_.logins->LetIn(user, "operator", "socket");
    return user;
  }

  ControlState& state_;
  const std::set<std::string>& operators_;
};

}  // namespace

struct ControlServer::Impl {
  Impl(const ControlServerOptions& options, Coordinator& coordinator, RunHost& host, Clock& clock)
      : state{coordinator,
              host,
              clock,
              options.state,
              options.bundles,
              options.min_group,
              options.schedules,
              options.keys,
              options.logins,
              options.rights},
        operators(options.operators) {}
  ~Impl() {
    for (const auto& server : servers) server->stop();
    for (std::thread& thread : threads) thread.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// Serves on a socket that listens already, in a thread of its own.
  void Serve(std::shared_ptr<TServerSocket> listener) {
    auto server = std::make_unique<thrift::server::TThreadedServer>(
        std::make_shared<control::ControlServiceProcessorFactory>(
            std::make_shared<HandlerFactory>(state, operators)),
        std::move(listener),
        std::make_shared<thrift::transport::TBufferedTransportFactory>(),
        std::make_shared<thrift::protocol::TBinaryProtocolFactory>(
            kStringBytesMax, kContainerItemsMax, /*strict_read=*/true, /*strict_write=*/true));
    server->setConcurrentClientLimit(kConnectionsMax);
    threads.emplace_back([raw = server.get()] {
      try {
        raw->serve();
      } catch (const std::exception&) {
        // The listening socket is gone: there is nobody left to tell.
      }
    });
    servers.push_back(std::move(server));
  }

  ControlState state;
  std::set<std::string> operators;
  std::shared_ptr<thrift::transport::TSSLSocketFactory> sockets;
  std::shared_ptr<TServerSocket> tls;
  std::vector<std::unique_ptr<thrift::server::TThreadedServer>> servers;
  std::vector<std::thread> threads;
};

ControlServer::ControlServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ControlServer::~ControlServer() = default;

Result<std::unique_ptr<ControlServer>> ControlServer::Listen(const ControlServerOptions& options,
                                                             Coordinator& coordinator,
                                                             RunHost& host,
                                                             Clock& clock) {
  // The library writes to standard error by itself.
  thrift::GlobalOutput.setOutputFunction([](const char*) {});
  auto impl = std::make_unique<Impl>(options, coordinator, host, clock);
  // The state folder is locked by this process: whoever left a socket there is gone.
  ::unlink(options.socket.c_str());
  const auto door = std::make_shared<Once<TServerSocket>>(options.socket.string());
  door->setRecvTimeout(kIdleMillisMax);
  const mode_t before = ::umask(kOwnerOnly);
  try {
    door->listen();
  } catch (const thrift::transport::TTransportException&) {
    ::umask(before);
    return Unavailable("cannot listen on " + options.socket.string())
        .WithRemedy("a socket's path has at most 107 characters: use a shorter --state");
  }
  ::umask(before);
  if (options.port >= 0) {
    if (options.operators.empty()) {
      return Invalid("the control door on TLS has no list of operators")
          .WithRemedy("name certificate identities with --operator");
    }
    ASSIGN_OR_RETURN(impl->sockets,
                     NewServerSockets({options.tls_cert, options.tls_key, options.tls_ca}));
    impl->tls = std::make_shared<Once<thrift::transport::TSSLServerSocket>>(
        options.address, options.port, impl->sockets);
    impl->tls->setRecvTimeout(kIdleMillisMax);
    try {
      impl->tls->listen();
    } catch (const thrift::transport::TTransportException&) {
      return Unavailable("cannot listen on " + options.address + ":" + std::to_string(options.port))
          .WithRemedy("is another program using the port?");
    }
    impl->Serve(impl->tls);
  }
  impl->Serve(door);
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(impl)));
}

int ControlServer::port() const {
  return impl_->tls ? impl_->tls->getPort() : -1;
}

}  // namespace signet::coordinator
