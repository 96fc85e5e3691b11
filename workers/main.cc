// signet-worker: joins a coordinator and runs its tasks, each in a process of its own.
#include <string>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "workers/agent/worker_main.h"
#ifdef SIGNET_HAS_CATALOG
#include "pipelines/catalog/run_task.h"
#endif

namespace {

signet::Result<signet::Bytes> RunOperator(signet::ByteView payload,
                                          const signet::workers::ProgressFn& progress) {
#ifdef SIGNET_HAS_CATALOG
  return signet::pipelines::RunTask(payload, progress);
#else
  static_cast<void>(progress);
  return signet::Invalid("this worker was built without operators and cannot run a payload of " +
                         std::to_string(payload.size()) + " bytes");
#endif
}

}  // namespace

int main(int argc, char** argv) {
  return signet::workers::WorkerMain(argc, argv, &RunOperator);
}
