/// CountGate: the numbers of one answer, which stand in it only if all may be told together.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "policies/disclosure/difference_ledger.h"

namespace signet::coordinator {

/// Says which of the statements may be told, and has taken note of those, durably
/// (DisclosureBook::Tell).
using AskLedger =
    std::function<Result<std::vector<bool>>(const std::vector<policies::CountStatement>&)>;

/// While an answer is made, places are put where its numbers will stand; at the end the ledger of
/// what was told is asked once for all of them.
class CountGate {
 public:
  CountGate(int64_t min_group, std::string recipient, int64_t now_micros)
      : min_group_(min_group), recipient_(std::move(recipient)), now_micros_(now_micros) {}

  /// A place for `value`, a count of people or of their rows, which is about `people`: text at once
  /// when they are fewer than the minimum group. The same `group` always means the same question.
  [[nodiscard]] Json Place(const std::string& group, int64_t people, int64_t value);
  /// `answer` with a number, or why it is withheld, in each place.
  Result<Json> Fill(const Json& answer, const AskLedger& ask) const;

 private:
  int64_t min_group_;
  std::string recipient_;
  int64_t now_micros_;
  std::vector<policies::CountStatement> statements_;
};

}  // namespace signet::coordinator
