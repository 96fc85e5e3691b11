/// FileCustody: custody in a folder of small files that only their owner may read; its root may
/// come from elsewhere (a systemd credential).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "crypto/keys/custody.h"

namespace signet::crypto {

/// STATE/custody: `root.key`, `kek-<n>.key`, `kek-current` (the number, as text) and, once
/// destroyed, `kek-<n>.destroyed` (the time, as text). A key file is
///
///   "signetK1"(8) ‖ kind(1: 1 root, 2 KEK) ‖ generation(4, big-endian) ‖ key(32) ‖ check(16)
///
/// where check = the first 16 bytes of SHA-256 over all before it: a flipped bit and a renamed file
/// are told from another key. Not guaranteed: that the disk forgets a destroyed file's blocks
/// (journaling and SSDs keep copies; the file is overwritten once before it goes), and that nobody
/// copied the folder: copies of custody are the operator's to destroy.
class FileCustody final : public Custody {
 public:
  /// Opens `folder`, or makes it (0700) with a fresh root key when it is new or empty. kInvalid
  /// with the chmod to run when group or others may do anything with a key file or change the
  /// folder, or another user owns it; kCorrupt when the root key is missing beside KEKs, or a file
  /// is damaged. Completes a destruction that a crash interrupted, and destroys again a key that
  /// was put back.
  static Result<std::unique_ptr<FileCustody>> Open(const std::filesystem::path& folder,
                                                   Entropy& entropy);
  /// With a root that is kept elsewhere (32 bytes, such as a systemd credential): `root.key` is
  /// neither read nor made, and kInvalid when it is there. A KEK file then holds a random share;
  ///   KEK = HKDF-SHA-256(root ‖ share, salt "signet/kek", field("signet/kek-share/v1") ‖ n(4))
  /// so that the folder alone opens nothing, and the share's end is the KEK's end.
  static Result<std::unique_ptr<FileCustody>> OpenUnder(const std::filesystem::path& folder,
                                                        SecretBytes root);
  /// As Open, but kNotFound when there is nothing, and changes nothing.
  static Result<std::unique_ptr<FileCustody>> OpenExisting(const std::filesystem::path& folder);

  [[nodiscard]] std::string Describe() const override;
  Result<SecretBytes> BaseKey() override;
  Result<std::unique_ptr<HeldKey>> Kek(uint32_t generation) override;
  Result<uint32_t> NewKek(Entropy& entropy) override;
  Status ActivateKek(uint32_t generation) override;
  Result<uint32_t> CurrentKek() override;
  Status DestroyKek(uint32_t generation, Timestamp now) override;
  Result<std::optional<Timestamp>> DestroyedAt(uint32_t generation) override;
  Result<uint32_t> NewestKek() override;

 private:
  explicit FileCustody(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] std::filesystem::path KekPath(uint32_t generation, const char* ending) const;
  /// The folder, checked and tidied; returns the names in it.
  static Result<std::vector<std::string>> Prepare(const std::filesystem::path& folder);
  Status FinishDestructions();

  std::filesystem::path folder_;
  SecretBytes given_root_;  // empty: the root is in root.key
};

}  // namespace signet::crypto
