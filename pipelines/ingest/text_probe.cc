#include "pipelines/ingest/text_probe.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <zlib.h>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"
#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

constexpr size_t kBlockBytes = size_t{64} << 10;
/// zlib: 15 bits of window, 16 for a gzip wrapper whose CRC and length are checked.
constexpr int kGzipWindow = 15 + 16;

Status BadGzip(const std::string& name) {
  return Invalid("'" + name + "' is a gzip file that is damaged or cut short")
      .WithDiagnostic("SIG-4006")
      .WithRemedy("fetch the file again; gzip -t FILE tests it");
}

Status LongLine(const std::string& name, uint64_t line, size_t bytes_max) {
  return Invalid("'" + name + "' line " + std::to_string(line) + ": longer than the limit of " +
                 std::to_string(bytes_max) + " bytes")
      .WithDiagnostic("SIG-4008")
      .WithRemedy("check that the file has lines, and the source's format");
}

/// Finds the first line of a text, given block by block, that is longer than `bytes_max`.
class LineMeter {
 public:
  explicit LineMeter(size_t bytes_max) : bytes_max_(bytes_max) {}

  /// A block is shorter than the limit, so only the line that enters it can be too long.
  void Add(ByteView block) {
    if (too_long_ > 0) return;
    const auto first = std::ranges::find(block, '\n');
    length_ += static_cast<size_t>(first - block.begin());
    if (length_ > bytes_max_) too_long_ = line_;
    if (first == block.end()) return;
    line_ += static_cast<uint64_t>(std::count(first, block.end(), '\n'));
    length_ = 0;
    while (block[block.size() - 1 - length_] != '\n') ++length_;
  }
  /// Its number; 0 = none so far.
  [[nodiscard]] uint64_t too_long() const { return too_long_; }

 private:
  size_t bytes_max_;
  size_t length_ = 0;
  uint64_t line_ = 1;
  uint64_t too_long_ = 0;
};

/// Finds the first quoted field of a CSV text, given block by block, that is longer than
/// `bytes_max` and is not closed: it ends with the text, or at a quote that no delimiter or line
/// end follows. A quote opens a field only at its start (RFC 4180); doubled, it stands for itself.
class QuoteMeter {
 public:
  QuoteMeter(std::string_view delimiter, std::string_view quote, size_t bytes_max)
      : delimiter_(delimiter),
        quote_(quote.empty() ? '\0' : quote.front()),
        bytes_max_(bytes_max) {}

  void Add(ByteView block) {
    if (quote_ == '\0' || too_long_ > 0) return;
    const std::string_view text = AsText(block);
    size_t at = 0;
    size_t counted = 0;  // bytes of the block whose lines are counted
    while (at < text.size()) {
      if (closed_just_now_) JudgeClose(text[at]);
      const size_t found = text.find(quote_, at);
      const size_t end = found == std::string_view::npos ? text.size() : found;
      if (quoted_) length_ += end - at;
      if (end > at) closed_just_now_ = false;
      if (end == text.size()) break;
      counted = TakeQuote(text, end, counted);
      at = end + 1;
    }
    line_ += Lines(text.substr(counted));
    tail_.append(text.substr(text.size() - std::min(text.size(), kTailBytes)));
    if (tail_.size() > kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
  }
  /// After the last block.
  void Finish() {
    if (quoted_ && length_ > bytes_max_ && too_long_ == 0) too_long_ = opened_;
  }
  /// The line on which it begins; 0 = none so far.
  [[nodiscard]] uint64_t too_long() const { return too_long_; }

 private:
  /// A quote stands at `at`. Lines are counted up to `counted`; returns up to where they are now.
  size_t TakeQuote(std::string_view text, size_t at, size_t counted) {
    if (!quoted_ && !closed_just_now_ && !StartsField(text, at)) return counted;
    // A doubled quote goes on with the field that seemed closed.
    const bool opens = !quoted_ && !closed_just_now_;
    closed_just_now_ = quoted_;
    quoted_ = !quoted_;
    if (!opens) return counted;
    length_ = 0;
    line_ += Lines(text.substr(counted, at - counted));
    opened_ = line_;
    return at;
  }

  /// `next` is the byte behind a closing quote.
  void JudgeClose(char next) {
    if (length_ <= bytes_max_ || next == quote_ || next == '\n' || next == '\r') return;
    if (!delimiter_.empty() && next == delimiter_.front()) return;
    too_long_ = opened_;
  }

  static constexpr size_t kTailBytes = 4;  // a delimiter, or the byte order mark

  static uint64_t Lines(std::string_view text) {
    return static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n'));
  }
  [[nodiscard]] bool StartsField(std::string_view text, size_t at) const {
    std::string before = at < kTailBytes ? tail_ : std::string();
    before += text.substr(at - std::min(at, kTailBytes), std::min(at, kTailBytes));
    if (before.empty() || before == "\xef\xbb\xbf") return true;
    return before.back() == '\n' || before.back() == '\r' ||
           (!delimiter_.empty() && before.ends_with(delimiter_));
  }

  std::string delimiter_;
  char quote_;
  size_t bytes_max_;
  bool quoted_ = false;
  bool closed_just_now_ = false;
  size_t length_ = 0;
  uint64_t line_ = 1;
  uint64_t opened_ = 0;
  uint64_t too_long_ = 0;
  std::string tail_;
};

/// Both meters over one text.
struct TextMeters {
  LineMeter lines;
  QuoteMeter quotes;
  void Add(ByteView block) {
    lines.Add(block);
    quotes.Add(block);
  }
  void Finish() { quotes.Finish(); }
  [[nodiscard]] bool done() const { return lines.too_long() > 0 || quotes.too_long() > 0; }
};

/// Runs zlib over a file and forgets what comes out.
class GzipCheck {
 public:
  GzipCheck() { ready_ = inflateInit2(&stream_, kGzipWindow) == Z_OK; }
  GzipCheck(const GzipCheck&) = delete;
  GzipCheck& operator=(const GzipCheck&) = delete;
  ~GzipCheck() {
    if (ready_) inflateEnd(&stream_);
    Wipe(in_.data(), in_.size());
    Wipe(out_.data(), out_.size());
  }

