#include "coordinator/requests/run_log.h"

#include <algorithm>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

/// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }
  /// -1 when it is not open.
  [[nodiscard]] int64_t Size() const {
    struct stat facts {};
    return ::fstat(number_, &facts) == 0 ? static_cast<int64_t>(facts.st_size) : -1;
  }

 private:
  int number_;
};

std::string LineOf(const Happening& happening) {
  Json json = Json::Of({{"at", TimestampText(happening.at)}, {"what", happening.what}});
  if (!happening.step.empty()) {
    json.Set("step", happening.step.text());
    json.Set("task", happening.task);
  }
  if (!happening.worker.empty()) json.Set("worker", happening.worker);
  if (!happening.detail.empty()) json.Set("detail", happening.detail);
  return json.Dump() + "\n";
}

}  // namespace

void RunLog::Write(const Happening& happening) const {
  const Descriptor file(::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  const int64_t size = file.Size();
  if (size < 0 || size >= kBytesMax) return;
  std::string line = LineOf(happening);
  if (size + static_cast<int64_t>(line.size()) >= kBytesMax) {
    Happening full;
    full.at = happening.at;
    full.what = "log full";
    full.detail = "what follows is not kept";
    line = LineOf(full);
    // From here on the size alone says that it is full.
    const auto short_by =
        static_cast<int64_t>(kBytesMax - size) - static_cast<int64_t>(line.size());
    line.insert(line.size() - 1, static_cast<size_t>(std::max<int64_t>(short_by, 0)), ' ');
  }
  // A short write leaves a cut line, which Read passes over.
  static_cast<void>(::write(file.number(), line.data(), line.size()) >= 0);
}

Result<LogPart> RunLog::Read(int64_t after) const {
  LogPart part;
  part.lines = Json(Json::Array());
  part.next = std::max<int64_t>(after, 0);
  const Descriptor file(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) return part;
  std::string text(static_cast<size_t>(kPartBytesMax), '\0');
  const ssize_t got = ::pread(file.number(), text.data(), text.size(), part.next);
  if (got < 0) return Unavailable("the log " + file_.string() + " cannot be read");
  text.resize(static_cast<size_t>(got));
  const size_t end = text.rfind('\n');
  if (end == std::string::npos) return part;
  for (const std::string& line : Split(std::string_view(text).substr(0, end), '\n')) {
    const Result<Json> json = Json::Parse(line);
    if (json.ok()) part.lines.Push(*json);
  }
  part.next += static_cast<int64_t>(end) + 1;
  return part;
}

}  // namespace signet::coordinator
