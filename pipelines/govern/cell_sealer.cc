#include "pipelines/govern/cell_sealer.h"

#include "crypto/primitives/hkdf.h"

namespace signet::pipelines {
namespace {

constexpr std::string_view kEscrowFormat = "signet/escrow/v1";
constexpr std::string_view kEncryptFormat = "signet/encrypt/v1";

SecretBytes SivKey(const SecretBytes& key) {
  Bytes info;
  AppendField(info, "signet/cell/v1");
  // Expand alone: the key is uniformly random (RFC 5869 section 3.3); one block of SHA-512.
  return crypto::HkdfExpandSha512(key, info, crypto::Aes256Siv::kKeyBytes);
}

Result<std::string> TextOf(Result<Bytes> opened) {
  if (!opened.ok()) return opened.status().WithContext("a sealed cell");
  std::string text(AsText(*opened));
  Wipe(opened->data(), opened->size());
  return text;
}

}  // namespace

CellSealer::CellSealer(const SecretBytes& key) : siv_(SivKey(key)) {}

void CellSealer::Rekey(const SecretBytes& key) {
  siv_.Rekey(SivKey(key));
}

Bytes CellSealer::SealEscrow(std::string_view column,
                             const SubjectId& subject,
                             std::string_view text) const {
  return siv_.Seal({AsBytes(kEscrowFormat), AsBytes(column), ByteView(subject.value)},
                   AsBytes(text));
}

Result<std::string> CellSealer::OpenEscrow(std::string_view column,
                                           const SubjectId& subject,
                                           ByteView cell) const {
  return TextOf(
      siv_.Open({AsBytes(kEscrowFormat), AsBytes(column), ByteView(subject.value)}, cell));
}

Bytes CellSealer::SealEncrypted(std::string_view column, std::string_view text) const {
  return siv_.Seal({AsBytes(kEncryptFormat), AsBytes(column)}, AsBytes(text));
}

Result<std::string> CellSealer::OpenEncrypted(std::string_view column, ByteView cell) const {
  return TextOf(siv_.Open({AsBytes(kEncryptFormat), AsBytes(column)}, cell));
}

}  // namespace signet::pipelines
