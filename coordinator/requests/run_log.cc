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

/// "input opened, input orders, pieces 16".
std::string DetailOf(const TaskSaid& said) {
  std::string text = said.event;
  const Result<Json> facts = Json::Parse(said.facts.empty() ? "{}" : said.facts);
  if (facts.ok()) {
    for (const auto& [key, value] : facts->fields()) {
      text += ", " + key + " " + (value.is_string() ? value.AsString() : value.Dump());
    }
  }
  if (said.dropped > 0) {
    text += " (" + std::to_string(said.dropped) + " lines before it were left out)";
  }
  return text;
}

std::string LineOf(const TaskSaid& said) {
  const Json json = Json::Of({{"at", TimestampText(said.at)},
                              {"what", "log"},
                              {"level", LogLevelName(said.level)},
                              {"step", said.task.step.text()},
                              {"task", said.task.task},
                              {"worker", said.worker.text()},
                              {"detail", DetailOf(said)}});
  return json.Dump() + "\n";
}

}  // namespace

void RunLog::Write(const Happening& happening) const {
  Happening full;
  full.at = happening.at;
  full.what = "log full";
  full.detail = "what follows is not kept";
  Append(LineOf(happening), kBytesMax, LineOf(full));
}

void RunLog::Write(const TaskSaid& said) const {
  Happening full;
  full.at = said.at;
  full.what = "log full";
  full.detail = "what tasks say from here on is not kept";
  Append(LineOf(said), kSaidBytesMax, LineOf(full));
}

/// Appends the line, or in place of the first that passes `bytes_max` the line `full`.
void RunLog::Append(std::string line, int64_t bytes_max, const std::string& full) const {
  const Descriptor file(::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  const int64_t size = file.Size();
  if (size < 0 || size >= bytes_max) return;
  if (size + static_cast<int64_t>(line.size()) >= bytes_max) {
    line = full;
    // From here on the size alone says that it is full.
    const auto short_by =
        static_cast<int64_t>(bytes_max - size) - static_cast<int64_t>(line.size());
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
