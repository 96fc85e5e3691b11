#include "coordinator/api/control_client.h"

#include <exception>
#include <utility>

#include <thrift/TOutput.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TSocket.h>

#include "ControlService.h"
#include "coordinator/api/tls_sockets.h"

namespace signet::coordinator {

namespace {

namespace thrift = apache::thrift;

/// Runs one call and translates what the library throws.
template <typename Call>
Status Guarded(const Call& call) {
  try {
    call();
    return OkStatus();
  } catch (const control::Refused& refused) {
    return Status(StatusCodeFromName(refused.code), refused.message)
        .WithDiagnostic(refused.diagnostic)
        .WithRemedy(refused.remedy);
  } catch (const std::exception&) {
    return Unavailable("the connection to the coordinator failed")
        .WithRemedy("is it running? start one with `signet dev`, or name its state with --state");
  }
}

template <typename Call>
Result<Json> JsonOf(const Call& call) {
  std::string text;
  TRY(Guarded([&] { call(text); }));
  return Json::Parse(text);
}

control::Submission SentOf(const ControlSubmission& submission) {
  control::Submission sent;
  sent.file = submission.file;
  sent.params = submission.params;
  sent.base = submission.base;
  sent.no_cache = submission.no_cache;
  sent.priority = submission.priority;
  return sent;
}

}  // namespace

struct ControlClient::Impl {
  std::shared_ptr<thrift::transport::TSSLSocketFactory> sockets;
  std::shared_ptr<thrift::transport::TTransport> transport;
  std::unique_ptr<control::ControlServiceClient> service;
};

ControlClient::ControlClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ControlClient::~ControlClient() {
  // Closing may meet a connection that is already gone.
  if (impl_->transport) static_cast<void>(Guarded([&] { impl_->transport->close(); }));
}

Result<std::unique_ptr<ControlClient>> ControlClient::Connect(const ControlAddress& address) {
  thrift::GlobalOutput.setOutputFunction([](const char*) {});
  auto impl = std::make_unique<Impl>();
  std::shared_ptr<thrift::transport::TSocket> socket;
  if (address.host.empty()) {
    socket = std::make_shared<thrift::transport::TSocket>(address.socket.string());
  } else {
    ASSIGN_OR_RETURN(impl->sockets,
                     NewClientSockets({address.tls_cert, address.tls_key, address.tls_ca}));
    TRY(Guarded([&] { socket = impl->sockets->createSocket(address.host, address.port); }));
  }
  const Status opened = Guarded([&] {
    impl->transport = std::make_shared<thrift::transport::TBufferedTransport>(socket);
    impl->service = std::make_unique<control::ControlServiceClient>(
        std::make_shared<thrift::protocol::TBinaryProtocol>(impl->transport));
    impl->transport->open();
  });
  if (!opened.ok()) {
    impl->transport.reset();
    const std::string where = address.host.empty()
                                  ? address.socket.string()
                                  : address.host + ":" + std::to_string(address.port);
    return Unavailable("no coordinator answers at " + where)
        .WithRemedy("start one with `signet dev`, or name its state with --state");
  }
  return std::unique_ptr<ControlClient>(new ControlClient(std::move(impl)));
}

Result<Json> ControlClient::Hello() {
  return JsonOf([&](std::string& text) { impl_->service->hello(text); });
}

Result<std::string> ControlClient::Submit(const ControlSubmission& submission) {
  const control::Submission sent = SentOf(submission);
  std::string run;
  TRY(Guarded([&] { impl_->service->submit(run, sent); }));
  return run;
}

Result<Json> ControlClient::Runs(int limit) {
  return JsonOf([&](std::string& text) { impl_->service->runs(text, limit); });
}

Result<Json> ControlClient::Get(const std::string& run) {
  return JsonOf([&](std::string& text) { impl_->service->get(text, run); });
}

Result<int64_t> ControlClient::Wait(int64_t seen, int millis) {
  int64_t next = 0;
  TRY(Guarded([&] { next = impl_->service->wait(seen, millis); }));
  return next;
}

Result<Json> ControlClient::Why(const std::string& run, const std::string& step, int task) {
  return JsonOf([&](std::string& text) { impl_->service->why(text, run, step, task); });
}

Result<Json> ControlClient::Logs(const std::string& run, int64_t after) {
  return JsonOf([&](std::string& text) { impl_->service->logs(text, run, after); });
}

Status ControlClient::Cancel(const std::string& run) {
  return Guarded([&] { impl_->service->cancel(run); });
}

Result<std::string> ControlClient::Rerun(const std::string& run, const ControlRerun& choice) {
  control::Rerun sent;
  sent.run = run;
  sent.from_step = choice.from;
  sent.only = choice.only;
  sent.failed = choice.failed;
  sent.params = choice.params;
  std::string again;
  TRY(Guarded([&] { impl_->service->rerun(again, sent); }));
  return again;
}

Result<Json> ControlClient::Backfill(const ControlSubmission& submission,
                                     const ControlRange& range) {
  control::Backfill sent;
  sent.submission = SentOf(submission);
  sent.first = range.first;
  sent.last = range.last;
  sent.days = range.days;
  sent.all = range.all;
  return JsonOf([&](std::string& text) { impl_->service->backfill(text, sent); });
}

Status ControlClient::Approve(const std::string& run, const std::string& step) {
  return Guarded([&] { impl_->service->approve(run, step); });
}

Result<Json> ControlClient::AddSchedule(const ControlSubmission& submission) {
  const control::Submission sent = SentOf(submission);
  return JsonOf([&](std::string& text) { impl_->service->schedule(text, sent); });
}

Result<Json> ControlClient::Schedules() {
  return JsonOf([&](std::string& text) { impl_->service->schedules(text); });
}

Status ControlClient::ChangeSchedule(const std::string& name, const std::string& action) {
  return Guarded([&] { impl_->service->change_schedule(name, action); });
}

Result<Json> ControlClient::Keys(const std::string& verb, const Json& arguments) {
  const std::string sent = arguments.Dump();
  return JsonOf([&](std::string& text) { impl_->service->keys(text, verb, sent); });
}

Result<Json> ControlClient::Rights(const std::string& verb, const Json& arguments) {
  std::string sent = arguments.Dump();
  Result<Json> answer =
      JsonOf([&](std::string& text) { impl_->service->rights(text, verb, sent); });
  Wipe(sent.data(), sent.size());
  return answer;
}

Result<Json> ControlClient::Redeem(const SecretBytes& token) {
  std::string text(AsText(token.ExposeSecret()));
  Result<Json> redeemed =
      JsonOf([&](std::string& answer) { impl_->service->redeem(answer, text); });
  Wipe(text.data(), text.size());
  return redeemed;
}

Result<Json> ControlClient::Top() {
  return JsonOf([&](std::string& text) { impl_->service->top(text); });
}

}  // namespace signet::coordinator
