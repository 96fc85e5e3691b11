#include "coordinator/dispatch/coordinator.h"

#include <memory>
#include <utility>

#include "coordinator/dispatch/dispatcher.h"

namespace signet::coordinator {

namespace {

Status CheckOptions(const CoordinatorOptions& options) {
  if (options.heartbeat_ms < 10 || options.worker_silence_ms_max < 2 * options.heartbeat_ms) {
    return Invalid("a worker must be allowed to be silent for at least two heartbeats");
  }
  if (options.journal_entries_max < 1) return Invalid("journal_entries_max must be at least 1");
  return OkStatus();
}

}  // namespace

Result<std::unique_ptr<Coordinator>> Coordinator::Open(CoordinatorOptions options,
                                                       const workers::CurveKeyPair& identity,
                                                       crypto::KvStore& store,
                                                       Clock& clock,
                                                       Entropy& entropy) {
  TRY(CheckOptions(options));
  if (options.allowed_workers.empty() && !options.expect_enrolment) {
    return Invalid("the coordinator has no allow-list of workers, and so nobody could be kept out")
        .WithRemedy("enrol a worker's key with `signet keys enrol`");
  }
  ASSIGN_OR_RETURN(std::unique_ptr<workers::CurveServerChannel> channel,
                   workers::ListenWithCurve(options.listen, identity, options.allowed_workers));
  if (options.seed == 0) options.seed = entropy.RandomU64();
  workers::CurveServerChannel* const curve = channel.get();
  auto dispatcher = std::make_unique<Dispatcher>(options, std::move(channel), curve, store, clock);
  TRY(dispatcher->Recover());
  return std::unique_ptr<Coordinator>(std::move(dispatcher));
}

Result<std::unique_ptr<Coordinator>> Coordinator::OpenOn(
    CoordinatorOptions options,
    std::unique_ptr<workers::ServerChannel> channel,
    crypto::KvStore& store,
    Clock& clock,
    Entropy& entropy) {
  TRY(CheckOptions(options));
  if (options.seed == 0) options.seed = entropy.RandomU64();
  auto dispatcher =
      std::make_unique<Dispatcher>(options, std::move(channel), nullptr, store, clock);
  TRY(dispatcher->Recover());
  return std::unique_ptr<Coordinator>(std::move(dispatcher));
}

}  // namespace signet::coordinator
