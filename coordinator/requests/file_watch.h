/// Whether the files that a schedule waits for have changed.
#pragma once

#include <cstdint>
#include <string>

#include "crypto/base/status.h"

namespace signet::coordinator {

/// A text that changes when a file matching `pattern` (as a source's path) comes, goes, or changes
/// size or time; empty when none matches. Contents are not read. kUnavailable when the folder
/// cannot be listed. May take as long as the file system does.
Result<std::string> FilesFingerprint(const std::string& pattern);

/// Says when files that changed have stood still. Times are monotonic micros.
class FileWatch {
 public:
  explicit FileWatch(int64_t settle_micros) : settle_micros_(settle_micros) {}
  /// What was seen at `now`. Returns whether it has been the same since `settle_micros` ago.
  bool Saw(const std::string& fingerprint, int64_t now);
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }

 private:
  int64_t settle_micros_;
  std::string fingerprint_;
  int64_t since_ = -1;
};

}  // namespace signet::coordinator