  /// Up to `size` bytes of the decompressed beginning.
  std::string Head(int descriptor, size_t size) {
    std::string head;
    const ssize_t got = ready_ ? pread(descriptor, in_.data(), in_.size(), 0) : 0;
    stream_.next_in = in_.data();
    stream_.avail_in = got > 0 ? static_cast<uInt>(got) : 0;
    while (stream_.avail_in > 0 && head.size() < size) {
      stream_.next_out = out_.data();
      stream_.avail_out = static_cast<uInt>(out_.size());
      const int state = inflate(&stream_, Z_NO_FLUSH);
      head.append(AsText(ByteView(out_).first(out_.size() - stream_.avail_out)));
      if (state != Z_OK || head.find('\n') != std::string::npos) break;
    }
    return head;
  }

  /// Whether `descriptor` is a sequence of whole gzip members; measures the lines of its text.
  bool Whole(int descriptor, TextMeters& meters) {
    if (!ready_) return false;
    off_t at = 0;
    bool at_end = true;  // of a member
    for (;;) {
      const ssize_t got = pread(descriptor, in_.data(), in_.size(), at);
      if (got <= 0) return got == 0 && at_end && at > 0;
      at += got;
      stream_.next_in = in_.data();
      stream_.avail_in = static_cast<uInt>(got);
      if (!Drain(at_end, meters)) return false;
    }
  }

 private:
  bool Drain(bool& at_end, TextMeters& meters) {
    while (stream_.avail_in > 0) {
      if (at_end && stream_.total_in > 0 && inflateReset(&stream_) != Z_OK) return false;
      at_end = false;
      stream_.next_out = out_.data();
      stream_.avail_out = static_cast<uInt>(out_.size());
      const int state = inflate(&stream_, Z_NO_FLUSH);
      meters.Add(ByteView(out_).first(out_.size() - stream_.avail_out));
      if (state == Z_STREAM_END) {
        at_end = true;
      } else if (state != Z_OK && state != Z_BUF_ERROR) {
        return false;
      }
    }
    return true;
  }

  z_stream stream_{};
  bool ready_ = false;
  std::array<uint8_t, kBlockBytes> in_{};
  std::array<uint8_t, kBlockBytes> out_{};
};

std::string ReadAt(int descriptor, off_t at, size_t size) {
  std::string bytes(size, '\0');
  const ssize_t got = pread(descriptor, bytes.data(), size, at);
  bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return bytes;
}

}  // namespace

Result<SourceFile> SourceFile::Open(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (descriptor < 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return NotFound("source file '" + path + "' does not exist")
          .WithDiagnostic("SIG-4001")
          .WithRemedy("check the path; it is relative to the pipeline's file");
    }
    return Unavailable("source file '" + path + "' cannot be opened")
        .WithDiagnostic("SIG-4002")
        .WithRemedy("check its permissions for the user that runs the worker");
  }
  SourceFile file(descriptor, name);
  TRY(file.Inspect());
  return file;
}

Status SourceFile::Inspect() {
  struct stat info {};
  if (fstat(descriptor_, &info) != 0 || !S_ISREG(info.st_mode)) {
    return Unavailable("'" + name_ + "' is not a regular file").WithDiagnostic("SIG-4002");
  }
  bytes_ = static_cast<uint64_t>(info.st_size);
  if (bytes_ == 0) {
    return Invalid("'" + name_ + "' is empty")
        .WithDiagnostic("SIG-4003")
        .WithRemedy("check whether its export finished");
  }
  mark_ = ReadAt(descriptor_, 0, 4);
  gzip_ = mark_.starts_with("\x1f\x8b");
  parquet_ = bytes_ >= 12 && mark_ == "PAR1" &&
             ReadAt(descriptor_, static_cast<off_t>(bytes_) - 4, 4) == "PAR1";
  return OkStatus();
}

