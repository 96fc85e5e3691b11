#include "coordinator/schedules/hook_sender.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/web/http_server.h"

namespace signet::coordinator {
namespace {

/// Waits for the outcomes of `count` notices.
std::vector<NoticeOutcome> Outcomes(HookSender& sender, size_t count) {
  std::vector<NoticeOutcome> all;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (all.size() < count && std::chrono::steady_clock::now() < until) {
    for (NoticeOutcome& one : sender.Take()) all.push_back(std::move(one));
    std::this_thread::yield();
  }
  return all;
}

HookOptions Fast() {
  HookOptions options;
  options.delay_ms_base = 1;
  options.attempts_max = 3;
  return options;
}

TEST(HookSender, OneSlowHookStopsNothing) {
  std::mutex mutex;
  std::condition_variable released;
  bool release = false;
  HookSender sender(
      [&](const std::string& url, const std::string&) -> Result<int> {
        if (url == "slow") {
          std::unique_lock<std::mutex> lock(mutex);
          released.wait(lock, [&] { return release; });
        }
        return 200;
      },
      Fast());
  sender.Send({"1", "slow", Json::Of({{"event", "a"}})});
  sender.Send({"2", "slow", Json::Of({{"event", "b"}})});
  sender.Send({"3", "quick", Json::Of({{"event", "c"}})});
  const std::vector<NoticeOutcome> first = Outcomes(sender, 1);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].id, "3");
  {
    const std::lock_guard<std::mutex> lock(mutex);
    release = true;
  }
  released.notify_all();
  EXPECT_EQ(Outcomes(sender, 2).size(), 2U);
}

TEST(HookSender, AHookThatFailsIsTriedAgainAndThenGivenUp) {
  std::atomic<int> calls = 0;
  HookSender sender(
      [&](const std::string&, const std::string&) -> Result<int> {
        ++calls;
        return 503;
      },
      Fast());
  sender.Send({"1", "down", Json(Json::Object())});
  const std::vector<NoticeOutcome> ended = Outcomes(sender, 1);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(calls.load(), 3);
}

TEST(HookSender, ItsQueueAndItsHooksAreBounded) {
  HookOptions options = Fast();
  options.hooks_max = 1;
  HookSender sender([](const std::string&, const std::string&) -> Result<int> { return 200; },
                    options);
  sender.Send({"1", "a", Json(Json::Object())});
  sender.Send({"2", "b", Json(Json::Object())});
  bool refused = false;
  for (const NoticeOutcome& one : Outcomes(sender, 2)) {
    refused = refused || (one.id == "2" && one.status.code() == StatusCode::kExhausted);
  }
  EXPECT_TRUE(refused);
}

TEST(HookSender, PostsJsonOverHttp) {
  std::mutex mutex;
  std::string body;
  std::string type;
  auto listening = HttpServer::Listen({}, [&](const HttpRequest& request) {
    const std::lock_guard<std::mutex> lock(mutex);
    body = request.body;
    type = request.headers.at("content-type");
    return HttpAnswer{};
  });
  ASSERT_TRUE(listening.ok()) << listening.status().message();
  HttpServer& server = **listening;
  std::thread serving([&] { EXPECT_TRUE(server.Serve().ok()); });
  {
    HookSender sender(HookSender::OverHttp(), Fast());
    sender.Send({"1",
                 "http://127.0.0.1:" + std::to_string(server.port()) + "/hook",
                 Json::Of({{"event", "success"}})});
    const std::vector<NoticeOutcome> ended = Outcomes(sender, 1);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_TRUE(ended[0].status.ok()) << ended[0].status.message();
  }
  server.Stop();
  serving.join();
  EXPECT_EQ(body, R"({"event":"success"})");
  EXPECT_EQ(type, "application/json");
}

}  // namespace
}  // namespace signet::coordinator
