#include "pipelines/models/sealed_io.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dmlc/io.h>
#include <dmlc/logging.h>

#include "crypto/base/bytes.h"

namespace signet::pipelines {
namespace {

constexpr size_t kPageBytes = size_t{1} << 20U;
/// /dev/null is no folder: nobody but us can open a file in it.
constexpr std::string_view kFolder = "/dev/null/signet-pages/";

/// A SealedIo's place, and how it first failed.
class Disk {
 public:
  explicit Disk(std::shared_ptr<ScratchFile> file) : file_(std::move(file)) {}

  Result<uint64_t> Append(ByteView page) { return Noted(file_->Append(page)); }
  Result<Bytes> Read(uint64_t page) { return Noted(file_->Read(page)); }
  Status status() {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  template <typename Value>
  Result<Value> Noted(Result<Value> result) {
    if (result.ok()) return result;
    const std::lock_guard lock(mutex_);
    if (status_.ok()) status_ = result.status();
    return result;
  }

  std::shared_ptr<ScratchFile> file_;
  std::mutex mutex_;
  Status status_;
};

/// One of XGBoost's files: whole pages and a shorter last one.
struct PagedFile {
  std::shared_ptr<Disk> disk;
  std::vector<uint64_t> pages;
  bool whole = false;  ///< all of it was written
};

/// XGBoost's own error type: its C interface makes a failed call of it. `what` names no file.
[[noreturn]] void Fail(const std::string& what) {
  throw dmlc::Error("sealed pages: " + what);
}

class Writer final : public dmlc::Stream {
 public:
  explicit Writer(std::shared_ptr<PagedFile> file) : file_(std::move(file)) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  /// A last page that cannot be written leaves the file incomplete: it does not open.
  ~Writer() override { file_->whole = !failed_ && (buffer_.empty() || Seal()); }

  size_t Read(void* /*to*/, size_t /*size*/) override { Fail("not open for reading"); }
  void Write(const void* from, size_t size) override {
    const auto* bytes = static_cast<const uint8_t*>(from);
    while (size > 0) {
      const size_t taken = std::min(size, kPageBytes - buffer_.size());
      buffer_.insert(buffer_.end(), bytes, bytes + taken);
      bytes += taken;
      size -= taken;
      if (buffer_.size() == kPageBytes && !Seal()) Fail("the disk failed");
    }
  }

 private:
  bool Seal() {
    const Result<uint64_t> page = file_->disk->Append(buffer_);
    failed_ = !page.ok();
    if (failed_) return false;
    file_->pages.push_back(*page);
    buffer_.clear();
    return true;
  }

  std::shared_ptr<PagedFile> file_;
  Bytes buffer_;
  bool failed_ = false;
};

class Reader final : public dmlc::SeekStream {
 public:
  explicit Reader(std::shared_ptr<const PagedFile> file) : file_(std::move(file)) {}

  size_t Read(void* to, size_t size) override {
    auto* bytes = static_cast<uint8_t*>(to);
    size_t done = 0;
    while (done < size && Load()) {
      const size_t inside = at_ % kPageBytes;
      const size_t taken = std::min(size - done, page_.size() - inside);
      std::memcpy(bytes + done, page_.data() + inside, taken);
      done += taken;
      at_ += taken;
    }
    return done;
  }
  void Write(const void* /*from*/, size_t /*size*/) override { Fail("not open for writing"); }
  void Seek(size_t position) override { at_ = position; }
  size_t Tell() override { return at_; }

 private:
  /// Whether there is a byte at `at_`; then page_ holds it.
  bool Load() {
    const size_t wanted = at_ / kPageBytes;
    if (wanted >= file_->pages.size()) return false;
    if (loaded_ != wanted) {
      Result<Bytes> page = file_->disk->Read(file_->pages[wanted]);
      if (!page.ok()) Fail("the disk failed");
      page_ = std::move(page).value();
      loaded_ = wanted;
    }
    return at_ % kPageBytes < page_.size();
  }

  std::shared_ptr<const PagedFile> file_;
  size_t at_ = 0;
  size_t loaded_ = SIZE_MAX;
  Bytes page_;
};

/// The files of every SealedIo that lives, by name.
class Files {
 public:
  static Files& All() {
    static Files files;
    return files;
  }

  std::string Add(std::shared_ptr<ScratchFile> file) {
    const std::lock_guard lock(mutex_);
    std::string prefix = std::string(kFolder) + std::to_string(next_++) + "/";
    disks_[prefix] = std::make_shared<Disk>(std::move(file));
    return prefix;
  }
  Status StatusOf(const std::string& prefix) {
    const std::lock_guard lock(mutex_);
    return disks_.at(prefix)->status();
  }
  void Remove(const std::string& prefix) {
    const std::lock_guard lock(mutex_);
    disks_.erase(prefix);
    auto first = files_.lower_bound(prefix);
    while (first != files_.end() && first->first.compare(0, prefix.size(), prefix) == 0) {
      first = files_.erase(first);
    }
  }
  /// Null unless `name` lies under a prefix.
  std::shared_ptr<PagedFile> Make(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto disk = disks_.find(name.substr(0, name.find_last_of('/') + 1));
    if (disk == disks_.end()) return nullptr;
    auto file = std::make_shared<PagedFile>();
    file->disk = disk->second;
    files_[name] = file;
    return file;
  }
  /// Null unless it was written whole.
  std::shared_ptr<const PagedFile> Find(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto file = files_.find(name);
    return file == files_.end() || !file->second->whole ? nullptr : file->second;
  }

 private:
  std::mutex mutex_;
  uint64_t next_ = 0;
  std::map<std::string, std::shared_ptr<Disk>> disks_;
  std::map<std::string, std::shared_ptr<PagedFile>> files_;
};

}  // namespace

SealedIo::SealedIo(std::shared_ptr<ScratchFile> file)
    : prefix_(Files::All().Add(std::move(file))) {}

SealedIo::~SealedIo() {
  Files::All().Remove(prefix_);
}

Status SealedIo::status() const {
  return Files::All().StatusOf(prefix_);
}

}  // namespace signet::pipelines

namespace dmlc {

__attribute__((visibility("default"))) Stream* Stream::Create(const char* uri,
                                                              const char* const flag,
                                                              bool allow_null) {
  namespace ours = signet::pipelines;
  std::shared_ptr<ours::PagedFile> file = *flag == 'w' ? ours::Files::All().Make(uri) : nullptr;
  if (file != nullptr) return std::make_unique<ours::Writer>(std::move(file)).release();
  if (allow_null) return nullptr;
  ours::Fail("XGBoost writes no other file");
}

__attribute__((visibility("default"))) SeekStream* SeekStream::CreateForRead(const char* uri,
                                                                             bool allow_null) {
  namespace ours = signet::pipelines;
  std::shared_ptr<const ours::PagedFile> file = ours::Files::All().Find(uri);
  if (file != nullptr) return std::make_unique<ours::Reader>(std::move(file)).release();
  if (allow_null) return nullptr;
  ours::Fail("XGBoost reads no other file");
}

}  // namespace dmlc
