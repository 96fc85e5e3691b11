/// Verifiers that others wrote, as programs that read a question and write an answer (JSON).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "tests/support/environment.h"

namespace signet::crypto {

class Judge {
 public:
  /// Go's golang.org/x/mod/sumdb (Debian's packages).
  static Result<std::unique_ptr<Judge>> Go();
  /// npm's @sigstore/verify, installed into a scratch folder.
  static Result<std::unique_ptr<Judge>> Sigstore();

  [[nodiscard]] const std::string& name() const { return name_; }
  Result<Json> Ask(const Json& question) const;

 private:
  explicit Judge(std::string name) : name_(std::move(name)) {}
  [[nodiscard]] std::string Path(const std::string& file) const {
    return (scratch_.path() / file).string();
  }

  std::string name_;
  std::string command_;
  testing_support::ScratchFolder scratch_;
};

}  // namespace signet::crypto
