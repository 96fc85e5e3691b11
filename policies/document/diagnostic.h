/// Diagnostics: located errors with a stable code, a caret and a remedy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"
#include "policies/document/mark.h"

namespace signet::policies {

struct Diagnostic {
  /// "SIG-1204", a code of the catalogue.
  std::string code;
  std::string message;
  Mark mark;
  /// What to do; empty = the catalogue's remedy.
  std::string remedy;
  /// Further places that matter ("the policy's rule"), each shown with its line.
  struct Note {
    std::string text;
    Mark mark;
  };
  std::vector<Note> notes;
};

/// The text of STYLE.md "A CLI error", ending in a newline:
///   error: unknown key 'purpos' [SIG-1204]
///     --> loyalty.yaml:31:5
///      |     purpos: analytics.churn
///      |     ^~~~~~
///   help: did you mean 'purpose'?
/// Control characters of the line are replaced, long lines are cut around the caret.
std::string Render(const Diagnostic& diagnostic);

/// Collects errors in document order; keeps at most kDiagnosticsMax and counts the rest.
class Diagnostics {
 public:
  static constexpr size_t kDiagnosticsMax = 20;

  /// `code` must be in the catalogue (a CHECK).
  void Error(std::string_view code, const Mark& mark, std::string message, std::string remedy = {});
  void Add(Diagnostic diagnostic);

  [[nodiscard]] bool ok() const { return all_.empty(); }
  [[nodiscard]] size_t count() const { return all_.size() + dropped_; }
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return all_; }

 private:
  std::vector<Diagnostic> all_;
  size_t dropped_ = 0;
};

/// Ok when there are none. Else a status whose message is the rendered text of all (it begins with
/// "error: " and is to be printed as it is), whose diagnostic() is the first code, and whose code
/// is kDenied if every error is a denial by policy, else kInvalid.
Status ToStatus(const Diagnostics& diagnostics);

}  // namespace signet::policies
