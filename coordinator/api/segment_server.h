/// The Thrift SegmentService over mutual TLS: certificate identity to recipient to answers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "coordinator/api/client_pins.h"
#include "coordinator/api/served_snapshots.h"
#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/snapshots/access_report.h"

namespace signet::coordinator {

/// Which recipient a client certificate stands for, by its identity: the first DNS subjectAltName,
/// else the common name.
using ClientIdentities = std::map<std::string, std::string, std::less<>>;

/// Reads lines "IDENTITY RECIPIENT" ('#' comments): kInvalid with the line number.
Result<ClientIdentities> ReadClientIdentities(const std::filesystem::path& path);

struct SegmentServerOptions {
  std::string address = "127.0.0.1";
  int port = 7443;                 ///< 0 picks a free one
  std::filesystem::path tls_cert;  ///< PEM
  std::filesystem::path tls_key;   ///< PEM
  std::filesystem::path tls_ca;    ///< PEM: signs clients
  ClientIdentities clients;
  int connections_max = 256;                 ///< more wait
  int64_t idle_ms_max = 300'000;             ///< a silent connection is closed
  uint64_t resolves_per_minute_max = 6'000;  ///< identifiers, per recipient
  /// Counts reads for the log; outlives the server. Null: nothing is counted.
  pipelines::AccessSpool* access = nullptr;
};

/// Serves until Stop(). Each connection has a thread of its own.
class SegmentServer {
 public:
  /// Reads the certificates and listens. kNotFound or kInvalid for certificate files, kUnavailable
  /// for an occupied port, each with a remedy. `served` and `clock` must outlive the server.
  static Result<std::unique_ptr<SegmentServer>> Listen(const SegmentServerOptions& options,
                                                       const ServedSnapshots& served,
                                                       Clock& clock);
  ~SegmentServer();
  SegmentServer(const SegmentServer&) = delete;
  SegmentServer& operator=(const SegmentServer&) = delete;

  [[nodiscard]] int port() const;
  /// Blocks until Stop.
  Status Serve();
  /// From any thread; open connections end after their current call.
  void Stop();
  /// From any thread: only these certificates are answered from now on (ClientPins).
  void Pin(ClientPins pins);
  /// Calls, lookups, resolves and refusals since the start, for logs.
  [[nodiscard]] Json Figures() const;

 private:
  struct Impl;
  explicit SegmentServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::coordinator
