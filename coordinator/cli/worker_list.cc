#include "coordinator/cli/worker_list.h"

#include <string>
#include <string_view>

#include "crypto/base/file.h"
#include "crypto/base/log.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

constexpr int64_t kLookMicros = 1'000'000;

Result<std::set<workers::CurvePublicKey>> KeysIn(const std::filesystem::path& file) {
  std::set<workers::CurvePublicKey> keys;
  const Result<Bytes> bytes = ReadFile(file);
  if (bytes.status().code() == StatusCode::kNotFound) return keys;
  if (!bytes.ok()) return bytes.status();
  int number = 0;
  for (const std::string& line : Split(AsText(*bytes), '\n')) {
    ++number;
    const std::string_view text = Trim(line);
    // Z85 knows '#', so only a whole line can be a comment.
    if (text.empty() || text.substr(0, 2) == "# ") continue;
    const std::string_view key = text.substr(0, text.find_first_of(" \t"));
    const Result<workers::CurvePublicKey> read = workers::CurvePublicKey::FromText(key);
    if (!read.ok()) {
      return Invalid(file.string() + ":" + std::to_string(number) + ": no worker's public key")
          .WithRemedy("a line reads 'KEY NAME', the key as the worker printed it");
    }
    keys.insert(*read);
  }
  return keys;
}

}  // namespace

Result<std::vector<workers::CurvePublicKey>> WorkerList::Read() {
  ASSIGN_OR_RETURN(known_, KeysIn(file_));
  return std::vector<workers::CurvePublicKey>(known_.begin(), known_.end());
}

void WorkerList::Follow(Coordinator& coordinator, Clock& clock) {
  const int64_t now = clock.MonotonicMicros();
  if (now - looked_ < kLookMicros) return;
  looked_ = now;
  const Result<std::set<workers::CurvePublicKey>> keys = KeysIn(file_);
  if (!keys.ok()) {
    if (!told_) {
      Log(LogLevel::kWarning, "worker list not read", Json::Of({{"why", keys.status().message()}}));
    }
    told_ = true;
    return;
  }
  told_ = false;
  for (const workers::CurvePublicKey& key : *keys) {
    if (known_.count(key) == 0) coordinator.Enrol(key);
  }
  for (const workers::CurvePublicKey& key : known_) {
    if (keys->count(key) == 0) coordinator.Expel(key);
  }
  known_ = *keys;
}

}  // namespace signet::coordinator
