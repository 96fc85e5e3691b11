/// WorkerList: the file that says which workers may join from other machines.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <vector>

#include "coordinator/dispatch/coordinator.h"
#include "crypto/base/clock.h"
#include "crypto/base/status.h"
#include "workers/transport/curve.h"

namespace signet::coordinator {

/// Lines "KEY NAME": a CURVE public key (40 characters of Z85), then a name for people; '#' begins
/// a comment line. Read again when it changes: new keys may join, keys that are gone are expelled.
class WorkerList {
 public:
  explicit WorkerList(std::filesystem::path file) : file_(std::move(file)) {}

  /// Empty when there is no file; kInvalid with the line's number.
  Result<std::vector<workers::CurvePublicKey>> Read();
  /// Enrols and expels what changed since; looks at most once a second. A file that does not read
  /// is told about once and changes nothing.
  void Follow(Coordinator& coordinator, Clock& clock);

 private:
  std::filesystem::path file_;
  std::set<workers::CurvePublicKey> known_;
  int64_t looked_ = 0;
  bool told_ = false;
};

}  // namespace signet::coordinator
