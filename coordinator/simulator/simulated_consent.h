/// Consent under faults: people withdraw while tasks run, and what is committed must heed it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "coordinator/simulator/checkers.h"
#include "crypto/store/kv_store.h"

namespace signet::coordinator {

/// The people, a bit each.
inline constexpr int kPeople = 8;

/// Those who consent, as the store has it; everybody at first.
uint64_t ConsentIn(crypto::KvStore& store);
/// The write after which those consent.
void PutConsent(uint64_t people, crypto::WriteBatch& batch);

/// "run/step/task|203": the result of a task that names people.
std::string ResultNaming(const std::string& task, uint64_t people);
/// The task of a result.
std::string_view TaskOfResult(std::string_view result);
/// The people that a result names; nothing for one of a task that names none.
std::optional<uint64_t> PeopleOfResult(std::string_view result);

/// A store that sees each write in the order in which it happens: no effect may name somebody who
/// had withdrawn by then.
class ConsentWatch final : public crypto::KvStore {
 public:
  /// Both must outlive it.
  ConsentWatch(crypto::KvStore& under, Verdicts& verdicts) : under_(under), verdicts_(verdicts) {}

  Result<std::optional<Bytes>> Get(std::string_view key) override { return under_.Get(key); }
  Status Write(const crypto::WriteBatch& batch, crypto::Durability durability) override;
  using KvStore::Scan;
  Status Scan(std::string_view prefix,
              std::string_view from,
              const crypto::ScanVisitor& visit) override {
    return under_.Scan(prefix, from, visit);
  }
  [[nodiscard]] int changes() const { return changes_; }

 private:
  crypto::KvStore& under_;
  Verdicts& verdicts_;
  uint64_t consenting_ = (uint64_t{1} << kPeople) - 1;
  int changes_ = 0;
};

}  // namespace signet::coordinator
