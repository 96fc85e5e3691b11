#include "coordinator/web/http_server.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "coordinator/web/http_client.h"

namespace signet::coordinator {
namespace {

constexpr int kSeconds = 10;

/// A server with its thread, stopped at the end.
class Running {
 public:
  explicit Running(HttpHandler handler) {
    HttpServerOptions options;
    options.body_bytes_max = 1000;
    server_ = HttpServer::Listen(options, std::move(handler)).value();
    thread_ = std::jthread([this] { EXPECT_TRUE(server_->Serve().ok()); });
  }
  ~Running() { server_->Stop(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  [[nodiscard]] std::string Url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + path;
  }
  [[nodiscard]] int port() const { return server_->port(); }

 private:
  std::unique_ptr<HttpServer> server_;
  std::jthread thread_;
};

TEST(HttpServer, HandsRequestsOverAndAnswersBack) {
  const Running running([](const HttpRequest& request) {
    const auto type = request.headers.find("content-type");
    return HttpAnswer{201,
                      "text/x.test",
                      request.method + " " + request.path + " " + request.body + " " +
                          (request.query.contains("a") ? request.query.at("a") : "") +
                          (type == request.headers.end() ? "" : type->second),
                      {{"X-Test", "1"}}};
  });
  const auto posted = HttpPost(running.Url("/some%20path?a=b%26c"), "body", "text/x", kSeconds);
  ASSERT_TRUE(posted.ok()) << posted.status().ToString();
  EXPECT_EQ(posted->status, 201);
  EXPECT_EQ(posted->body, "POST /some path body b&ctext/x");
  EXPECT_EQ(posted->content_type, "text/x.test");
  EXPECT_EQ(HttpGet(running.Url("/x"), kSeconds)->body, "GET /x  ");
}

TEST(HttpServer, RefusesBodiesBeyondItsLimit) {
  const Running running([](const HttpRequest&) { return HttpAnswer{}; });
  const auto answer = HttpPost(running.Url("/"), std::string(5000, 'x'), "text/plain", kSeconds);
  EXPECT_TRUE(!answer.ok() || answer->status == 413);
  EXPECT_EQ(HttpPost(running.Url("/"), std::string(900, 'x'), "text/plain", kSeconds)->status, 200);
}

TEST(HttpServer, AnOccupiedPortIsTold) {
  const Running running([](const HttpRequest&) { return HttpAnswer{}; });
  HttpServerOptions options;
  options.port = running.port();
  const auto second = HttpServer::Listen(options, [](const HttpRequest&) { return HttpAnswer{}; });
  EXPECT_EQ(second.status().code(), StatusCode::kUnavailable);
  EXPECT_FALSE(second.status().remedy().empty());
}

TEST(HttpServer, StoppedBeforeServingItDoesNotServe) {
  const auto server =
      HttpServer::Listen(HttpServerOptions{}, [](const HttpRequest&) { return HttpAnswer{}; });
  ASSERT_TRUE(server.ok());
  (*server)->Stop();
  EXPECT_TRUE((*server)->Serve().ok());
}

}  // namespace
}  // namespace signet::coordinator
