/// LegalHolds: data that must be kept for a claim, whatever retention or a request says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// A hold on one dataset of a pipeline, or on all of its datasets.
struct LegalHold {
  std::string pipeline;
  std::string dataset;  ///< empty: all
  std::string reason;   ///< the claim's reference (GDPR Art. 17(3)(e)); no personal data
  std::string actor;
  Timestamp since;

  [[nodiscard]] bool Covers(const std::string& owner, const std::string& name) const;
  [[nodiscard]] Json ToJson() const;
};

/// Records in the store under "hold/<pipeline>/<dataset or *>", each change with its entry in the
/// log. Belongs to one thread.
class LegalHolds {
 public:
  explicit LegalHolds(StateFolder& state) : state_(state) {}

  /// kInvalid without a reason; the same hold again replaces its reason.
  Status Set(LegalHold hold);
  /// kNotFound when there is no such hold.
  Status Release(const std::string& pipeline, const std::string& dataset, const std::string& actor);
  Result<std::vector<LegalHold>> All();
  /// The hold that covers the dataset, if there is one.
  Result<std::optional<LegalHold>> On(const std::string& owner, const std::string& name);

 private:
  StateFolder& state_;
};

}  // namespace signet::coordinator
