/// Status and Result<T>: how every function of ours reports what the world can do to it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/base/check.h"

namespace signet {

/// Codes, by who can react.
enum class StatusCode {
  kOk,
  kInvalid,  ///< the caller fixes the input
  kNotFound,
  kConflict,
  kDenied,          ///< policy said no; carries the rule id; audited
  kExhausted,       ///< a limit was reached
  kUnavailable,     ///< retry with backoff
  kUnknownOutcome,  ///< it may have happened: retry only with the same request id
  kCorrupt,         ///< a tag, hash or signature failed
  kCancelled,
  kInternal,
};

/// The code's stable name, e.g. "invalid".
std::string_view StatusCodeName(StatusCode code);
/// Inverse of StatusCodeName; kInternal for a name nobody knows.
StatusCode StatusCodeFromName(std::string_view name);
/// Whether a retry can help: a function of the code alone.
bool IsRetryable(StatusCode code);
/// The command line's exit code (DESIGN section 10): 0 ok, 1 bad input, 3 denied, 4 unavailable,
/// 5 corrupt, 70 bug.
int ExitCode(StatusCode code);

/// Success, or a code with a message a user can act on. Messages never hold record contents.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message);

  [[nodiscard]] bool ok() const { return code_ == StatusCode::kOk; }
  [[nodiscard]] StatusCode code() const { return code_; }
  [[nodiscard]] const std::string& message() const { return message_; }
  /// The stable diagnostic code such as "SIG-1204" (see policies/document), or empty.
  [[nodiscard]] const std::string& diagnostic() const { return diagnostic_; }
  /// What the user can do about it, or empty.
  [[nodiscard]] const std::string& remedy() const { return remedy_; }

  /// The same status with a diagnostic code.
  [[nodiscard]] Status WithDiagnostic(std::string diagnostic) const;
  [[nodiscard]] Status WithRemedy(std::string remedy) const;
  /// The same status with `context: ` before its message; ok stays ok.
  [[nodiscard]] Status WithContext(std::string_view context) const;
  /// "invalid: message", for logs.
  [[nodiscard]] std::string ToString() const;

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
  std::string diagnostic_;
  std::string remedy_;
};

inline Status OkStatus() {
  return {};
}
inline Status Invalid(std::string m) {
  return {StatusCode::kInvalid, std::move(m)};
}
inline Status NotFound(std::string m) {
  return {StatusCode::kNotFound, std::move(m)};
}
inline Status Conflict(std::string m) {
  return {StatusCode::kConflict, std::move(m)};
}
inline Status Denied(std::string m) {
  return {StatusCode::kDenied, std::move(m)};
}
inline Status Exhausted(std::string m) {
  return {StatusCode::kExhausted, std::move(m)};
}
inline Status Unavailable(std::string m) {
  return {StatusCode::kUnavailable, std::move(m)};
}
inline Status UnknownOutcome(std::string m) {
  return {StatusCode::kUnknownOutcome, std::move(m)};
}
inline Status Corrupt(std::string m) {
  return {StatusCode::kCorrupt, std::move(m)};
}
inline Status Cancelled(std::string m) {
  return {StatusCode::kCancelled, std::move(m)};
}
inline Status Internal(std::string m) {
  return {StatusCode::kInternal, std::move(m)};
}

/// A value, or the Status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(Status status) : status_(std::move(status)) {  // NOLINT(google-explicit-constructor)
    CHECK(!status_.ok());
  }
  Result(T value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return value_.has_value(); }
  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] const T& value() const& {
    CHECK_FACTS(ok(), status_.ToString());
    return *value_;
  }
  [[nodiscard]] T& value() & {
    CHECK_FACTS(ok(), status_.ToString());
    return *value_;
  }
  [[nodiscard]] T&& value() && {
    CHECK_FACTS(ok(), status_.ToString());
    return *std::move(value_);
  }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

 private:
  Status status_;
  std::optional<T> value_;
};

}  // namespace signet

#define SIGNET_CONCAT_INNER(a, b) a##b
#define SIGNET_CONCAT(a, b) SIGNET_CONCAT_INNER(a, b)

/// Returns from the enclosing function when `expression` (a Status) is not ok.
#define TRY(expression)                                                                           \
  do {                                                                                            \
    if (::signet::Status signet_status = (expression); !signet_status.ok()) return signet_status; \
  } while (false)

#define SIGNET_ASSIGN_OR_RETURN(result, target, expression) \
  auto result = (expression);                               \
  if (!result.ok()) return result.status();                 \
  target = std::move(result).value()

/// Assigns the value of `expression` (a Result) to `target`, or returns its Status.
#define ASSIGN_OR_RETURN(target, expression) \
  SIGNET_ASSIGN_OR_RETURN(SIGNET_CONCAT(signet_result_, __LINE__), target, expression)
