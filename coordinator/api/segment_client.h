/// A client of the SegmentService for the command line, tests and benches.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/ids.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

struct SegmentClientOptions {
  std::string host = "localhost";
  int port = 7443;
  std::filesystem::path tls_cert;  ///< the client's certificate, PEM
  std::filesystem::path tls_key;
  std::filesystem::path tls_ca;  ///< signs the server
};

/// One connection; one thread at a time. Failures carry the server's code and words; a broken
/// connection is kUnavailable.
class SegmentClient {
 public:
  static Result<std::unique_ptr<SegmentClient>> Connect(const SegmentClientOptions& options);
  ~SegmentClient();
  SegmentClient(const SegmentClient&) = delete;
  SegmentClient& operator=(const SegmentClient&) = delete;

  Result<bool> IsMember(const std::string& snapshot, const std::string& segment, const Uuid& token);
  Result<std::vector<bool>> IsMemberBatch(const std::string& snapshot,
                                          const std::string& segment,
                                          std::span<const Uuid> tokens);
  Result<std::vector<std::string>> SegmentsOf(const std::string& snapshot, const Uuid& token);
  /// The zero token where an identifier is not known.
  Result<std::vector<Uuid>> Resolve(const std::string& snapshot,
                                    const std::vector<std::string>& identifiers);
  /// A list of {snapshot, version, segment, members}.
  Result<Json> ListSegments();
  /// {json, note}: the manifest and its signature.
  Result<std::pair<std::string, std::string>> GetManifest(const std::string& snapshot);

 private:
  struct Impl;
  explicit SegmentClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::coordinator
