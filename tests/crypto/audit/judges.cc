#include "tests/crypto/audit/judges.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "crypto/base/file.h"

namespace signet::crypto {
namespace {

constexpr const char* kGoPackages = "/usr/share/gocode";
constexpr const char* kSigstore = "@sigstore/verify@2.1.1";
constexpr const char* kNoSigstore =
    "npm could not install @sigstore/verify@2.1.1 (does the registry not answer?)";

bool Runs(const std::string& command) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

}  // namespace

Result<std::unique_ptr<Judge>> Judge::Go() {
  if (!Runs("command -v go")) return NotFound("go is absent");
  const std::filesystem::path packages = kGoPackages;
  if (!std::filesystem::exists(packages / "src/golang.org/x/mod/sumdb/tlog")) {
    return NotFound("Debian's golang-golang-x-mod-dev is absent");
  }
  std::unique_ptr<Judge> judge(new Judge("Go"));
  judge->command_ = judge->Path("judge");
  const std::string build =
      "GO111MODULE=off GOFLAGS= GOTOOLCHAIN=local GOPATH=" + packages.string() + " go build -o " +
      judge->command_ + " tests/crypto/transparency/judge/main.go";
  if (!Runs(build)) return Internal("the judge in Go does not build");
  return judge;
}

Result<std::unique_ptr<Judge>> Judge::Sigstore() {
  if (!Runs("command -v npm")) return NotFound("npm is absent");
  std::unique_ptr<Judge> judge(new Judge("sigstore"));
  const std::string folder = judge->scratch_.path().string();
  if (!Runs("cd '" + folder + "' && timeout 90 npm install --no-audit --no-fund --ignore-scripts " +
            kSigstore)) {
    return NotFound(kNoSigstore);
  }
  const std::string script = std::filesystem::absolute("tests/crypto/audit/judge/sigstore.js");
  judge->command_ = "node '" + script + "' '" + folder + "'";
  return judge;
}

Result<Json> Judge::Ask(const Json& question) const {
  TRY(WriteFileAtomically(Path("question"), AsBytes(question.Dump())));
  const std::string command = command_ + " <" + Path("question") + " >" + Path("answer");
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
  if (std::system(command.c_str()) != 0) return Internal("the judge failed");
  ASSIGN_OR_RETURN(const Bytes answer, ReadFile(Path("answer")));
  return Json::Parse(AsText(answer));
}

}  // namespace signet::crypto
