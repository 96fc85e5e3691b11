/// A client of the ControlService for the command line and tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "crypto/base/json.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// What `submit` sends.
struct ControlSubmission {
  std::string file;
  std::map<std::string, std::string> params;
  std::string base;
  bool no_cache = false;
  int priority = 0;
};

/// What `rerun` sends beside the run.
struct ControlRerun {
  std::string from;
  std::string only;
  bool failed = false;
  std::map<std::string, std::string> params;
};

/// What `backfill` sends beside a submission.
struct ControlRange {
  std::string first;
  std::string last;
  int days = 1;
  bool all = false;
};

/// Where a coordinator listens: a unix socket, or a host with mutual TLS.
struct ControlAddress {
  std::filesystem::path socket;  ///< used when `host` is empty
  std::string host;
  int port = 0;
  std::filesystem::path tls_cert;  ///< PEM
  std::filesystem::path tls_key;
  std::filesystem::path tls_ca;
};

/// One connection; one thread at a time. Refusals carry the server's code, words and remedy; a
/// broken connection is kUnavailable.
class ControlClient {
 public:
  static Result<std::unique_ptr<ControlClient>> Connect(const ControlAddress& address);
  ~ControlClient();
  ControlClient(const ControlClient&) = delete;
  ControlClient& operator=(const ControlClient&) = delete;

  Result<Json> Hello();
  Result<std::string> Submit(const ControlSubmission& submission);
  Result<Json> Runs(int limit);
  Result<Json> Get(const std::string& run);
  Result<int64_t> Wait(int64_t seen, int millis);
  Result<Json> Why(const std::string& run, const std::string& step, int task);
  Result<Json> Logs(const std::string& run, int64_t after);
  Status Cancel(const std::string& run);
  /// `from`, `only` may be empty.
  Result<std::string> Rerun(const std::string& run, const ControlRerun& choice);
  /// Days as YYYY-MM-DD; {runs, skipped}.
  Result<Json> Backfill(const ControlSubmission& submission, const ControlRange& range);
  Status Approve(const std::string& run, const std::string& step);
  /// Adds the pipeline's schedule, or replaces it.
  Result<Json> AddSchedule(const ControlSubmission& submission);
  Result<Json> Schedules();
  /// "remove", "pause" or "resume".
  Status ChangeSchedule(const std::string& name, const std::string& action);
  /// A key operation (coordinator/keys/key_calls.h).
  Result<Json> Keys(const std::string& verb, const Json& arguments);
  /// A question about persons (coordinator/requests/rights_calls.h); may take minutes.
  Result<Json> Rights(const std::string& verb, const Json& arguments);
  /// Pins our own certificate to the member that `token` was made for.
  Result<Json> Redeem(const SecretBytes& token);
  Result<Json> Top();

 private:
  struct Impl;
  explicit ControlClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::coordinator
