#include "crypto/base/secret.h"

#include <cstdint>
#include <cstring>
#include <utility>

#include <errno.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace signet {

void Wipe(void* memory, size_t size) {
  if (size != 0) explicit_bzero(memory, size);
}

bool ConstantTimeEqual(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  uint8_t difference = 0;
  for (size_t i = 0; i < a.size(); ++i) difference = static_cast<uint8_t>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

SecretBytes::SecretBytes(size_t size) : size_(size) {
  if (size == 0) return;
  data_ = new uint8_t[size]();
  // Best effort: RLIMIT_MEMLOCK may be small; the wipe below holds in any case.
  static_cast<void>(::mlock(data_, size));
  static_cast<void>(::madvise(data_, size, MADV_DONTDUMP));
}

SecretBytes SecretBytes::CopyOf(ByteView raw) {
  SecretBytes secret(raw.size());
  if (!raw.empty()) std::memcpy(secret.data_, raw.data(), raw.size());
  return secret;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SecretBytes::~SecretBytes() {
  if (data_ == nullptr) return;
  Wipe(data_, size_);
  delete[] data_;
}

SecretBytes SecretBytes::Clone() const { return CopyOf(ExposeSecret()); }

Status HardenProcess() {
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return Internal("cannot forbid core files");
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return Internal("cannot make the process undumpable");
  return OkStatus();
}

}  // namespace signet
