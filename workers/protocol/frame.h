/// Frames: how messages look on the wire.
///
///   u16 proto 0x5357 "SW" | u16 version | u8 type | u64 fence | u64 seq | body (Thrift binary)
///
/// all big-endian. `type` is the message's place in Message, from 1. `fence` is the coordinator's
/// term: a worker ignores frames of a lower term than its last Welcome's, the coordinator those of
/// another term than its own (but Register). `seq` counts the sender's frames, for logs.
#pragma once

#include <cstdint>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "workers/protocol/message.h"

namespace signet::workers {

inline constexpr uint16_t kFrameProto = 0x5357;
inline constexpr uint16_t kFrameVersion = 1;
inline constexpr size_t kFrameHeaderBytes = 21;
/// No frame is larger: bigger results travel as artifacts.
inline constexpr size_t kFrameBytesMax = size_t{64} << 20U;
/// Items of one list in a message.
inline constexpr size_t kItemsMax = 65'536;

struct Frame {
  uint64_t fence = 0;
  uint64_t seq = 0;
  Message message;
};

/// kExhausted when the frame would exceed kFrameBytesMax or a list kItemsMax.
Result<Bytes> EncodeFrame(const Frame& frame);
/// kCorrupt for anything but a whole frame of ours; kInvalid for another version of the protocol.
Result<Frame> DecodeFrame(ByteView bytes);

}  // namespace signet::workers
