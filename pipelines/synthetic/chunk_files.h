/// The output files: chunks of customers are appended in order, whatever thread made them.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/synthetic/text_buffer.h"

namespace signet::pipelines::synthetic {

/// Equal spans of time into which web events and transactions are split.
inline constexpr int kPeriods = 4;

/// One chunk's rows for every file.
struct ChunkBuffers {
  TextBuffer crm;
  std::array<TextBuffer, kPeriods> web, store, online;
  TextBuffer offer_events, assignments, exposures, truth;

  void Clear();
};

class ChunkFiles {
 public:
  ChunkFiles() = default;
  ~ChunkFiles();
  ChunkFiles(const ChunkFiles&) = delete;
  ChunkFiles& operator=(const ChunkFiles&) = delete;

  /// Makes the files with their headers, replacing older ones. kUnavailable with a remedy.
  Status Open(const std::filesystem::path& folder);
  /// Waits until all chunks below `chunk` are written, then writes this one. kCancelled after
  /// Abort.
  Status Append(uint64_t chunk, const ChunkBuffers& buffers);
  /// Lets waiting threads go: one of them failed.
  void Abort();
  /// Writes out what the system still holds back and closes.
  Status Close();
  [[nodiscard]] uint64_t bytes() const { return bytes_; }

 private:
  struct File {
    std::filesystem::path path;
    int descriptor = -1;
  };
  Status OpenOne(const std::filesystem::path& path, std::string_view header);
  Status Write(size_t file, std::string_view text);
  Status WriteAll(const ChunkBuffers& buffers);

  std::vector<File> files_;
  uint64_t next_ = 0;
  uint64_t bytes_ = 0;
  bool aborted_ = false;
  std::mutex mutex_;
  std::condition_variable turn_;
};

}  // namespace signet::pipelines::synthetic
