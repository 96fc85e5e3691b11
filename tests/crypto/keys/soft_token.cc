#include "tests/crypto/keys/soft_token.h"

#include <stdlib.h>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/support/process.h"

namespace signet::crypto::token_testing {
namespace {

#ifdef SIGNET_SOFTHSM2_MODULE
constexpr const char* kModule = SIGNET_SOFTHSM2_MODULE;
constexpr const char* kUtil = SIGNET_SOFTHSM2_UTIL;
#else
constexpr const char* kModule = "";
constexpr const char* kUtil = "";
#endif

}  // namespace

bool SoftToken::Available() {
  return *kModule != '\0';
}

std::filesystem::path SoftToken::Module() {
  return kModule;
}

SoftToken::SoftToken() {
  std::filesystem::create_directory(scratch_.path() / "tokens");
  const std::filesystem::path config = scratch_.path() / "softhsm2.conf";
  EXPECT_TRUE(WriteFileAtomically(
                  config,
                  AsBytes("directories.tokendir = " + (scratch_.path() / "tokens").string() +
                          "\nobjectstore.backend = file\nlog.level = ERROR\n"))
                  .ok());
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
  ::setenv("SOFTHSM2_CONF", config.c_str(), 1);
  testing_support::ProcessOptions options;
  options.arguments = {"--init-token", "--free", "--label", kTokenLabel, "--so-pin", "5678123"};
  options.arguments.insert(options.arguments.end(), {"--pin", kTokenPin});
  const auto made =
      testing_support::RunProcess(kUtil, options, testing_support::Process::Seconds(30));
  EXPECT_EQ(made.exit_code, 0) << made.out << made.err;
}

SoftToken::~SoftToken() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
  ::unsetenv("SOFTHSM2_CONF");
}

std::shared_ptr<Pkcs11Token> SoftToken::Open() const {
  auto token = Pkcs11Token::Open(kModule, kTokenLabel, SecretBytes::CopyOf(AsBytes(kTokenPin)));
  EXPECT_TRUE(token.ok()) << token.status().ToString();
  return token.ok() ? std::shared_ptr<Pkcs11Token>(std::move(token).value()) : nullptr;
}

}  // namespace signet::crypto::token_testing