SourceFile::SourceFile(SourceFile&& other) noexcept {
  *this = std::move(other);
}

SourceFile& SourceFile::operator=(SourceFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(name_, other.name_);
  std::swap(bytes_, other.bytes_);
  std::swap(gzip_, other.gzip_);
  std::swap(parquet_, other.parquet_);
  std::swap(mark_, other.mark_);
  return *this;
}

SourceFile::~SourceFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::string SourceFile::path() const {
  return "/proc/self/fd/" + std::to_string(descriptor_);
}

Status SourceFile::CheckTextMark() const {
  if (!mark_.starts_with("\xff\xfe") && !mark_.starts_with("\xfe\xff")) return OkStatus();
  return Invalid("'" + name_ + "' line 1: the text is UTF-16, not UTF-8")
      .WithDiagnostic("SIG-4007")
      .WithRemedy("convert the file: iconv -f UTF-16 -t UTF-8");
}

Status SourceFile::CheckText(size_t line_bytes_max,
                             std::string_view delimiter,
                             std::string_view quote) const {
  CHECK(line_bytes_max >= kBlockBytes);
  TextMeters meters{LineMeter(line_bytes_max), QuoteMeter(delimiter, quote, line_bytes_max)};
  if (gzip_) {
    if (!std::make_unique<GzipCheck>()->Whole(descriptor_, meters)) return BadGzip(name_);
  } else {
    Bytes block(kBlockBytes);
    for (off_t at = 0; !meters.done();) {
      const ssize_t got = pread(descriptor_, block.data(), block.size(), at);
      if (got < 0) {
        return Unavailable("'" + name_ + "' cannot be read to its end").WithDiagnostic("SIG-4002");
      }
      if (got == 0) break;
      meters.Add(ByteView(block).first(static_cast<size_t>(got)));
      at += got;
    }
    Wipe(block.data(), block.size());
  }
  meters.Finish();
  const uint64_t long_line = meters.lines.too_long();
  if (long_line > 0) return LongLine(name_, long_line, line_bytes_max);
  const uint64_t open_quote = meters.quotes.too_long();
  return open_quote == 0 ? OkStatus() : UnclosedQuote(name_, open_quote);
}

Result<std::string> SourceFile::FirstLine(size_t bytes_max) const {
  std::string head;
  if (gzip_) {
    head = std::make_unique<GzipCheck>()->Head(descriptor_, bytes_max);
  } else {
    while (head.size() < bytes_max && head.find('\n') == std::string::npos) {
      const std::string more = ReadAt(descriptor_, static_cast<off_t>(head.size()), kBlockBytes);
      if (more.empty()) break;
      head += more;
    }
  }
  const size_t end = head.find('\n');
  if (end == std::string::npos && head.size() >= bytes_max) {
    return LongLine(name_, 1, bytes_max);
  }
  std::string line = head.substr(0, end);
  if (line.ends_with('\r')) line.pop_back();
  if (line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
  if (IsValidUtf8(line)) return line;
  return Invalid("'" + name_ + "' line 1: bytes that are not UTF-8")
      .WithDiagnostic("SIG-4007")
      .WithRemedy("convert the file, for example with iconv -f ISO-8859-1 -t UTF-8");
}

Status UnclosedQuote(const std::string& file, uint64_t line) {
  return Invalid("'" + file + "' line " + std::to_string(line) +
                 ": a quote that is not closed swallows the lines behind it")
      .WithDiagnostic("SIG-4009")
      .WithRemedy("close the quote, or set the source's quote character");
}

std::vector<std::string> SplitCsvLine(std::string_view line,
                                      std::string_view delimiter,
                                      std::string_view quote) {
  std::vector<std::string> fields(1);
  const char mark = quote.empty() ? '\0' : quote.front();
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (mark != '\0' && line[i] == mark) {
      if (quoted && i + 1 < line.size() && line[i + 1] == mark) {
        fields.back() += mark;
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (!quoted && !delimiter.empty() && line.substr(i).starts_with(delimiter)) {
      fields.emplace_back();
      i += delimiter.size() - 1;
    } else {
      fields.back() += line[i];
    }
  }
  return fields;
}

std::string LikelyDelimiter(std::string_view line, std::string_view quote) {
  std::string best;
  size_t most = 1;
  for (const char* candidate : {",", ";", "\t", "|"}) {
    const size_t fields = SplitCsvLine(line, candidate, quote).size();
    if (fields > most) {
      most = fields;
      best = candidate;
    }
  }
  return best;
}

}  // namespace signet::pipelines
