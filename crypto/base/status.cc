#include "crypto/base/status.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace signet {
namespace {

struct CodeFacts {
  StatusCode code;
  std::string_view name;
  bool retryable;
  int exit_code;
};

constexpr std::array kCodes = {
    CodeFacts{StatusCode::kOk, "ok", false, 0},
    CodeFacts{StatusCode::kInvalid, "invalid", false, 1},
    CodeFacts{StatusCode::kNotFound, "not_found", false, 1},
    CodeFacts{StatusCode::kConflict, "conflict", false, 1},
    CodeFacts{StatusCode::kDenied, "denied", false, 3},
    CodeFacts{StatusCode::kExhausted, "exhausted", false, 1},
    CodeFacts{StatusCode::kUnavailable, "unavailable", true, 4},
    CodeFacts{StatusCode::kUnknownOutcome, "unknown_outcome", true, 4},
    CodeFacts{StatusCode::kCorrupt, "corrupt", false, 5},
    CodeFacts{StatusCode::kCancelled, "cancelled", false, 1},
    CodeFacts{StatusCode::kInternal, "internal", false, 70},
};

const CodeFacts& FactsOf(StatusCode code) {
  for (const CodeFacts& facts : kCodes) {
    if (facts.code == code) return facts;
  }
  return kCodes.back();
}

}  // namespace

std::string_view StatusCodeName(StatusCode code) {
  return FactsOf(code).name;
}

StatusCode StatusCodeFromName(std::string_view name) {
  for (const CodeFacts& facts : kCodes) {
    if (facts.name == name) return facts.code;
  }
  return StatusCode::kInternal;
}

bool IsRetryable(StatusCode code) {
  return FactsOf(code).retryable;
}
int ExitCode(StatusCode code) {
  return FactsOf(code).exit_code;
}

Status::Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

Status Status::WithDiagnostic(std::string diagnostic) const {
  Status copy = *this;
  copy.diagnostic_ = std::move(diagnostic);
  return copy;
}

Status Status::WithRemedy(std::string remedy) const {
  Status copy = *this;
  copy.remedy_ = std::move(remedy);
  return copy;
}

Status Status::WithContext(std::string_view context) const {
  if (ok()) return *this;
  Status copy = *this;
  copy.message_ = std::string(context) + ": " + message_;
  return copy;
}

std::string Status::ToString() const {
  if (ok()) return "ok";
  return std::string(StatusCodeName(code_)) + ": " + message_;
}

}  // namespace signet
