#include "coordinator/binding/signal_book.h"

#include <optional>

#include "crypto/base/text.h"
#include "crypto/pseudonym/suppression_hasher.h"

namespace signet::coordinator {
namespace {

constexpr std::string_view kPrefix = "gpc/pending/";
constexpr const char* kSource = "api.gpc";

std::string KeyOf(std::string_view value) {
  return std::string(kPrefix) + std::string(value);
}

}  // namespace

Result<size_t> SignalBook::Count() {
  size_t count = 0;
  TRY(state_.store().Scan(kPrefix, [&count](std::string_view, ByteView) {
    ++count;
    return OkStatus();
  }));
  return count;
}

Status SignalBook::Keep(std::span<const Uuid> links, Timestamp now, crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const size_t there, Count());
  if (there + links.size() > kSignalsMax) {
    return Exhausted("too many signals of unknown browsers are kept")
        .WithRemedy("run the pipelines that tell whose they are");
  }
  const SecretBytes key = state_.vault().SuppressionKey();
  const crypto::SuppressionHasher hasher(key);
  for (const Uuid& link : links) {
    const std::string record = KeyOf(UuidText(hasher.Of(link)));
    ASSIGN_OR_RETURN(const std::optional<Bytes> earlier, state_.store().Get(record));
    if (!earlier) batch.Put(record, std::to_string(now.micros));
  }
  return OkStatus();
}

Status SignalBook::Renew(const crypto::CoverChange& change, crypto::WriteBatch& batch) {
  return state_.store().Scan(kPrefix, [&](std::string_view key, ByteView time) -> Status {
    ASSIGN_OR_RETURN(const Uuid value, UuidFromText(key.substr(kPrefix.size())));
    batch.Delete(std::string(key));
    batch.Put(KeyOf(UuidText(change.Of(value))), Bytes(time.begin(), time.end()));
    return OkStatus();
  });
}

Result<Json> SignalBook::ForResolve() {
  Json list{Json::Array()};
  TRY(state_.store().Scan(kPrefix, [&list](std::string_view key, ByteView value) -> Status {
    ASSIGN_OR_RETURN(const int64_t micros, IntegerFromText(AsText(value)));
    Json signal{Json::Array()};
    signal.Push(key.substr(kPrefix.size()));
    signal.Push(micros);
    list.Push(std::move(signal));
    return OkStatus();
  }));
  return list;
}

Result<std::vector<KnownSignal>> SignalBook::FromResult(const Json& list) {
  std::vector<KnownSignal> signals;
  signals.reserve(list.size());
  for (const Json& item : list.items()) {
    KnownSignal signal;
    signal.value = item["value"].AsString();
    ASSIGN_OR_RETURN(signal.subject.value, UuidFromText(item["subject"].AsString()));
    signal.time = Timestamp{item["time"].AsInt()};
    signals.push_back(std::move(signal));
  }
  return signals;
}

policies::Fact SignalBook::Take(const KnownSignal& signal, crypto::WriteBatch& batch) {
  batch.Delete(KeyOf(signal.value));
  policies::Fact fact;
  fact.kind = policies::Fact::kGpc;
  fact.value = "true";
  fact.source = kSource;
  fact.time_micros = signal.time.micros;
  fact.subject = signal.subject;
  return fact;
}

}  // namespace signet::coordinator
