/// RequestClock: warns before the law's term for an answer is over, and when it is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "policies/rights/request.h"

namespace signet::coordinator {

/// One request whose term is near its end, or over. Not personal.
struct DueWarning {
  std::string request;
  std::string right;
  Timestamp due;
  bool late = false;

  /// {event: "right.due", request, right, due, late}: what hooks are told.
  [[nodiscard]] Json ToJson() const;
};

/// How a request stands against its clock: {days_left, late}, days rounded down; {} once answered.
Json ClockOf(const policies::RightsRequest& request, Timestamp now);

/// Tells each open request twice at most, near its end and once late: an entry of the log and the
/// mark "request-clock/<request>" in one write, so that no restart tells it again. Belongs to one
/// thread.
class RequestClock {
 public:
  /// So many days before the end a request is near it.
  static constexpr int64_t kWarnDays = 7;

  explicit RequestClock(StateFolder& state) : state_(state) {}

  /// What is to be told now, and was not.
  Result<std::vector<DueWarning>> Warn();
  /// What the hook is to be told now, and was not, whoever else was told: a command that somebody
  /// runs on the state tells its terminal, not the hook. Each once, like Warn; nothing without one.
  Result<std::vector<DueWarning>> ForHook();
  /// Where warnings are posted (http or https); empty: nowhere.
  Status SetHook(const std::string& url, const std::string& actor);
  Result<std::string> Hook();

 private:
  StateFolder& state_;
};

}  // namespace signet::coordinator
