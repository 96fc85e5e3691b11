#include "workers/transport/in_process.h"

#include "tests/workers/transport/channel_contract.h"

namespace signet::workers {
namespace {

TEST(InProcess, CarriesFramesBothWays) {
  const auto hub = InProcessHub::Create();
  const auto server = hub->Serve();
  const auto client = hub->Connect("key-1");
  TalkBothWays(*server, *client, "key-1");
}

}  // namespace
}  // namespace signet::workers
