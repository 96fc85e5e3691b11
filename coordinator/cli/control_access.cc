#include "coordinator/cli/control_access.h"

#include <filesystem>
#include <string>

#include <CLI/CLI.hpp>

#include "crypto/base/text.h"

namespace signet::coordinator {

void AddConnectOptions(CLI::App& command, ControlOptions& options) {
  command.add_option("--connect", options.connect, "A coordinator elsewhere: HOST:PORT (TLS)");
  command.add_option("--tls-cert", options.tls_cert, "Our certificate, PEM");
  command.add_option("--tls-key", options.tls_key, "Its key, PEM");
  command.add_option("--tls-ca", options.tls_ca, "Who signs the coordinator, PEM");
}

void AddControlOptions(CLI::App& command, ControlOptions& options) {
  command.add_option("--state", options.state, "The state folder of the coordinator");
  AddConnectOptions(command, options);
  command.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
}

Result<std::unique_ptr<ControlClient>> ConnectControl(const ControlOptions& options) {
  ControlAddress address;
  address.socket = std::filesystem::path(options.state) / "control.sock";
  if (!options.connect.empty()) {
    const size_t colon = options.connect.rfind(':');
    if (colon == std::string::npos || colon == 0) {
      return Invalid("--connect is HOST:PORT").WithRemedy("for example --connect coordinator:7441");
    }
    address.host = options.connect.substr(0, colon);
    ASSIGN_OR_RETURN(const int64_t port, IntegerFromText(options.connect.substr(colon + 1)));
    address.port = static_cast<int>(port);
    address.tls_cert = options.tls_cert;
    address.tls_key = options.tls_key;
    address.tls_ca = options.tls_ca;
  }
  return ControlClient::Connect(address);
}

Result<std::unique_ptr<ControlClient>> StandingCoordinator(const ControlOptions& options) {
  if (!options.connect.empty()) return ConnectControl(options);
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::path(options.state) / "control.sock", ignored)) {
    return std::unique_ptr<ControlClient>();
  }
  Result<std::unique_ptr<ControlClient>> client = ConnectControl(options);
  if (!client.ok()) return std::unique_ptr<ControlClient>();
  return client;
}

}  // namespace signet::coordinator
