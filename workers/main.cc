// signet-worker: joins a coordinator and runs its tasks, each in a process of its own.
#include <string>
#include <utility>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "workers/agent/worker_main.h"
#ifdef SIGNET_HAS_CATALOG
#include "pipelines/catalog/run_task.h"
#endif

namespace {

#ifdef SIGNET_HAS_CATALOG
/// Engines are opened once, in the zygote; each task's process goes on with copies of its own.
class Operators {
 public:
  void Prepare() { engines_ = signet::pipelines::OpenEnginesAhead(); }
  signet::Result<signet::Bytes> Run(signet::ByteView payload,
                                    const signet::workers::ProgressFn& progress) {
    return signet::pipelines::RunTask(payload, progress, std::move(engines_.image));
  }

 private:
  signet::pipelines::EnginesAhead engines_;
};
#else
class Operators {
 public:
  void Prepare() {}
  signet::Result<signet::Bytes> Run(signet::ByteView payload,
                                    const signet::workers::ProgressFn& /*progress*/) {
    return signet::Invalid("this worker was built without operators and cannot run a payload of " +
                           std::to_string(payload.size()) + " bytes");
  }
};
#endif

}  // namespace

int main(int argc, char** argv) {
  Operators operators;
  return signet::workers::WorkerMain(
      argc,
      argv,
      [&operators](signet::ByteView payload, const signet::workers::ProgressFn& progress) {
        return operators.Run(payload, progress);
      },
      [&operators] { operators.Prepare(); });
}
