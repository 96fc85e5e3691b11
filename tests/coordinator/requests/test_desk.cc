// signet-test-desk STATE RIGHT LOOKS: asks for a right of some person and dies at that look at the
// clock. 0: it lived; FatalClock::kDied: it died as told; anything else: it failed.
//
// A program of its own and no fork of the test: a child forked from a process with threads may only
// call what is async-signal-safe (POSIX, fork), and this opens a store, which starts threads.
#include <cstdio>
#include <string>
#include <unistd.h>

#include "crypto/base/text.h"
#include "policies/rights/right.h"
#include "tests/coordinator/requests/dying_desk.h"

namespace signet::coordinator {
namespace {

LocatedSubject SomePerson() {
  LocatedSubject person;
  person.subject.value[15] = 7;
  person.subjects = {person.subject};
  Uuid link{};
  link[0] = 7;
  person.links = {link};
  return person;
}

Status Ask(const std::string& path, const std::string& right, const std::string& looks) {
  Asked asked;
  ASSIGN_OR_RETURN(asked.right, policies::RightFromName(right));
  asked.law = "gdpr";
  ASSIGN_OR_RETURN(const int64_t calls, IntegerFromText(looks));
  DyingDesk opened(path);
  TRY(opened.ledger.LoadVersion());
  opened.clock.Arm(static_cast<int>(calls));
  TRY(opened.desk.Ask(SomePerson(), asked).status());
  ::_exit(0);  // nothing is closed: what was answered must be durable by now
}

}  // namespace
}  // namespace signet::coordinator

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: signet-test-desk STATE RIGHT LOOKS\n", stderr);
    return 2;
  }
  const signet::Status failed = signet::coordinator::Ask(argv[1], argv[2], argv[3]);
  std::fprintf(stderr, "%s\n", failed.ToString().c_str());
  return 1;
}
