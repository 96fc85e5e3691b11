#include "coordinator/web/http_client.h"

#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

TEST(HttpUrl, IsSplitIntoHostAndPath) {
  const auto url = HttpUrl::FromText("https://w.example:8443/prefix/add-checkpoint");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->scheme_host_port, "https://w.example:8443");
  EXPECT_EQ(url->path, "/prefix/add-checkpoint");
  EXPECT_EQ(HttpUrl::FromText("http://w.example")->path, "/");
}

TEST(HttpUrl, RefusesWhatCouldLeadElsewhere) {
  for (const std::string text : {"",
                                 "w.example",
                                 "ftp://w.example/",
                                 "http://",
                                 "http:///x",
                                 "http://user:secret@w.example/",
                                 "http://w.example/\r\nHost: x",
                                 "http://w.example?x",
                                 "file:///etc/passwd"}) {
    EXPECT_EQ(HttpUrl::FromText(text).status().code(), StatusCode::kInvalid) << text;
  }
}

TEST(HttpPost, NobodyThereIsUnavailable) {
  // A port that is taken, by a socket that does not listen.
  const int taken = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(taken, name, size), 0);
  ASSERT_EQ(::getsockname(taken, name, &size), 0);
  const std::string url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
  EXPECT_EQ(HttpPost(url, "", "text/plain", 2).status().code(), StatusCode::kUnavailable);
  ::close(taken);
}

}  // namespace
}  // namespace signet::coordinator
