#include "coordinator/requests/file_watch.h"

#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <vector>

#include "crypto/base/bytes.h"
#include "pipelines/ingest/source_paths.h"

namespace signet::coordinator {
namespace {

/// FNV-1a.
uint64_t Mix(uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3U;
  return hash;
}

}  // namespace

Result<std::string> FilesFingerprint(const std::string& pattern) {
  const Result<std::vector<std::string>> files = pipelines::ExpandPaths(pattern, "/");
  if (!files.ok()) {
    if (files.status().code() == StatusCode::kNotFound) return std::string();
    return files.status();
  }
  uint64_t hash = 0xcbf29ce484222325U;
  for (const std::string& file : *files) {
    struct stat facts {};
    if (::stat(file.c_str(), &facts) != 0) continue;  // just gone
    hash = Mix(hash, file);
    hash = Mix(hash,
               "|" + std::to_string(facts.st_size) + "|" + std::to_string(facts.st_mtim.tv_sec) +
                   "." + std::to_string(facts.st_mtim.tv_nsec) + "|");
  }
  Bytes raw;
  AppendU64(raw, hash);
  return std::to_string(files->size()) + ":" + ToHex(raw);
}

bool FileWatch::Saw(const std::string& fingerprint, int64_t now) {
  if (since_ < 0 || fingerprint != fingerprint_) {
    fingerprint_ = fingerprint;
    since_ = now;
  }
  return now - since_ >= settle_micros_;
}

}  // namespace signet::coordinator
