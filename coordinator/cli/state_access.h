/// What commands share: parameters, and opening a state with the right words when it fails.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// "name=value" texts to a map; kInvalid with the text's name.
Result<std::map<std::string, std::string>> ParseParams(const std::vector<std::string>& texts);
/// Opens (or makes) the state for changes.
Result<std::unique_ptr<StateFolder>> OpenState(const std::string& path,
                                               Clock& clock,
                                               Entropy& entropy);
/// Opens a state that must exist.
Result<std::unique_ptr<StateFolder>> OpenExistingState(const std::string& path,
                                                       Clock& clock,
                                                       Entropy& entropy);
/// The user who runs this program.
std::string UserName();
/// Warns on stderr when swap is on: pages of this process could reach a disk in plain.
void WarnAboutSwap();

}  // namespace signet::coordinator
