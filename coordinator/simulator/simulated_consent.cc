#include "coordinator/simulator/simulated_consent.h"

#include <charconv>
#include <string>

namespace signet::coordinator {

namespace {

constexpr char kConsent[] = "consent/now";
constexpr std::string_view kEffect = "effect/";
constexpr uint64_t kEverybody = (uint64_t{1} << kPeople) - 1;

uint64_t NumberIn(std::string_view text) {
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

uint64_t ConsentIn(crypto::KvStore& store) {
  const auto stored = store.Get(kConsent);
  return stored.ok() && stored->has_value() ? NumberIn(AsText(**stored)) : kEverybody;
}

void PutConsent(uint64_t people, crypto::WriteBatch& batch) {
  batch.Put(kConsent, std::to_string(people));
}

std::string ResultNaming(const std::string& task, uint64_t people) {
  return task + "|" + std::to_string(people);
}

std::string_view TaskOfResult(std::string_view result) {
  return result.substr(0, result.find('|'));
}

std::optional<uint64_t> PeopleOfResult(std::string_view result) {
  const size_t bar = result.find('|');
  if (bar == std::string_view::npos) return std::nullopt;
  return NumberIn(result.substr(bar + 1));
}

Status ConsentWatch::Write(const crypto::WriteBatch& batch, crypto::Durability durability) {
  TRY(under_.Write(batch, durability));
  for (const crypto::WriteBatch::Operation& operation : batch.operations()) {
    if (operation.key == kConsent) {
      // A power cut may undo the first change: then there is none again.
      consenting_ = operation.value ? NumberIn(AsText(*operation.value)) : kEverybody;
      ++changes_;
    }
    if (!operation.value) continue;
    if (operation.key.compare(0, kEffect.size(), kEffect) != 0) continue;
    const std::optional<uint64_t> named = PeopleOfResult(AsText(*operation.value));
    if (named && (*named & ~consenting_) != 0) {
      verdicts_.Broken("consent: " + operation.key + " names somebody who had withdrawn");
    }
  }
  return OkStatus();
}

}  // namespace signet::coordinator
