/// A state with partitions and a desk whose persons have no rows: no worker is needed.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "coordinator/requests/rights_desk.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {

class DeskWorld : public StateWorld {
 protected:
  void SetUp() override {
    StateWorld::SetUp();
    ASSERT_TRUE(state_->FixPartitions(2).ok());
    MakeDesk();
  }
  void MakeDesk() {
    ledger_ = std::make_unique<LedgerBook>(*state_);
    ASSERT_TRUE(ledger_->LoadVersion().ok());
    desk_ = std::make_unique<RightsDesk>(
        *state_,
        *ledger_,
        [this](const RunSpec&, RunBinder&) -> Result<RunView> {
          ++runs_;
          return Unavailable("no worker");
        },
        [this] { return RunId("20261122t033831-" + std::to_string(++ids_)); });
  }
  /// As after a crash: everything in memory is gone.
  void Restart() {
    desk_.reset();
    ledger_.reset();
    Reopen();
    MakeDesk();
  }
  static LocatedSubject Person(uint8_t n) {
    LocatedSubject person;
    person.subject.value[15] = n;
    person.subject.value[3] = n;
    person.subjects = {person.subject};
    Uuid link{};
    link[0] = n;
    person.links = {link};
    return person;
  }
  [[nodiscard]] policies::SubjectState StateOf(const LocatedSubject& person) {
    const auto partition = static_cast<int>(PartitionOf(person.subject, 2));
    return ledger_->Partition(partition).value()->StateOf(person.subject);
  }
  /// Entries of that type in the log.
  [[nodiscard]] int EntriesOf(const std::string& type) {
    int count = 0;
    const Status scanned =
        state_->audit().reader().Scan(0, [&](uint64_t, ByteView entry) -> Status {
          count += AsText(entry).find("\"" + type + "\"") != std::string_view::npos ? 1 : 0;
          return OkStatus();
        });
    EXPECT_TRUE(scanned.ok());
    return count;
  }
  static Asked For(policies::Right right) {
    Asked asked;
    asked.right = right;
    asked.law = "gdpr";
    return asked;
  }

  std::unique_ptr<LedgerBook> ledger_;
  std::unique_ptr<RightsDesk> desk_;
  int runs_ = 0;
  int ids_ = 0;
};

}  // namespace signet::coordinator
