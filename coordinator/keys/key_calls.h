/// Key operations as calls to a standing coordinator, which holds the state.
#pragma once

#include <string>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// Performs `verb` with its `arguments` for `who`, on the thread of the state:
///   list    {}
///   invite  {kind, name, labels: {name: value}, valid_s}   the answer has the token, this once
///   redeem  {token, key}
///   retire  {kind, name, key}
///   revoke  {kind, name}
///   rotate  {why}
/// The answers are KeyDesk's. kInvalid for another verb.
Result<Json> PerformKeyCall(StateFolder& state,
                            const std::string& who,
                            const std::string& verb,
                            const Json& arguments);

}  // namespace signet::coordinator
