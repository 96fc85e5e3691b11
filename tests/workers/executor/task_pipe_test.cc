#include "workers/executor/task_pipe.h"

#include <sys/socket.h>
#include <unistd.h>

namespace signet::workers {
namespace {

TEST(TaskPipe, AMalformedFailureIsCorrupt) {
  Bytes good;
  EncodeFailure(Denied("no"), good);
  Status status;
  EXPECT_TRUE(DecodeFailure(good, status).ok());
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(DecodeFailure(ByteView(good).first(size), status).code(), StatusCode::kCorrupt);
  }
}

TEST(TaskPipe, AControlMessageCarriesADescriptor) {
  int control[2];
  int data[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, control), 0);
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, data), 0);
  ASSERT_TRUE(SendControl(control[0], {'S', 42, 0}, data[1]).ok());
  int attached = -1;
  const auto message = ReceiveControl(control[1], &attached);
  ASSERT_TRUE(message.ok() && message->has_value());
  EXPECT_EQ((*message)->fence, 42U);
  ASSERT_GE(attached, 0);
  ASSERT_TRUE(WriteAll(attached, AsBytes("through")).ok());
  Bytes read(7);
  ASSERT_TRUE(ReadAll(data[0], read).ok());
  EXPECT_EQ(AsText(read), "through");
  ::close(attached);
  ::close(data[1]);
  EXPECT_EQ(ReadAll(data[0], read).code(), StatusCode::kUnavailable) << "the other end is closed";
  ::close(control[0]);
  EXPECT_FALSE(ReceiveControl(control[1], &attached).ok());
  ::close(control[1]);
  ::close(data[0]);
}

}  // namespace
}  // namespace signet::workers
