/// Changes one bit of an open file, as a failing disk or a forger does.
#pragma once

#include <cstdint>

namespace signet::testing_support {

/// Flips the lowest bit of the byte at `at`; false if there is none or it cannot be written. (A
/// fixed byte written over sealed ones would be the one that is there once in 256 times.)
bool FlipBit(int descriptor, int64_t at);

}  // namespace signet::testing_support
