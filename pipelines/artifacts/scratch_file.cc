#include "pipelines/artifacts/scratch_file.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "crypto/base/check.h"
#include "crypto/base/entropy.h"
#include "crypto/base/secret.h"

namespace signet::pipelines {
namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr const char* kRemedy = "the worker's artifact store needs a writable disk with free space";

Status Failed(const std::string& what) {
  return Unavailable("scratch file: " + what + ": " + std::generic_category().message(errno))
      .WithRemedy(kRemedy);
}

/// A file without a name; where the file system has no such thing, one whose name is taken away
/// before anything is written.
int OpenNameless(const std::filesystem::path& folder) {
  const int descriptor = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, kOwnerOnly);
  if (descriptor >= 0 || errno != EOPNOTSUPP) return descriptor;
  std::string name = (folder / ".scratch-XXXXXX").string();
  const int named = mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) unlink(name.c_str());
  return named;
}

crypto::Aes256Gcm FreshKey() {
  SystemEntropy entropy;
  return crypto::Aes256Gcm(entropy.RandomSecret(crypto::Aes256Gcm::kKeyBytes));
}

/// The page's number, big-endian, behind four zero bytes.
std::array<uint8_t, crypto::Aes256Gcm::kNonceBytes> NonceOf(uint64_t page) {
  std::array<uint8_t, crypto::Aes256Gcm::kNonceBytes> nonce{};
  for (size_t i = 0; i < sizeof(page); ++i) {
    nonce[nonce.size() - 1 - i] = static_cast<uint8_t>(page >> (8 * i));
  }
  return nonce;
}

}  // namespace

ScratchFile::ScratchFile(std::filesystem::path folder, int descriptor)
    : folder_(std::move(folder)), descriptor_(descriptor), key_(FreshKey()) {}

ScratchFile::~ScratchFile() {
  close(descriptor_);
}

Result<std::shared_ptr<ScratchFile>> ScratchFile::Create(const std::filesystem::path& folder) {
  const int descriptor = OpenNameless(folder);
  if (descriptor < 0) return Failed("nothing can be made in " + folder.string());
  return std::shared_ptr<ScratchFile>(new ScratchFile(folder, descriptor));
}

Result<uint64_t> ScratchFile::Append(ByteView plain) {
  CHECK(!plain.empty());
  uint64_t number = 0;
  Page page{0, plain.size() + crypto::Aes256Gcm::kTagBytes};
  {
    const std::lock_guard lock(mutex_);
    number = pages_.size();
    page.offset = size_;
    pages_.push_back(page);
    size_ += page.size;
  }
  Bytes sealed(page.size);
  key_.SealInto(NonceOf(number), {}, plain, sealed);
  for (size_t done = 0; done < sealed.size();) {
    const ssize_t wrote = pwrite(descriptor_,
                                 sealed.data() + done,
                                 sealed.size() - done,
                                 static_cast<off_t>(page.offset + done));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return Failed("a page cannot be written");
    done += static_cast<size_t>(wrote);
  }
  return number;
}

Result<Bytes> ScratchFile::Read(uint64_t number) const {
  Page page;
  {
    const std::lock_guard lock(mutex_);
    CHECK(number < pages_.size());
    page = pages_[number];
  }
  Bytes sealed(page.size);
  for (size_t done = 0; done < sealed.size();) {
    const ssize_t got = pread(descriptor_,
                              sealed.data() + done,
                              sealed.size() - done,
                              static_cast<off_t>(page.offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed("a page cannot be read");
    if (got == 0) return Corrupt("scratch file: a page is cut short");
    done += static_cast<size_t>(got);
  }
  Bytes plain(page.size - crypto::Aes256Gcm::kTagBytes);
  TRY(key_.OpenInto(NonceOf(number), {}, sealed, plain).WithContext("scratch file"));
  return plain;
}

uint64_t ScratchFile::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

}  // namespace signet::pipelines
