#include "coordinator/api/client_pins.h"

#include <algorithm>
#include <utility>

#include "crypto/base/file.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

constexpr std::string_view kTitle = "signet/clients/1";
constexpr size_t kFingerprintDigits = 64;
constexpr size_t kClientsMax = 20'000;

Status CheckSigned(const crypto::SignedNote& note, const std::vector<crypto::VerifierKey>& keys) {
  if (keys.empty()) return OkStatus();
  Status last;
  for (const crypto::VerifierKey& key : keys) {
    last = crypto::VerifyNote(note, key);
    if (last.ok()) return last;
  }
  return last.WithContext("the list of clients");
}

}  // namespace

Result<ClientPins> ClientPins::Read(const std::filesystem::path& serving,
                                    const std::vector<crypto::VerifierKey>& keys) {
  ClientPins pins;
  const Result<Bytes> bytes = ReadFile(serving / "clients.note");
  if (bytes.status().code() == StatusCode::kNotFound) return pins;
  if (!bytes.ok()) return bytes.status();
  ASSIGN_OR_RETURN(const crypto::SignedNote note, crypto::SignedNote::FromText(AsText(*bytes)));
  TRY(CheckSigned(note, keys));
  const std::vector<std::string> lines = Split(note.text, '\n');
  if (lines.empty() || lines.front() != kTitle || lines.size() > kClientsMax) {
    return Corrupt("the list of clients is not one");
  }
  for (size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    const std::vector<std::string> words = Split(lines[i], ' ');
    if (words.size() != 3 || words[0].size() != kFingerprintDigits || words[1].empty()) {
      return Corrupt("the list of clients is damaged in line " + std::to_string(i + 1));
    }
    pins.recipients_[words[0]] = words[1];
  }
  pins.enforced_ = true;
  return pins;
}

std::string ClientPins::RecipientOf(std::string_view fingerprint) const {
  const auto found = recipients_.find(fingerprint);
  return found == recipients_.end() ? std::string() : found->second;
}

}  // namespace signet::coordinator
