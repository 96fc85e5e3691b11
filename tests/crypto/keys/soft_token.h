/// A SoftHSM2 token of a test's own, in a scratch folder.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "crypto/keys/pkcs11_token.h"
#include "tests/support/environment.h"

namespace signet::crypto::token_testing {

inline constexpr const char* kTokenPin = "846291";
inline constexpr const char* kTokenLabel = "signet-test";

/// Makes the token with softhsm2-util and points SoftHSM at it ($SOFTHSM2_CONF). One at a time.
class SoftToken {
 public:
  /// Whether SoftHSM2 is installed (Debian's softhsm2): callers GTEST_SKIP otherwise.
  static bool Available();
  static std::filesystem::path Module();

  SoftToken();
  ~SoftToken();
  SoftToken(const SoftToken&) = delete;
  SoftToken& operator=(const SoftToken&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const { return scratch_.path(); }
  /// A new session with the token.
  [[nodiscard]] std::shared_ptr<Pkcs11Token> Open() const;

 private:
  testing_support::ScratchFolder scratch_;
};

}  // namespace signet::crypto::token_testing
