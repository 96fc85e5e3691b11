#include "crypto/keys/pkcs11_custody.h"

#include <algorithm>
#include <map>

#include "crypto/base/text.h"

namespace signet::crypto {
namespace {

constexpr const char* kKek = "kek";
constexpr const char* kCurrent = "current";
constexpr const char* kDestroyed = "destroyed";
constexpr size_t kObjectNameMax = 64;

std::string GenerationText(uint32_t generation) {
  return "KEK generation " + std::to_string(generation);
}

/// A key of the token, by label.
class TokenKey final : public HeldKey {
 public:
  TokenKey(std::shared_ptr<Pkcs11Token> token, std::string label)
      : token_(std::move(token)), label_(std::move(label)) {}

  [[nodiscard]] Result<SecretBytes> Derive(ByteView info) const override {
    Bytes block(info.begin(), info.end());
    block.push_back(1);
    return token_->Mac(label_, block);
  }

 private:
  std::shared_ptr<Pkcs11Token> token_;
  std::string label_;
};

}  // namespace

Result<std::unique_ptr<Pkcs11Custody>> Pkcs11Custody::Open(std::shared_ptr<Pkcs11Token> token,
                                                           const std::string& object,
                                                           bool make_root) {
  if (object.empty() || object.size() > kObjectNameMax || object.find('/') != std::string::npos) {
    return Invalid("the name of a state in a token has 1 to 64 characters, without '/'");
  }
  std::unique_ptr<Pkcs11Custody> custody(new Pkcs11Custody(std::move(token), object));
  const std::string root = object + "/root";
  ASSIGN_OR_RETURN(const bool there, custody->token_->HasKey(root));
  if (!there) {
    ASSIGN_OR_RETURN(const std::vector<uint32_t> keks, custody->Keks());
    ASSIGN_OR_RETURN(const std::vector<uint32_t> destroyed, custody->Noted(kDestroyed));
    if (!keks.empty() || !destroyed.empty()) {
      return Corrupt("the root key '" + root + "' is missing in the token beside its KEKs")
          .WithRemedy("restore the token from its own backup; nothing opens without it");
    }
    if (!make_root) {
      return NotFound("the token holds no root key '" + root + "'")
          .WithRemedy("use the token with which this state was made");
    }
    TRY(custody->token_->MakeKey(root));
  }
  TRY(custody->token_->CheckNeverLeaves(root));
  TRY(custody->FinishDestructions());
  return custody;
}

std::string Pkcs11Custody::Describe() const {
  return "pkcs11 object " + object_;
}

std::string Pkcs11Custody::Label(const char* kind, uint32_t generation) const {
  return object_ + "/" + kind + "/" + std::to_string(generation);
}

std::vector<uint32_t> Pkcs11Custody::Numbers(const char* kind,
                                             const std::vector<std::string>& labels) const {
  const std::string prefix = object_ + "/" + kind + "/";
  std::vector<uint32_t> numbers;
  for (const std::string& label : labels) {
    const Result<int64_t> number = IntegerFromText(std::string_view(label).substr(prefix.size()));
    if (number.ok() && *number >= 1 && *number <= UINT32_MAX) {
      numbers.push_back(static_cast<uint32_t>(*number));
    }
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Result<std::vector<uint32_t>> Pkcs11Custody::Keks() {
  ASSIGN_OR_RETURN(const auto labels, token_->Keys(object_ + "/" + kKek + "/"));
  return Numbers(kKek, labels);
}

Result<std::vector<uint32_t>> Pkcs11Custody::Noted(const char* kind) {
  ASSIGN_OR_RETURN(const auto notes, token_->Notes(object_ + "/" + kind + "/"));
  std::vector<std::string> labels;
  labels.reserve(notes.size());
  for (const auto& [label, text] : notes) labels.push_back(label);
  return Numbers(kind, labels);
}

Status Pkcs11Custody::FinishDestructions() {
  ASSIGN_OR_RETURN(const std::vector<uint32_t> destroyed, Noted(kDestroyed));
  for (const uint32_t generation : destroyed) TRY(token_->DestroyKey(Label(kKek, generation)));
  return OkStatus();
}

Result<SecretBytes> Pkcs11Custody::BaseKey() {
  Bytes info;
  AppendField(info, "signet/base/v1");
  return TokenKey(token_, object_ + "/root").Derive(info);
}

Result<std::unique_ptr<HeldKey>> Pkcs11Custody::Kek(uint32_t generation) {
  ASSIGN_OR_RETURN(const std::optional<Timestamp> destroyed, DestroyedAt(generation));
  if (destroyed) {
    return Corrupt(GenerationText(generation) + " was destroyed on " + DateText(*destroyed) +
                   ": what was sealed under it cannot be opened again");
  }
  const std::string label = Label(kKek, generation);
  ASSIGN_OR_RETURN(const bool there, token_->HasKey(label));
  if (!there) return NotFound(GenerationText(generation) + " is not in the token");
  return std::unique_ptr<HeldKey>(std::make_unique<TokenKey>(token_, label));
}

Result<uint32_t> Pkcs11Custody::NewKek(Entropy& /*entropy*/) {
  ASSIGN_OR_RETURN(const uint32_t newest, NewestKek());
  const uint32_t generation = newest + 1;
  TRY(token_->MakeKey(Label(kKek, generation)));
  TRY(token_->CheckNeverLeaves(Label(kKek, generation)));
  return generation;
}

Status Pkcs11Custody::ActivateKek(uint32_t generation) {
  ASSIGN_OR_RETURN(const uint32_t current, CurrentKek());
  if (generation == current) return OkStatus();
  if (generation < current) {
    return Conflict(GenerationText(generation) + " is older than the current " +
                    std::to_string(current));
  }
  TRY(Kek(generation).status());
  // The new note first: the highest counts, so a crash between the two changes nothing.
  TRY(token_->PutNote(Label(kCurrent, generation), std::to_string(generation)));
  return current == 0 ? OkStatus() : token_->DropNote(Label(kCurrent, current));
}

Result<uint32_t> Pkcs11Custody::CurrentKek() {
  ASSIGN_OR_RETURN(const std::vector<uint32_t> noted, Noted(kCurrent));
  if (!noted.empty()) return noted.back();
  ASSIGN_OR_RETURN(const std::vector<uint32_t> destroyed, Noted(kDestroyed));
  if (!destroyed.empty()) return Corrupt("the token lost the note of its current generation");
  return uint32_t{0};
}

Status Pkcs11Custody::DestroyKek(uint32_t generation, Timestamp now) {
  ASSIGN_OR_RETURN(const uint32_t current, CurrentKek());
  if (generation == current) return Conflict(GenerationText(generation) + " is in use");
  ASSIGN_OR_RETURN(const std::optional<Timestamp> destroyed, DestroyedAt(generation));
  if (!destroyed) {
    ASSIGN_OR_RETURN(const bool there, token_->HasKey(Label(kKek, generation)));
    if (!there) return NotFound(GenerationText(generation) + " is not in the token");
    // The note first: from here on the key counts as destroyed, and Open finishes a crash.
    TRY(token_->PutNote(Label(kDestroyed, generation), TimestampText(now)));
  }
  return token_->DestroyKey(Label(kKek, generation));
}

Result<std::optional<Timestamp>> Pkcs11Custody::DestroyedAt(uint32_t generation) {
  const std::string label = Label(kDestroyed, generation);
  ASSIGN_OR_RETURN(const auto notes, token_->Notes(label));
  const auto note = notes.find(label);
  if (note == notes.end()) return std::optional<Timestamp>();
  const auto time = TimestampFromText(note->second);
  if (!time.ok()) return Corrupt("the token's note '" + label + "' is damaged");
  return std::optional<Timestamp>(*time);
}

Result<uint32_t> Pkcs11Custody::NewestKek() {
  ASSIGN_OR_RETURN(const std::vector<uint32_t> keks, Keks());
  ASSIGN_OR_RETURN(const std::vector<uint32_t> destroyed, Noted(kDestroyed));
  return std::max(keks.empty() ? 0U : keks.back(), destroyed.empty() ? 0U : destroyed.back());
}

}  // namespace signet::crypto
