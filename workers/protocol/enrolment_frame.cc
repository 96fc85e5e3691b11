#include "workers/protocol/enrolment_frame.h"

#include <string_view>

#include "crypto/base/json.h"

namespace signet::workers {
namespace {

constexpr std::string_view kRequest = "signet-enrol/1\n";
constexpr std::string_view kAnswer = "signet-enrolled/1\n";
constexpr size_t kAnswerBytesMax = 4096;

}  // namespace

Bytes EncodeEnrolRequest(const SecretBytes& token) {
  Bytes frame = ToBytes(kRequest);
  Append(frame, token.ExposeSecret());
  return frame;
}

Result<SecretBytes> DecodeEnrolRequest(ByteView frame) {
  if (!AsText(frame).starts_with(kRequest)) return Invalid("not a request to be enrolled");
  const ByteView token = frame.subspan(kRequest.size());
  if (token.empty() || token.size() > kEnrolTokenBytesMax) {
    return Invalid("a request to be enrolled carries a token");
  }
  return SecretBytes::CopyOf(token);
}

Bytes EncodeEnrolAnswer(const Status& outcome, const std::string& name) {
  Json json = Json::Of({{"code", outcome.ok() ? "ok" : StatusCodeName(outcome.code())}});
  if (outcome.ok()) {
    json.Set("name", name);
  } else {
    json.Set("message", outcome.message());
  }
  return ToBytes(std::string(kAnswer) + json.Dump());
}

Result<std::string> DecodeEnrolAnswer(ByteView frame) {
  const std::string_view text = AsText(frame);
  if (!text.starts_with(kAnswer) || text.size() > kAnswerBytesMax) {
    return Invalid("not an answer of an enrolment door");
  }
  const Result<Json> json = Json::Parse(text.substr(kAnswer.size()));
  if (!json.ok()) return Invalid("not an answer of an enrolment door");
  const std::string code = (*json)["code"].AsString();
  if (code == "ok") return (*json)["name"].AsString();
  return Status(StatusCodeFromName(code), (*json)["message"].AsString());
}

}  // namespace signet::workers
