#include "workers/executor/task_pipe.h"

#include <cstring>
#include <errno.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace signet::workers {

Status WriteAll(int descriptor, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Unavailable("the other process is gone");
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return OkStatus();
}

Status ReadAll(int descriptor, ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::recv(descriptor, bytes.data(), bytes.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Unavailable("the other process is gone");
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return OkStatus();
}

Status SendControl(int socket, const ZygoteMessage& message, int attach) {
  ZygoteMessage copy = message;
  iovec data{&copy, sizeof copy};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  if (attach >= 0) {
    header.msg_control = space;
    header.msg_controllen = sizeof space;
    cmsghdr* const control = CMSG_FIRSTHDR(&header);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(control), &attach, sizeof attach);
  }
  while (::sendmsg(socket, &header, MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) return Unavailable("the zygote is gone");
  }
  return OkStatus();
}

Result<std::optional<ZygoteMessage>> ReceiveControl(int socket, int* attached) {
  ZygoteMessage message;
  iovec data{&message, sizeof message};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  header.msg_control = space;
  header.msg_controllen = sizeof space;
  *attached = -1;
  ssize_t n = 0;
  do {
    n = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  } while (n < 0 && errno == EINTR);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::optional<ZygoteMessage>();
  if (n != static_cast<ssize_t>(sizeof message)) {
    return Unavailable("the zygote's socket has ended");
  }
  const cmsghdr* const control = CMSG_FIRSTHDR(&header);
  if (control != nullptr && control->cmsg_type == SCM_RIGHTS) {
    std::memcpy(attached, CMSG_DATA(control), sizeof *attached);
  }
  return std::optional<ZygoteMessage>(message);
}

void EncodeFailure(const Status& status, Bytes& to) {
  AppendField(to, StatusCodeName(status.code()));
  AppendField(to, status.message());
  AppendField(to, status.diagnostic());
  AppendField(to, status.remedy());
}

Status DecodeFailure(ByteView bytes, Status& status) {
  ByteReader from(bytes);
  std::string fields[4];
  for (std::string& field : fields) {
    const Result<ByteView> raw = from.Field();
    if (!raw.ok()) return Corrupt("a failure is cut off");
    field = std::string(AsText(*raw));
  }
  const StatusCode code = StatusCodeFromName(fields[0]);
  if (!from.empty() || code == StatusCode::kOk) return Corrupt("a failure is malformed");
  status = Status(code, std::move(fields[1]))
               .WithDiagnostic(std::move(fields[2]))
               .WithRemedy(std::move(fields[3]));
  return OkStatus();
}

}  // namespace signet::workers
