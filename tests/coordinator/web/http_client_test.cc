#include "coordinator/web/http_client.h"

#include <string>

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
  // Port 9 (discard) of loopback: nothing listens there.
  EXPECT_EQ(HttpPost("http://127.0.0.1:9/", "", "text/plain", 2).status().code(),
            StatusCode::kUnavailable);
}

}  // namespace
}  // namespace signet::coordinator
