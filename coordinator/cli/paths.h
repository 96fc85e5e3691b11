/// Where the shipped files are: beside the programs, or where the environment says.
#pragma once

#include <filesystem>

namespace signet::coordinator {

/// The folder of this program's file.
std::filesystem::path ProgramFolder();
/// The shipped policies: $SIGNET_POLICIES, else ../share/signet/policies beside the programs.
std::filesystem::path BundlesFolder();

}  // namespace signet::coordinator
