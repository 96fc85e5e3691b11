// The hook of `signet subject notify`: a real coordinator posts over real HTTP when the law's term
// for an answer is near its end, or over; once each, and about nobody.
#include <condition_variable>
#include <memory>
#include <mutex>
#include <signal.h>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/web/http_server.h"
#include "crypto/base/clock.h"
#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

using coordinator::HttpAnswer;
using coordinator::HttpRequest;
using coordinator::HttpServer;
using testing_support::Process;
using testing_support::ProcessResult;

constexpr int kCustomers = 20;
constexpr Process::Seconds kPatience{90};

/// What came to a hook on loopback.
class Receiver {
 public:
  Receiver() {
    Result<std::unique_ptr<HttpServer>> server =
        HttpServer::Listen({}, [this](const HttpRequest& request) { return Take(request); });
    EXPECT_TRUE(server.ok()) << server.status().ToString();
    server_ = std::move(server).value();
    thread_ = std::thread([this] { EXPECT_TRUE(server_->Serve().ok()); });
  }
  ~Receiver() {
    server_->Stop();
    thread_.join();
  }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + "/rights";
  }
  std::vector<std::string> bodies() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return bodies_;
  }

 private:
  HttpAnswer Take(const HttpRequest& request) {
    const std::lock_guard<std::mutex> lock(mutex_);
    bodies_.push_back(request.body);
    HttpAnswer answer;
    answer.status = request.method == "POST" && request.path == "/rights" ? 200 : 404;
    return answer;
  }

  std::mutex mutex_;
  std::vector<std::string> bodies_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

class RightsHook : public testing::Test {
 protected:
  void SetUp() override {
    SetUpShop(place_, kCustomers);
    ASSERT_TRUE(place_.Run().is_object());
  }
  [[nodiscard]] ProcessResult Do(std::vector<std::string> arguments,
                                 const std::string& input = "") const {
    arguments.insert(arguments.end(), {"--state", place_.state().string()});
    return place_.Signet(std::move(arguments), input);
  }
  /// An erasure that came in a letter so many days ago, and waits for its sweep.
  [[nodiscard]] std::string Letter(int customer, int days) const {
    SystemClock clock;
    const Timestamp received{clock.Now().micros - int64_t{days} * 86'400 * 1'000'000};
    const ProcessResult asked = Do({"subject",
                                    "erase",
                                    "--withdraw-only",
                                    "--channel",
                                    "letter",
                                    "--received",
                                    DateText(received)},
                                   "email " + ShopEmail(customer) + "\n");
    EXPECT_EQ(asked.exit_code, 0) << asked.err;
    return ReportOf(asked)["request"].AsString();
  }
  /// A coordinator from its start until the receiver has heard so often, and its end.
  void Stand(Receiver& receiver, size_t messages) const {
    const auto coordinator =
        place_.Start({"dev", "--workers", "1", "--state", place_.state().string()});
    ASSERT_NE(coordinator, nullptr);
    ASSERT_TRUE(coordinator->WaitUntil(
        [&] {
          return coordinator->err().find("try: ") != std::string::npos &&
                 receiver.bodies().size() >= messages;
        },
        kPatience))
        << coordinator->err();
    coordinator->Signal(SIGTERM);
    EXPECT_EQ(coordinator->Wait(kPatience).exit_code, 0);
  }

  Workplace place_;
};

TEST_F(RightsHook, TellsOfTermsNearTheirEndAndOverOnceAndOfNobody) {
  Receiver receiver;
  const std::string near = Letter(1, 27);
  const std::string late = Letter(2, 40);
  const std::string early = Letter(3, 1);
  ASSERT_EQ(Do({"subject", "notify", "--url", receiver.url()}).exit_code, 0);
  Stand(receiver, 2);
  const std::vector<std::string> bodies = receiver.bodies();
  ASSERT_EQ(bodies.size(), 2U);
  for (const std::string& body : bodies) {
    const Result<Json> told = Json::Parse(body);
    ASSERT_TRUE(told.ok()) << body;
    EXPECT_EQ((*told)["event"].AsString(), "right.due");
    EXPECT_EQ((*told)["right"].AsString(), "erasure");
    EXPECT_NE((*told)["request"].AsString(), early);
    EXPECT_EQ((*told)["late"].AsBool(), (*told)["request"].AsString() == late) << body;
    EXPECT_EQ(body.find("@shop.example"), std::string::npos) << body;
  }
  EXPECT_NE(bodies[0] + bodies[1], bodies[1] + bodies[0]) << "one each";
  EXPECT_NE((bodies[0] + bodies[1]).find(near), std::string::npos);
  // A restart tells nothing again; a new letter is told.
  const std::string third = Letter(6, 35);
  Stand(receiver, 3);
  ASSERT_EQ(receiver.bodies().size(), 3U);
  EXPECT_NE(receiver.bodies()[2].find(third), std::string::npos);
  const ProcessResult log = Do({"audit", "tail", "-n", "500", "--type", "right.due"});
  EXPECT_NE(log.out.find(late), std::string::npos) << log.out;
}

TEST_F(RightsHook, ALetterFromTheFutureAndAHookThatIsNoAddressAreRefused) {
  const ProcessResult future =
      Do({"subject", "erase", "--withdraw-only", "--received", "2999-01-01"},
         "email " + ShopEmail(1) + "\n");
  EXPECT_EQ(future.exit_code, 1) << future.out;
  EXPECT_NE(future.err.find("received"), std::string::npos) << future.err;
  EXPECT_EQ(Do({"subject", "notify", "--url", "file:///etc/passwd"}).exit_code, 1);
}

}  // namespace
}  // namespace signet::e2e
