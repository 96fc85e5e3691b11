/// Sealing of single cells: escrowed ones under their subject's key, encrypted ones under the
/// dataset's.
///
///   cell = AES-256-SIV(key, associated = (format, "source.column"[, subject]), padded)
///        = synthetic IV (16) ‖ ciphertext (as long as padded)
///   padded = text ‖ 80 ‖ 00 ..., to the bucket of its length: 32, 64, ... 4,096 bytes, then the
///        next multiple of 4,096 (ISO/IEC 9797-1, method 2): a cell tells the bucket, not the
///        length
///   key  = HKDF-Expand-SHA-512(prk = 32-byte key, info = field("signet/cell/v1"), 64)
///   format = "signet/escrow/v2" (with the subject's 16 bytes) or "signet/encrypt/v2"
///
/// Equal texts of one subject and column give equal cells, so that content digests are stable.
#pragma once

#include <string>
#include <string_view>

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "crypto/primitives/siv.h"

namespace signet::pipelines {

/// The cells of one key. Safe to share between threads.
class CellSealer {
 public:
  /// `key` has 32 bytes: a subject's cell key, or the dataset's.
  explicit CellSealer(const SecretBytes& key);
  /// Goes on under another key. Not while another thread uses the object.
  void Rekey(const SecretBytes& key);

  [[nodiscard]] Bytes SealEscrow(std::string_view column,
                                 const SubjectId& subject,
                                 std::string_view text) const;
  /// kCorrupt when it was sealed for another key, column or subject.
  [[nodiscard]] Result<std::string> OpenEscrow(std::string_view column,
                                               const SubjectId& subject,
                                               ByteView cell) const;
  [[nodiscard]] Bytes SealEncrypted(std::string_view column, std::string_view text) const;
  [[nodiscard]] Result<std::string> OpenEncrypted(std::string_view column, ByteView cell) const;

 private:
  crypto::Aes256Siv siv_;
};

}  // namespace signet::pipelines
