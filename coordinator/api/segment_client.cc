#include "coordinator/api/segment_client.h"

#include <cstring>
#include <exception>

#include <thrift/TOutput.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/transport/TBufferTransports.h>

#include "SegmentService.h"
#include "coordinator/api/tls_sockets.h"

namespace signet::coordinator {

namespace {

namespace thrift = apache::thrift;

StatusCode CodeOf(api::ErrorCode code) {
  switch (code) {
    case api::ErrorCode::INVALID:
      return StatusCode::kInvalid;
    case api::ErrorCode::NOT_FOUND:
      return StatusCode::kNotFound;
    case api::ErrorCode::DENIED:
      return StatusCode::kDenied;
    case api::ErrorCode::EXHAUSTED:
      return StatusCode::kExhausted;
    case api::ErrorCode::UNAVAILABLE:
      return StatusCode::kUnavailable;
  }
  return StatusCode::kInternal;
}

/// Runs one call and translates what the library throws.
template <typename Call>
Status Guarded(const Call& call) {
  try {
    call();
    return OkStatus();
  } catch (const api::RequestError& error) {
    return {CodeOf(error.code), error.message};
  } catch (const std::exception&) {
    return Unavailable("the connection to signet-serve failed")
        .WithRemedy("is it running there, and is your certificate signed by its authority?");
  }
}

std::string BytesOf(const Uuid& token) {
  return std::string(AsText(token));
}

}  // namespace

struct SegmentClient::Impl {
  std::shared_ptr<thrift::transport::TSSLSocketFactory> sockets;
  std::shared_ptr<thrift::transport::TTransport> transport;
  std::unique_ptr<api::SegmentServiceClient> service;
};

SegmentClient::SegmentClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SegmentClient::~SegmentClient() {
  if (impl_->transport) {
    // Closing may meet a connection that is already gone.
    (void)Guarded([&] { impl_->transport->close(); });
  }
}

Result<std::unique_ptr<SegmentClient>> SegmentClient::Connect(const SegmentClientOptions& options) {
  thrift::GlobalOutput.setOutputFunction([](const char*) {});
  auto impl = std::make_unique<Impl>();
  ASSIGN_OR_RETURN(impl->sockets,
                   NewClientSockets({options.tls_cert, options.tls_key, options.tls_ca}));
  TRY(Guarded([&] {
    const auto socket = impl->sockets->createSocket(options.host, options.port);
    impl->transport = std::make_shared<thrift::transport::TBufferedTransport>(socket);
    impl->service = std::make_unique<api::SegmentServiceClient>(
        std::make_shared<thrift::protocol::TBinaryProtocol>(impl->transport));
    impl->transport->open();
  }));
  return std::unique_ptr<SegmentClient>(new SegmentClient(std::move(impl)));
}

Result<bool> SegmentClient::IsMember(const std::string& snapshot,
                                     const std::string& segment,
                                     const Uuid& token) {
  bool answer = false;
  TRY(Guarded([&] { answer = impl_->service->isMember(snapshot, segment, BytesOf(token)); }));
  return answer;
}

Result<std::vector<bool>> SegmentClient::IsMemberBatch(const std::string& snapshot,
                                                       const std::string& segment,
                                                       std::span<const Uuid> tokens) {
  std::string packed;
  packed.reserve(tokens.size() * sizeof(Uuid));
  for (const Uuid& token : tokens) packed.append(AsText(token));
  std::string answer;
  TRY(Guarded([&] { impl_->service->isMemberBatch(answer, snapshot, segment, packed); }));
  if (answer.size() != tokens.size()) {
    return Corrupt("the server answered for another number of tokens");
  }
  std::vector<bool> members(answer.size());
  for (size_t i = 0; i < answer.size(); ++i) members[i] = answer[i] != '\0';
  return members;
}

Result<std::vector<std::string>> SegmentClient::SegmentsOf(const std::string& snapshot,
                                                           const Uuid& token) {
  std::vector<std::string> segments;
  TRY(Guarded([&] { impl_->service->segmentsOf(segments, snapshot, BytesOf(token)); }));
  return segments;
}

Result<std::vector<Uuid>> SegmentClient::Resolve(const std::string& snapshot,
                                                 const std::vector<std::string>& identifiers) {
  std::vector<api::Resolved> answers;
  TRY(Guarded([&] { impl_->service->resolve(answers, snapshot, identifiers); }));
  if (answers.size() != identifiers.size()) {
    return Corrupt("the server answered for other identifiers");
  }
  std::vector<Uuid> tokens(answers.size());
  for (size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i].found) continue;
    if (answers[i].token.size() != sizeof(Uuid)) return Corrupt("the server sent no token");
    std::memcpy(tokens[i].data(), answers[i].token.data(), sizeof(Uuid));
  }
  return tokens;
}

Result<Json> SegmentClient::ListSegments() {
  std::vector<api::SegmentInfo> segments;
  TRY(Guarded([&] { impl_->service->listSegments(segments); }));
  Json list{Json::Array{}};
  for (const api::SegmentInfo& info : segments) {
    list.Push(Json::Of({{"snapshot", info.snapshot},
                        {"version", info.version},
                        {"segment", info.segment},
                        {"members", info.members}}));
  }
  return list;
}

Result<std::pair<std::string, std::string>> SegmentClient::GetManifest(
    const std::string& snapshot) {
  api::Manifest manifest;
  TRY(Guarded([&] { impl_->service->getManifest(manifest, snapshot); }));
  return std::pair<std::string, std::string>(manifest.json, manifest.note);
}

}  // namespace signet::coordinator
