// Signed notes, checkpoints, keys, log policies and what a witness is sent: what is read is written
// alike, and nothing unsigned is believed.
#include <cstdint>
#include <string>

#include "crypto/base/check.h"
#include "crypto/transparency/checkpoint.h"
#include "crypto/transparency/log_policy.h"
#include "crypto/transparency/witness.h"

namespace {

using namespace signet;          // NOLINT(google-build-using-namespace)
using namespace signet::crypto;  // NOLINT(google-build-using-namespace)

/// A witness that keeps nothing, of a log whose key nobody has.
class Forgetful final : public WitnessStore {
 public:
  Result<std::optional<std::string>> Load(const std::string&) override {
    return std::optional<std::string>();
  }
  Status Save(const std::string&, const std::string&) override { return OkStatus(); }
  Status KeepEvidence(const std::string&, const std::string&) override { return OkStatus(); }
};

Ed25519PrivateKey KeyOf(uint8_t fill) {
  return Ed25519PrivateKey::FromSeed(SecretBytes::CopyOf(Bytes(32, fill)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = AsText({data, size});
  if (const auto note = SignedNote::FromText(text); note.ok()) {
    CHECK(note->Text() == text);
    if (const auto checkpoint = Checkpoint::FromText(note->text); checkpoint.ok()) {
      CHECK(*Checkpoint::FromText(checkpoint->Text()) == *checkpoint);
    }
  }
  if (const auto key = VerifierKey::FromText(text); key.ok()) {
    CHECK(VerifierKey::FromText(key->Text())->Text() == key->Text());
  }
  if (const auto policy = LogPolicy::FromText(text); policy.ok()) {
    CHECK(!policy->logs().empty());
    CHECK(!policy->Open(text).ok());
  }
  if (const auto request = AddCheckpointRequest::FromText(text); request.ok()) {
    CHECK(request->Text() == text);
  }
  static Forgetful store;
  static ManualClock clock;
  static const auto kWitness =
      Witness::Create("w.example",
                      KeyOf(2),
                      {*VerifierKey::Create("log.example", KeyOf(1).PublicKey())},
                      store,
                      clock);
  const WitnessAnswer answer = (*kWitness)->AddCheckpoint(text);
  // The seeds hold requests signed by that key: they may be answered, everything else may not.
  CHECK(answer.status >= 200 && answer.status < 500);
  return 0;
}
