/// DoorWiring: what the control door asks of the state beside runs: key operations and entries.
#pragma once

#include "coordinator/api/control_server.h"
#include "coordinator/api/login_book.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/dispatch/coordinator.h"
#include "crypto/audit/group_commit.h"
#include "crypto/base/clock.h"

namespace signet::coordinator {

/// The door's threads record through one GroupCommit, which the loop's thread writes: all that wait
/// in the same turn share one write and one sync.
class DoorWiring {
 public:
  /// The references must outlive the wiring, and the wiring the server.
  DoorWiring(StateFolder& state, Coordinator& coordinator, Clock& clock);
  void Wire(ControlServerOptions& options);

 private:
  StateFolder& state_;
  crypto::GroupCommit events_;
  LoginBook logins_;
};

}  // namespace signet::coordinator
