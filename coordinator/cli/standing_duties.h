/// StandingDuties: what a standing coordinator does beside its runs, between the turns of its loop.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "coordinator/binding/state_folder.h"
#include "coordinator/cli/worker_list.h"
#include "coordinator/dispatch/coordinator.h"
#include "coordinator/keys/enrolment_door.h"
#include "crypto/base/clock.h"
#include "crypto/base/pace.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// Follows the list of workers, answers newcomers, takes servers' reports of reads into the log,
/// notices settings that changed, tells whom the network's door refused, and signs a checkpoint
/// when the log has grown. Belongs to the loop's thread, and acts only where no write of the loop
/// is under way.
class StandingDuties {
 public:
  static constexpr int64_t kFoldSeconds = 2;
  static constexpr int64_t kSettingsSeconds = 5;
  static constexpr int64_t kCheckpointSeconds = 10;
  static constexpr int64_t kRefusalsSeconds = 60;  ///< at most an entry in so long

  /// The references must outlive the duties.
  StandingDuties(StateFolder& state, Coordinator& coordinator, WorkerList& list, Clock& clock)
      : state_(state), coordinator_(coordinator), list_(list), clock_(clock) {}

  /// Tells the log that a coordinator took hold of the state, with `runs` to take up.
  Status Begin(size_t runs);
  /// Opens the enrolment door at `endpoint` ("tcp://ADDRESS:PORT").
  Status OpenDoor(const std::string& endpoint, const workers::CurveKeyPair& identity);
  [[nodiscard]] std::string door() const { return door_ ? door_->endpoint() : std::string(); }

  /// What is due now. What fails is told once and tried again.
  void Turn();

 private:
  void Told(const char* what, const Status& status);
  /// The keys that the workers' door refused: how often, and which revoked members they were of.
  Status NoteRefusals();

  StateFolder& state_;
  Coordinator& coordinator_;
  WorkerList& list_;
  Clock& clock_;
  std::unique_ptr<EnrolmentDoor> door_;
  Pace folded_{kFoldSeconds};
  Pace settings_{kSettingsSeconds};
  Pace signed_{kCheckpointSeconds};
  Pace refusals_{kRefusalsSeconds};
  workers::Refusals refused_;  ///< not told yet
  std::string failing_;        ///< what was told last
};

}  // namespace signet::coordinator
