/// How commands find a standing coordinator.
#pragma once

#include <memory>
#include <string>

#include "coordinator/api/control_client.h"
#include "crypto/base/status.h"

namespace CLI {
class App;
}  // namespace CLI

namespace signet::coordinator {

/// What the options say: the state's own door, or one across the network with certificates.
struct ControlOptions {
  std::string state = "./.signet";
  std::string connect;  ///< HOST:PORT
  std::string tls_cert;
  std::string tls_key;
  std::string tls_ca;
  std::string format = "text";
};

/// Adds --connect and --tls-*.
void AddConnectOptions(CLI::App& command, ControlOptions& options);
/// Adds --state, --connect, --tls-* and --format.
void AddControlOptions(CLI::App& command, ControlOptions& options);
/// kUnavailable with the next step when nobody answers there.
Result<std::unique_ptr<ControlClient>> ConnectControl(const ControlOptions& options);
/// The coordinator that keeps the state, or the one that --connect names; null when the state is
/// free, also where a socket was left behind.
Result<std::unique_ptr<ControlClient>> StandingCoordinator(const ControlOptions& options);

}  // namespace signet::coordinator
