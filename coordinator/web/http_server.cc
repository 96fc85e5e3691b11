#include "coordinator/web/http_server.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <exception>
#include <string>
#include <utility>

#include <httplib.h>

#include "crypto/base/log.h"

namespace signet::coordinator {
namespace {

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return text;
}

HttpRequest RequestFrom(const httplib::Request& from) {
  HttpRequest request;
  request.method = from.method;
  request.path = from.path;
  request.body = from.body;
  for (const auto& [name, value] : from.params) request.query.emplace(name, value);
  for (const auto& [name, value] : from.headers) request.headers.emplace(LowerCase(name), value);
  return request;
}

}  // namespace

struct HttpServer::Impl {
  httplib::Server server;
  HttpHandler handler;
  int port = 0;
  std::atomic<bool> stopped = false;

  void Answer(const httplib::Request& from, httplib::Response& to) const {
    const HttpAnswer answer = handler(RequestFrom(from));
    to.status = answer.status;
    for (const auto& [name, value] : answer.headers) to.set_header(name, value);
    to.set_content(answer.body, answer.content_type);
  }
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::Listen(const HttpServerOptions& options,
                                                       HttpHandler handler) {
  auto impl = std::make_unique<Impl>();
  impl->handler = std::move(handler);
  httplib::Server& server = impl->server;
  const size_t threads = options.threads;
  server.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
  server.set_payload_max_length(options.body_bytes_max);
  server.set_read_timeout(options.io_seconds_max);
  server.set_write_timeout(options.io_seconds_max);
  server.set_keep_alive_timeout(options.io_seconds_max);
  // SO_REUSEADDR alone: the library's default shares the port with another process.
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  const Impl* const self = impl.get();
  const auto answer = [self](const httplib::Request& from, httplib::Response& to) {
    self->Answer(from, to);
  };
  server.Get(".*", answer);
  server.Post(".*", answer);
  server.set_exception_handler(
      [](const httplib::Request&, httplib::Response& to, const std::exception_ptr&) {
        to.status = 500;
        to.set_content("internal error\n", "text/plain; charset=utf-8");
      });
  impl->port = options.port;
  const bool bound = options.port == 0 ? (impl->port = server.bind_to_any_port(options.address)) > 0
                                       : server.bind_to_port(options.address, options.port);
  if (!bound) {
    return Unavailable("cannot listen on " + options.address + ":" + std::to_string(options.port))
        .WithRemedy("choose another --port, or stop what listens there");
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

int HttpServer::port() const {
  return impl_->port;
}

Status HttpServer::Serve() {
  if (impl_->stopped) return OkStatus();
  const bool ended = impl_->server.listen_after_bind();
  return ended || impl_->stopped ? OkStatus() : Unavailable("the HTTP server failed");
}

void HttpServer::Stop() {
  impl_->stopped = true;
  impl_->server.stop();
}

}  // namespace signet::coordinator
