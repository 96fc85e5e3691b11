#include "coordinator/schedules/file_watch.h"

#include <sys/stat.h>

#include <glob.h>

#include "crypto/base/bytes.h"

namespace signet::coordinator {
namespace {

/// FNV-1a.
uint64_t Mix(uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3U;
  return hash;
}

}  // namespace

Result<std::string> FilesFingerprint(const std::string& pattern) {
  glob_t found{};
  const int listed = ::glob(pattern.c_str(), GLOB_BRACE | GLOB_TILDE, nullptr, &found);
  if (listed == GLOB_NOMATCH) {
    ::globfree(&found);
    return std::string();
  }
  if (listed != 0) {
    ::globfree(&found);
    return Unavailable("the files " + pattern + " cannot be listed");
  }
  uint64_t hash = 0xcbf29ce484222325U;
  for (size_t i = 0; i < found.gl_pathc; ++i) {
    struct stat facts {};
    if (::stat(found.gl_pathv[i], &facts) != 0) continue;  // just gone
    hash = Mix(hash, found.gl_pathv[i]);
    hash = Mix(hash,
               "|" + std::to_string(facts.st_size) + "|" + std::to_string(facts.st_mtim.tv_sec) +
                   "." + std::to_string(facts.st_mtim.tv_nsec) + "|");
  }
  const size_t files = found.gl_pathc;
  ::globfree(&found);
  Bytes raw;
  AppendU64(raw, hash);
  return std::to_string(files) + ":" + ToHex(raw);
}

bool FileWatch::Saw(const std::string& fingerprint, int64_t now) {
  if (since_ < 0 || fingerprint != fingerprint_) {
    fingerprint_ = fingerprint;
    since_ = now;
  }
  return now - since_ >= settle_micros_;
}

}  // namespace signet::coordinator
