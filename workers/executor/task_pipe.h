/// What travels between an agent and a task's process, and between an agent and its zygote.
///
/// Agent to task: u64 size | payload.   Task to agent: messages u8 kind | u64 size | body with
/// kind 'P' progress (8 bytes, millionths), 'L' a line of its log (see EncodeTaskLine), 'R' the
/// result, 'F' a failure (four fields).
#pragma once

#include <cstdint>
#include <optional>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"

namespace signet::workers {

inline constexpr size_t kPayloadBytesMax = size_t{60} << 20U;
inline constexpr size_t kResultBytesMax = size_t{60} << 20U;

/// Control messages on the zygote's SOCK_SEQPACKET: op, fence, value.
struct ZygoteMessage {
  char op = 0;  ///< to it: 'S' start (with the task's descriptor), 'K' kill.
                ///< from it: 'P' value = process id, 'E' value = wait status
  uint64_t fence = 0;
  int64_t value = 0;
};

/// Blocking, restarts after signals. kUnavailable when the other end is gone.
Status WriteAll(int descriptor, ByteView bytes);
Status ReadAll(int descriptor, ByteSpan bytes);

/// Sends a control message, with a descriptor if `attach` >= 0.
Status SendControl(int socket, const ZygoteMessage& message, int attach = -1);
/// Receives one; `attached` becomes the descriptor or -1. Nothing when none is there and the socket
/// does not block. kUnavailable at its end.
Result<std::optional<ZygoteMessage>> ReceiveControl(int socket, int* attached);

void EncodeFailure(const Status& status, Bytes& to);
/// kCorrupt for anything EncodeFailure does not write; else fills `status`.
Status DecodeFailure(ByteView bytes, Status& status);

}  // namespace signet::workers
