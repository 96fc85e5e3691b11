/// What this process takes at most from a moment on.
#pragma once

#include <fstream>
#include <string>

namespace signet::testing_support {

/// Counts from its own making; one at a time in a process.
class PeakMemory {
 public:
  PeakMemory() {
    std::ofstream("/proc/self/clear_refs") << "5";
    before_ = StatusMb("VmRSS");
  }
  /// Resident megabytes at the peak, beyond those at the beginning.
  [[nodiscard]] double Megabytes() const { return StatusMb("VmHWM") - before_; }

 private:
  /// A line of /proc/self/status.
  static double StatusMb(const std::string& name) {
    std::ifstream status("/proc/self/status");
    std::string key;
    while (status >> key) {
      double kilobytes = 0;
      if (key == name + ":" && status >> kilobytes) return kilobytes / 1024;
    }
    return 0;
  }

  double before_ = 0;
};

}  // namespace signet::testing_support
