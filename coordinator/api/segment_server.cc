#include "coordinator/api/segment_server.h"

#include <utility>

#include <thrift/TOutput.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/server/TThreadedServer.h>
#include <thrift/transport/TBufferTransports.h>

#include "coordinator/api/segment_handler.h"
#include "coordinator/api/tls_sockets.h"
#include "crypto/base/file.h"
#include "crypto/base/log.h"
#include "crypto/base/text.h"

namespace signet::coordinator {

namespace {

namespace thrift = apache::thrift;

constexpr int kStringBytesMax = 4 << 20;
constexpr int kContainerItemsMax = 100'000;

/// Listens once: the server would do it again when it begins to serve.
class Listener final : public thrift::transport::TSSLServerSocket {
 public:
  using TSSLServerSocket::TSSLServerSocket;
  void listen() override {
    if (!isOpen()) TSSLServerSocket::listen();
  }
};

/// A handler per connection, which knows the connection's certificate.
class HandlerFactory final : public api::SegmentServiceIfFactory {
 public:
  explicit HandlerFactory(ServiceState& state) : state_(state) {}

  api::SegmentServiceIf* getHandler(const thrift::TConnectionInfo& connection) override {
    const auto socket = std::dynamic_pointer_cast<IdentifiedSocket>(connection.transport);
    CHECK(socket != nullptr);
    return new SegmentHandler(
        state_,
        [socket] { return socket->identity(); },
        [socket] { return socket->fingerprint(); });
  }
  void releaseHandler(api::SegmentServiceIf* handler) override { delete handler; }

 private:
  ServiceState& state_;
};

}  // namespace

Result<ClientIdentities> ReadClientIdentities(const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(const Bytes bytes, ReadFile(path));
  ClientIdentities clients;
  int number = 0;
  for (const std::string& line : Split(AsText(bytes), '\n')) {
    ++number;
    const std::string_view text = Trim(std::string_view(line).substr(0, line.find('#')));
    if (text.empty()) continue;
    const size_t space = text.find_first_of(" \t");
    const std::string where = path.string() + ":" + std::to_string(number);
    if (space == std::string_view::npos) {
      return Invalid(where + ": a line reads 'IDENTITY RECIPIENT'");
    }
    const std::string identity(text.substr(0, space));
    const std::string recipient(Trim(text.substr(space)));
    if (recipient.find_first_of(" \t") != std::string::npos) {
      return Invalid(where + ": a line reads 'IDENTITY RECIPIENT'");
    }
    if (!clients.emplace(identity, recipient).second) {
      return Invalid(Join({where, ": the identity '", identity, "' is there twice"}, ""));
    }
  }
  if (clients.empty()) return Invalid(path.string() + " names no client");
  return clients;
}

struct SegmentServer::Impl {
  Impl(const SegmentServerOptions& options, const ServedSnapshots& served, Clock& clock)
      : state(served, options.clients, options.resolves_per_minute_max, clock) {
    state.CountAccess(options.access);
  }

  ServiceState state;
  std::shared_ptr<thrift::transport::TSSLSocketFactory> sockets;
  std::shared_ptr<Listener> listener;
  std::unique_ptr<thrift::server::TThreadedServer> server;
};

SegmentServer::SegmentServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SegmentServer::~SegmentServer() = default;

Result<std::unique_ptr<SegmentServer>> SegmentServer::Listen(const SegmentServerOptions& options,
                                                             const ServedSnapshots& served,
                                                             Clock& clock) {
  // The library writes to standard error by itself; its lines may name peers.
  thrift::GlobalOutput.setOutputFunction([](const char*) {});
  auto impl = std::make_unique<Impl>(options, served, clock);
  ASSIGN_OR_RETURN(impl->sockets,
                   NewServerSockets({options.tls_cert, options.tls_key, options.tls_ca}));
  impl->listener = std::make_shared<Listener>(options.address, options.port, impl->sockets);
  impl->listener->setRecvTimeout(static_cast<int>(options.idle_ms_max));
  impl->listener->setSendTimeout(static_cast<int>(options.idle_ms_max));
  try {
    impl->listener->listen();
  } catch (const thrift::transport::TTransportException&) {
    return Unavailable("cannot listen on " + options.address + ":" + std::to_string(options.port))
        .WithRemedy("is another program using the port? give a free one with --port, or 0");
  }
  auto protocol = std::make_shared<thrift::protocol::TBinaryProtocolFactory>(
      kStringBytesMax, kContainerItemsMax, /*strict_read=*/true, /*strict_write=*/true);
  impl->server = std::make_unique<thrift::server::TThreadedServer>(
      std::make_shared<api::SegmentServiceProcessorFactory>(
          std::make_shared<HandlerFactory>(impl->state)),
      impl->listener,
      std::make_shared<thrift::transport::TBufferedTransportFactory>(),
      protocol);
  impl->server->setConcurrentClientLimit(options.connections_max);
  return std::unique_ptr<SegmentServer>(new SegmentServer(std::move(impl)));
}

int SegmentServer::port() const {
  return impl_->listener->getPort();
}

Status SegmentServer::Serve() {
  try {
    impl_->server->serve();
    return OkStatus();
  } catch (const std::exception&) {
    return Unavailable("the server stopped unexpectedly");
  }
}

void SegmentServer::Stop() {
  impl_->server->stop();
}

void SegmentServer::Pin(ClientPins pins) {
  impl_->state.Pin(std::move(pins));
}

Json SegmentServer::Figures() const {
  return impl_->state.Figures();
}

}  // namespace signet::coordinator
