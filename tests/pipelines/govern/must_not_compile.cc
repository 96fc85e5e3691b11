// Compiled twice by ctest: as it is it must compile; with SIGNET_FORGE it must not.
#include "pipelines/govern/governed_dataset.h"

namespace signet::pipelines {

std::string TableOf(const GovernedDataset& governed) {
  return governed.table();
}

#ifdef SIGNET_FORGE
GovernedDataset Forge() {
  return GovernedDataset(GatePass(), "out", nullptr, Schema(), Json());
}
#endif

}  // namespace signet::pipelines
