/// TLS sockets of Thrift that know whom the peer's certificate names.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <thrift/transport/TSSLServerSocket.h>
#include <thrift/transport/TSSLSocket.h>

#include "crypto/base/status.h"

namespace signet::coordinator {

struct TlsFiles {
  std::filesystem::path cert;  ///< PEM, ours
  std::filesystem::path key;   ///< PEM, ours
  std::filesystem::path ca;    ///< PEM, signs the other side
};

/// A server's connection. identity() is set by the handshake, which the first read makes.
class IdentifiedSocket : public apache::thrift::transport::TSSLSocket {
 public:
  IdentifiedSocket(std::shared_ptr<apache::thrift::transport::SSLContext> context,
                   THRIFT_SOCKET socket,
                   std::shared_ptr<THRIFT_SOCKET> interrupt);

  /// The first DNS subjectAltName of the verified certificate, else its common name.
  [[nodiscard]] const std::string& identity() const { return identity_; }
  /// SHA-256 of the verified certificate's DER, in hex: what `signet keys` pins.
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }

 protected:
  void authorize() override;

 private:
  std::string identity_;
  std::string fingerprint_;
};

/// TLS 1.2 or later; both sides must show a certificate. kNotFound, kInvalid or kDenied for files
/// that are missing, no PEM, or do not belong together, each with a remedy. From then on the
/// process ignores SIGPIPE.
Result<std::shared_ptr<apache::thrift::transport::TSSLSocketFactory>> NewServerSockets(
    const TlsFiles& files);
Result<std::shared_ptr<apache::thrift::transport::TSSLSocketFactory>> NewClientSockets(
    const TlsFiles& files);

}  // namespace signet::coordinator
