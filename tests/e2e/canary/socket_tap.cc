// Preloaded by the canary test: copies every byte that a process sends or receives over an internet
// socket into $SIGNET_TAP/<pid>.bytes. libzmq reaches its sockets by send, recv and their kin.
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <dlfcn.h>

namespace {

/// The function that this library stands in front of.
template <typename Function>
Function Next(const char* name) {
  void* found = ::dlsym(RTLD_NEXT, name);
  Function function = nullptr;
  std::memcpy(&function, &found, sizeof(function));
  return function;
}

bool IsInternet(int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  const int kept = errno;
  const bool known =
      ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0;  // NOLINT
  errno = kept;
  return known && (address.ss_family == AF_INET || address.ss_family == AF_INET6);
}

/// Opened anew each time: a forked task must not write into its parent's file.
void Keep(int descriptor, const void* bytes, ssize_t size) {
  static const auto kWrite = Next<ssize_t (*)(int, const void*, size_t)>("write");
  if (size <= 0 || !IsInternet(descriptor)) return;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody writes the environment
  const char* folder = std::getenv("SIGNET_TAP");
  if (folder == nullptr) return;
  const int kept = errno;
  const std::string path = std::string(folder) + "/" + std::to_string(::getpid()) + ".bytes";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0 || kWrite(file, bytes, static_cast<size_t>(size)) != size) {
    // A capture with holes must not pass for one without a canary.
    const char failed[] = "socket_tap: cannot write the capture\n";
    if (kWrite(2, failed, sizeof(failed) - 1) < 0) std::abort();
    std::abort();
  }
  ::close(file);
  errno = kept;
}

void KeepAll(int descriptor, const iovec* parts, size_t count, ssize_t size) {
  for (size_t i = 0; i < count && size > 0; ++i) {
    const auto part = static_cast<ssize_t>(parts[i].iov_len) < size
                          ? static_cast<ssize_t>(parts[i].iov_len)
                          : size;
    Keep(descriptor, parts[i].iov_base, part);
    size -= part;
  }
}

}  // namespace

extern "C" {

ssize_t send(int descriptor, const void* bytes, size_t size, int flags) {
  static const auto kNext = Next<ssize_t (*)(int, const void*, size_t, int)>("send");
  const ssize_t sent = kNext(descriptor, bytes, size, flags);
  Keep(descriptor, bytes, sent);
  return sent;
}

ssize_t sendto(int descriptor,
               const void* bytes,
               size_t size,
               int flags,
               const sockaddr* to,
               socklen_t to_size) {
  static const auto kNext =
      Next<ssize_t (*)(int, const void*, size_t, int, const sockaddr*, socklen_t)>("sendto");
  const ssize_t sent = kNext(descriptor, bytes, size, flags, to, to_size);
  Keep(descriptor, bytes, sent);
  return sent;
}

ssize_t sendmsg(int descriptor, const msghdr* message, int flags) {
  static const auto kNext = Next<ssize_t (*)(int, const msghdr*, int)>("sendmsg");
  const ssize_t sent = kNext(descriptor, message, flags);
  KeepAll(descriptor, message->msg_iov, message->msg_iovlen, sent);
  return sent;
}

ssize_t write(int descriptor, const void* bytes, size_t size) {
  static const auto kNext = Next<ssize_t (*)(int, const void*, size_t)>("write");
  const ssize_t sent = kNext(descriptor, bytes, size);
  Keep(descriptor, bytes, sent);
  return sent;
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  static const auto kNext = Next<ssize_t (*)(int, const iovec*, int)>("writev");
  const ssize_t sent = kNext(descriptor, parts, count);
  KeepAll(descriptor, parts, static_cast<size_t>(count), sent);
  return sent;
}

ssize_t recv(int descriptor, void* bytes, size_t size, int flags) {
  static const auto kNext = Next<ssize_t (*)(int, void*, size_t, int)>("recv");
  const ssize_t got = kNext(descriptor, bytes, size, flags);
  Keep(descriptor, bytes, got);
  return got;
}

ssize_t recvmsg(int descriptor, msghdr* message, int flags) {
  static const auto kNext = Next<ssize_t (*)(int, msghdr*, int)>("recvmsg");
  const ssize_t got = kNext(descriptor, message, flags);
  KeepAll(descriptor, message->msg_iov, message->msg_iovlen, got);
  return got;
}

ssize_t read(int descriptor, void* bytes, size_t size) {
  static const auto kNext = Next<ssize_t (*)(int, void*, size_t)>("read");
  const ssize_t got = kNext(descriptor, bytes, size);
  Keep(descriptor, bytes, got);
  return got;
}

}  // extern "C"
