#include "coordinator/api/tls_sockets.h"

#include <signal.h>
#include <system_error>
#include <utility>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "crypto/base/bytes.h"

namespace signet::coordinator {

namespace {

namespace fs = std::filesystem;
using apache::thrift::transport::SSLContext;
using apache::thrift::transport::TSSLSocket;
using apache::thrift::transport::TSSLSocketFactory;
using apache::thrift::transport::TTransportException;

/// Makes IdentifiedSockets.
class ServerSocketFactory : public TSSLSocketFactory {
 public:
  std::shared_ptr<TSSLSocket> createSocket(THRIFT_SOCKET socket) override {
    return createSocket(socket, nullptr);
  }
  std::shared_ptr<TSSLSocket> createSocket(THRIFT_SOCKET socket,
                                           std::shared_ptr<THRIFT_SOCKET> interrupt) override {
    auto made = std::make_shared<IdentifiedSocket>(ctx_, socket, std::move(interrupt));
    made->server(true);
    made->setNoDelay(true);
    return made;
  }
  [[nodiscard]] SSL_CTX* context() const { return ctx_->get(); }
};

/// A client that accepts the server named by the host it dials, as its certificate says.
class ClientSocketFactory : public TSSLSocketFactory {
 public:
  [[nodiscard]] SSL_CTX* context() const { return ctx_->get(); }
};

Status CheckReadable(const fs::path& path, std::string_view what) {
  std::error_code error;
  if (path.empty()) return Invalid("no " + std::string(what) + " is given");
  if (fs::is_regular_file(path, error)) return OkStatus();
  return NotFound("there is no " + std::string(what) + " at " + path.string())
      .WithRemedy("deploy/certificates makes a set for trying out");
}

/// Loads one file; the library throws when it cannot.
template <typename Load>
Status LoadPem(const fs::path& path, std::string_view what, const Load& load) {
  TRY(CheckReadable(path, what));
  try {
    load(path.c_str());
    return OkStatus();
  } catch (const TTransportException&) {
    return Invalid(path.string() + " is not a " + std::string(what) + " in PEM form")
        .WithRemedy("check that the file is whole and that the key is not encrypted");
  }
}

template <typename Factory>
Result<std::shared_ptr<TSSLSocketFactory>> Prepare(const TlsFiles& files) {
  // OpenSSL writes its farewell to peers that are gone already; that must not end the process.
  static_cast<void>(::signal(SIGPIPE, SIG_IGN));
  try {
    auto factory = std::make_shared<Factory>();
    TRY(LoadPem(
        files.cert, "certificate", [&](const char* path) { factory->loadCertificate(path); }));
    TRY(LoadPem(
        files.key, "private key", [&](const char* path) { factory->loadPrivateKey(path); }));
    TRY(LoadPem(files.ca, "certificate authority", [&](const char* path) {
      factory->loadTrustedCertificates(path);
    }));
    if (SSL_CTX_check_private_key(factory->context()) != 1) {
      return Invalid("the private key " + files.key.string() + " is not that of the certificate " +
                     files.cert.string());
    }
    if (SSL_CTX_set_min_proto_version(factory->context(), TLS1_2_VERSION) != 1) {
      return Internal("TLS 1.2 is not available");
    }
    factory->authenticate(true);
    return std::shared_ptr<TSSLSocketFactory>(std::move(factory));
  } catch (const std::exception&) {
    return Unavailable("TLS could not be set up");
  }
}

std::string TextOf(const ASN1_STRING* text) {
  const unsigned char* data = ASN1_STRING_get0_data(text);
  return {data, data + ASN1_STRING_length(text)};
}

std::string DnsNameOf(X509* certificate) {
  std::string found;
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names) && found.empty(); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_DNS) found = TextOf(name->d.dNSName);
  }
  GENERAL_NAMES_free(names);
  return found;
}

std::string FingerprintOf(const X509* certificate) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest, &size) != 1) return {};
  return ToHex(ByteView(digest, size));
}

std::string CommonNameOf(X509* certificate) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return {};
  return TextOf(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

}  // namespace

IdentifiedSocket::IdentifiedSocket(std::shared_ptr<SSLContext> context,
                                   THRIFT_SOCKET socket,
                                   std::shared_ptr<THRIFT_SOCKET> interrupt)
    : TSSLSocket(std::move(context), socket, std::move(interrupt)) {}

void IdentifiedSocket::authorize() {
  // Called by the library after the handshake, within which OpenSSL has verified the chain.
  X509* certificate = SSL_get_peer_certificate(ssl_);
  if (certificate == nullptr || SSL_get_verify_result(ssl_) != X509_V_OK) {
    X509_free(certificate);
    throw apache::thrift::transport::TSSLException("no verified client certificate");
  }
  identity_ = DnsNameOf(certificate);
  if (identity_.empty()) identity_ = CommonNameOf(certificate);
  fingerprint_ = FingerprintOf(certificate);
  X509_free(certificate);
}

Result<std::shared_ptr<TSSLSocketFactory>> NewServerSockets(const TlsFiles& files) {
  return Prepare<ServerSocketFactory>(files);
}

Result<std::shared_ptr<TSSLSocketFactory>> NewClientSockets(const TlsFiles& files) {
  return Prepare<ClientSocketFactory>(files);
}

}  // namespace signet::coordinator
