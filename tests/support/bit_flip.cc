#include "tests/support/bit_flip.h"

#include <unistd.h>

namespace signet::testing_support {

bool FlipBit(int descriptor, int64_t at) {
  char byte = 0;
  if (::pread(descriptor, &byte, 1, at) != 1) return false;
  byte = static_cast<char>(byte ^ 1);
  return ::pwrite(descriptor, &byte, 1, at) == 1;
}

}  // namespace signet::testing_support
