/// Re-identification under dual control: two officers of different roles sign one request; its use
/// is logged and witnessed before anything is released.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "coordinator/dispatch/run_binder.h"
#include "crypto/base/json.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "crypto/primitives/ed25519.h"

namespace signet::coordinator {

/// What is asked for. Its text is canonical JSON, and what officers sign:
///   Ed25519("signet/reidentify/v1\n" ‖ text)
struct ReidentifyRequest {
  std::string state;      ///< the log's verifier key: a request is good for one state
  std::string recipient;  ///< whose token it is
  std::string token;      ///< UUID text
  std::string owner;      ///< the pipeline
  std::string source;     ///< the source whose column was escrowed
  std::string column;
  std::string why;    ///< the ground, for those who sign and for the log
  std::string nonce;  ///< 32 hexadecimal digits: a request is used once
  Timestamp expires;

  [[nodiscard]] std::string Text() const;
  static Result<ReidentifyRequest> FromText(std::string_view text);
};

/// One officer's agreement.
struct OfficerSignature {
  std::string key;  ///< Ed25519 public key, hex, as enrolled
  Bytes signature;

  [[nodiscard]] std::string Text() const;
  static Result<OfficerSignature> FromText(std::string_view text);
};

OfficerSignature SignReidentification(const std::string& request_text,
                                      const crypto::Ed25519PrivateKey& officer);

struct ReidentifyTools {
  std::function<Result<RunView>(const RunSpec& spec, RunBinder& binder)> run;  ///< on workers
  std::function<RunId()> new_run;
  std::function<Status()> witness;  ///< a signed checkpoint, cosigned where the state asks for it
  std::string actor;
};

/// Checks request and signatures, has a worker find and seal the values, logs the use, has the log
/// witnessed, and only then opens them. `values` receives one value a line. kDenied, logged, unless
/// two enrolled officers of different roles (label `role`) signed this very request; kConflict when
/// it was used; kNotFound when no row belongs to the token. A failure releases nothing.
Result<Json> Reidentify(StateFolder& state,
                        const std::string& request_text,
                        const std::vector<OfficerSignature>& signatures,
                        const ReidentifyTools& tools,
                        PersonalText& values);

}  // namespace signet::coordinator
