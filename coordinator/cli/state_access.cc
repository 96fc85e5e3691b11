#include "coordinator/cli/state_access.h"

#include <filesystem>
#include <map>
#include <memory>
#include <pwd.h>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "coordinator/cli/console.h"
#include "crypto/base/file.h"

namespace signet::coordinator {

Result<std::map<std::string, std::string>> ParseParams(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> params;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Invalid("parameters are written name=value").WithRemedy("for example -p data=DIR");
    }
    params[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return params;
}

Result<std::unique_ptr<StateFolder>> OpenState(const std::string& path,
                                               Clock& clock,
                                               Entropy& entropy) {
  return StateFolder::Open(path, clock, entropy);
}

Result<std::unique_ptr<StateFolder>> OpenExistingState(const std::string& path,
                                                       Clock& clock,
                                                       Entropy& entropy) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(std::filesystem::path(path) / "store", ignored)) {
    return NotFound("there is no Signet state in " + path)
        .WithRemedy("name the folder of an earlier `signet run` with --state");
  }
  return StateFolder::Open(path, clock, entropy);
}

std::string UserName() {
  struct passwd entry {};
  struct passwd* found = nullptr;
  char buffer[1024];
  const bool known = ::getpwuid_r(::geteuid(), &entry, buffer, sizeof buffer, &found) == 0;
  return known && found != nullptr ? found->pw_name : std::to_string(::geteuid());
}

void WarnAboutSwap() {
  const Result<Bytes> swaps = ReadFile("/proc/swaps");
  if (!swaps.ok()) return;
  // One line is the header.
  size_t lines = 0;
  for (const uint8_t byte : *swaps) lines += byte == '\n' ? 1 : 0;
  if (lines > 1) {
    PrintNote(
        "warning: swap is on: memory with personal data could reach a disk\n"
        "help: turn it off (swapoff -a) or encrypt it\n");
  }
}

}  // namespace signet::coordinator
