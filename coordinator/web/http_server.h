/// HttpServer: a small HTTP/1.1 server for one handler. Plain HTTP: it listens on loopback unless
/// told otherwise; put a reverse proxy with TLS in front of it for a network.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "coordinator/web/http_message.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// Answers one request. Called from several threads at a time; must not throw.
using HttpHandler = std::function<HttpAnswer(const HttpRequest& request)>;

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  int port = 0;                             ///< 0 picks a free one
  size_t body_bytes_max = size_t{1} << 20;  ///< a longer body gets 413
  size_t threads = 8;                       ///< connections served at a time; more wait
  int io_seconds_max = 10;                  ///< a silent peer is dropped
};

class HttpServer {
 public:
  /// Listens (connections queue until Serve). kUnavailable for an occupied port.
  static Result<std::unique_ptr<HttpServer>> Listen(const HttpServerOptions& options,
                                                    HttpHandler handler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  [[nodiscard]] int port() const;
  /// Blocks until Stop.
  Status Serve();
  /// From any thread, also before Serve.
  void Stop();

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::coordinator
