/// CHECK: assertions that stay on; a failed one is a bug of Signet and ends the process.
#pragma once

#include <string>

namespace signet {

/// Prints `expression` with its place and the facts, then aborts with exit code 70's meaning (bug).
[[noreturn]] void CheckFailed(const char* expression,
                              const char* file,
                              int line,
                              const std::string& facts = {});

}  // namespace signet

/// Guards what only a bug could break. Never pass a record's text as a fact.
#define CHECK(expression)                                                      \
  do {                                                                         \
    if (!(expression)) ::signet::CheckFailed(#expression, __FILE__, __LINE__); \
  } while (false)

/// CHECK with facts (numbers, names of ours) that help to find the bug.
#define CHECK_FACTS(expression, facts)                                                  \
  do {                                                                                  \
    if (!(expression)) ::signet::CheckFailed(#expression, __FILE__, __LINE__, (facts)); \
  } while (false)
