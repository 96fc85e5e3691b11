/// The control door: the ControlService on a unix socket, and on mutual TLS if asked for.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "coordinator/dispatch/coordinator.h"
#include "coordinator/requests/run_host.h"
#include "coordinator/requests/schedule_keeper.h"
#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

class LoginBook;

/// Performs a key operation for `who`, on the loop's thread (coordinator/keys/key_calls.h).
using KeyCalls = std::function<Result<Json>(
    const std::string& who, const std::string& verb, const Json& arguments)>;

/// Answers a question about persons (coordinator/requests/rights_calls.h), in the caller's thread.
using RightsCalls = std::function<Result<Json>(const std::string& verb, const Json& arguments)>;

struct ControlServerOptions {
  std::filesystem::path socket;         ///< mode 0600; a stale one is replaced
  std::filesystem::path state;          ///< for people
  std::filesystem::path bundles;        ///< the shipped policies
  int64_t min_group = 0;                ///< of a test state
  ScheduleKeeper* schedules = nullptr;  ///< null: none are kept; else it outlives the server
  KeyCalls keys = {};                   ///< key operations; none: they are refused
  LoginBook* logins = nullptr;  ///< null: logins are not recorded; else it outlives the server
  RightsCalls rights = {};      ///< questions about persons; none: they are refused
  // Mutual TLS beside the socket, when `port` is not negative (0 picks a free one).
  std::string address = "127.0.0.1";
  int port = -1;
  std::filesystem::path tls_cert;
  std::filesystem::path tls_key;
  std::filesystem::path tls_ca;
  std::set<std::string> operators;  ///< certificate identities that may; others are refused
};

/// Serves in threads of its own from Listen until the destructor. On the unix socket only the same
/// user (SO_PEERCRED) is answered.
class ControlServer {
 public:
  /// kUnavailable when the socket or port is taken; kInvalid or kNotFound for certificates. The
  /// references must outlive the server; the coordinator's loop must be turning for calls to end.
  static Result<std::unique_ptr<ControlServer>> Listen(const ControlServerOptions& options,
                                                       Coordinator& coordinator,
                                                       RunHost& host,
                                                       Clock& clock);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  /// Of the TLS door; -1 without one.
  [[nodiscard]] int port() const;

 private:
  struct Impl;
  explicit ControlServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::coordinator
