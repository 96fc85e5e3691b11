#include "crypto/base/check.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace signet {

void CheckFailed(const char* expression, const char* file, int line, const std::string& facts) {
  std::fprintf(
      stderr, "bug: CHECK(%s) failed at %s:%d %s\n", expression, file, line, facts.c_str());
  std::fflush(stderr);
  std::abort();
}

}  // namespace signet
