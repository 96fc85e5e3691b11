/// What a newcomer and the coordinator's enrolment door say to each other: one frame each.
///
///   request  "signet-enrol/1\n" ‖ the invitation's token (1 to 256 bytes)
///   answer   "signet-enrolled/1\n" ‖ JSON {code: "ok" or a status' name, message, name}
///
/// Over CURVE only: the connection proves the newcomer's key and hides the token. No frame of
/// frame.h begins like these, so neither passes for one.
#pragma once

#include <string>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"

namespace signet::workers {

constexpr size_t kEnrolTokenBytesMax = 256;

Bytes EncodeEnrolRequest(const SecretBytes& token);
/// kInvalid for anything else.
Result<SecretBytes> DecodeEnrolRequest(ByteView frame);

/// `name` is the member's when `outcome` is ok.
Bytes EncodeEnrolAnswer(const Status& outcome, const std::string& name);
/// The member's name, or why not; kInvalid for what is no answer.
Result<std::string> DecodeEnrolAnswer(ByteView frame);

}  // namespace signet::workers
