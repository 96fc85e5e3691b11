#include "crypto/base/secret.h"

#include <cstdint>
#include <cstring>
#include <errno.h>
#include <mutex>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <utility>
#include <vector>

#include <pthread.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define SIGNET_POISON(at, size) ASAN_POISON_MEMORY_REGION(at, size)
#define SIGNET_UNPOISON(at, size) ASAN_UNPOISON_MEMORY_REGION(at, size)
#else
#define SIGNET_POISON(at, size) static_cast<void>(0)
#define SIGNET_UNPOISON(at, size) static_cast<void>(0)
#endif

namespace signet {
namespace {

constexpr size_t kBlockBytesMin = 32;
constexpr size_t kBlockBytesMax = 32768;
constexpr size_t kClasses = 11;  // 32, 64, ... 32768
constexpr size_t kSlabBytes = 131072;

/// Pages of their own for secrets: locked and kept out of core dumps where the system allows.
uint8_t* MapPages(size_t size) {
  void* pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(pages != MAP_FAILED);
  // Best effort: RLIMIT_MEMLOCK may be small; the wipe at the end holds in any case.
  static_cast<void>(::mlock(pages, size));
  static_cast<void>(::madvise(pages, size, MADV_DONTDUMP));
  return static_cast<uint8_t*>(pages);
}

/// Hands out zeroed blocks by size class (powers of two) from such pages. Pages are never given
/// back: what held a secret once will hold the next one. A block that is free is all zeros.
class Arena {
 public:
  /// One for the process; never destroyed, since secrets may outlive main.
  static Arena& Get() {
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
    static Arena& arena = *new Arena;
    return arena;
  }

  uint8_t* Take(size_t size) {
    if (size > kBlockBytesMax) return MapPages(size);
    const size_t which = ClassOf(size);
    const std::lock_guard lock(mutex_);
    if (free_[which].empty()) AddSlab(which);
    uint8_t* block = free_[which].back();
    free_[which].pop_back();
    SIGNET_UNPOISON(block, size);
    return block;
  }

  /// `block` is wiped already.
  void Give(uint8_t* block, size_t size) noexcept {
    if (size > kBlockBytesMax) {
      ::munmap(block, size);
      return;
    }
    const size_t which = ClassOf(size);
    const std::lock_guard lock(mutex_);
    SIGNET_POISON(block, kBlockBytesMin << which);
    free_[which].push_back(block);  // AddSlab reserved the room: this cannot throw
  }

 private:
  Arena() {
    // A child made while another thread holds the lock could never take it.
    CHECK(::pthread_atfork([] { Get().mutex_.lock(); },
                           [] { Get().mutex_.unlock(); },
                           [] { Get().mutex_.unlock(); }) == 0);
  }

  static size_t ClassOf(size_t size) {
    size_t which = 0;
    while (kBlockBytesMin << which < size) ++which;
    return which;
  }

  void AddSlab(size_t which) {
    const size_t block_bytes = kBlockBytesMin << which;
    const size_t count = kSlabBytes / block_bytes;
    made_[which] += count;
    free_[which].reserve(made_[which]);
    uint8_t* slab = MapPages(kSlabBytes);
    SIGNET_POISON(slab, kSlabBytes);
    for (size_t i = count; i-- > 0;) free_[which].push_back(slab + i * block_bytes);
  }

  std::mutex mutex_;
  std::vector<uint8_t*> free_[kClasses];  // guarded by mutex_
  size_t made_[kClasses] = {};            // guarded by mutex_
};

}  // namespace

void Wipe(void* memory, size_t size) {
  if (size != 0) explicit_bzero(memory, size);
}

bool ConstantTimeEqual(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  uint8_t difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<uint8_t>(difference | (a[i] ^ b[i]));
  }
  return difference == 0;
}

SecretBytes::SecretBytes(size_t size) : size_(size) {
  if (size != 0) data_ = Arena::Get().Take(size);
}

SecretBytes SecretBytes::CopyOf(ByteView raw) {
  SecretBytes secret(raw.size());
  if (!raw.empty()) std::memcpy(secret.data_, raw.data(), raw.size());
  return secret;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SecretBytes::~SecretBytes() {
  if (data_ == nullptr) return;
  Wipe(data_, size_);
  Arena::Get().Give(data_, size_);
}

SecretBytes SecretBytes::Clone() const {
  return CopyOf(ExposeSecret());
}

Status HardenProcess() {
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return Internal("cannot forbid core files");
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return Internal("cannot make the process undumpable");
  }
  return OkStatus();
}

}  // namespace signet
