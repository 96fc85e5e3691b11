#include "coordinator/cli/door_wiring.h"

#include <functional>
#include <string>
#include <utility>

#include "coordinator/keys/key_calls.h"

namespace signet::coordinator {
namespace {

/// A door that cannot record answers all the same.
constexpr int64_t kPatienceMillis = 5'000;

}  // namespace

DoorWiring::DoorWiring(StateFolder& state, Coordinator& coordinator, Clock& clock)
    : state_(state),
      events_(
          state.audit(),
          state.store(),
          [&coordinator](std::function<void()> action) { coordinator.Post(std::move(action)); },
          kPatienceMillis),
      logins_(events_, clock) {}

void DoorWiring::Wire(ControlServerOptions& options) {
  options.logins = &logins_;
  options.keys = [this](const std::string& who, const std::string& verb, const Json& arguments) {
    return PerformKeyCall(state_, who, verb, arguments);
  };
}

}  // namespace signet::coordinator
