/// How a stage names, documents and strictly reads its options, and the moments they speak of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::pipelines {

/// One option of a stage, for the JSON Schema and the reference page.
struct OptionDoc {
  std::string name;  ///< the YAML key; nested keys as "label.window"; "events.*" = any name
  std::string type;  ///< text, integer, number, boolean, duration, moment, column, expression,
                     ///< input, list of X, map of X, one of a|b
  std::string unit;  ///< "days", "share", ...; empty when there is none
  std::string default_text;  ///< as written in YAML; empty: none; "required": must be given
  std::string text;          ///< one sentence
};

/// Seconds in "45s", "30m", "12h", "90d" or "2w" (a positive whole number and one unit).
Result<int64_t> DurationSeconds(std::string_view text);
/// "90d", "36h", "45s": the largest unit (day, hour, minute, second) that divides it.
std::string DurationText(int64_t seconds);
/// Resolves "as_of", "as_of - 90d", "as_of + 2h", "2026-01-31" or "2026-01-31T08:00:00Z".
Result<Timestamp> ResolveMoment(std::string_view text, Timestamp as_of);
/// "TIMESTAMP '2026-01-31 00:00:00'": a moment as an SQL literal (UTC).
std::string TimestampSql(Timestamp moment);

/// Reads one map of options; the first problem is kept and told by Finish, as is any key that
/// nobody asked for ("did you mean"). Numbers and booleans may arrive as text.
class OptionReader {
 public:
  /// `where` names the map in messages: "features: events.orders".
  OptionReader(std::string where, const Json& map);

  std::string Text(std::string_view key, std::string otherwise = "");
  std::string RequiredText(std::string_view key);
  /// One of `allowed`; the first is the default when the key is absent.
  std::string OneOf(std::string_view key, const std::vector<std::string>& allowed);
  int64_t Integer(std::string_view key, int64_t otherwise, int64_t low, int64_t high);
  double Number(std::string_view key, double otherwise, double low, double high);
  std::optional<double> OptionalNumber(std::string_view key);
  bool Boolean(std::string_view key, bool otherwise);
  /// Seconds; `otherwise` as text, empty for "none" (0).
  int64_t Duration(std::string_view key, std::string_view otherwise);
  std::vector<std::string> Texts(std::string_view key);
  /// The value as it is (null when absent): for nested maps.
  const Json& Map(std::string_view key);
  const Json& List(std::string_view key);
  [[nodiscard]] bool Has(std::string_view key) const { return map_.Has(key); }

  /// Records a problem of the caller's own.
  void Fail(std::string message);
  /// The first problem, an unknown key, or ok.
  [[nodiscard]] Status Finish() const;

 private:
  const Json& Take(std::string_view key);

  std::string where_;
  const Json& map_;
  std::vector<std::string> known_;
  std::string problem_;
};

}  // namespace signet::pipelines
