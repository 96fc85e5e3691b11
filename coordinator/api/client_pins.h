/// ClientPins: which certificates may read, as `signet keys` pinned them.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"
#include "crypto/transparency/signed_note.h"

namespace signet::coordinator {

/// SERVING/clients.note, written by KeyDesk whenever a client is enrolled, retired or revoked: a
/// signed note (C2SP) of the state's log key over
///
///   signet/clients/1
///   SHA256 RECIPIENT NAME      one line a key: the certificate's DER hashed, in hex
///
/// Two lines of one name are the two keys of a rotation. While there is no such file, whoever the
/// authority has signed may connect.
class ClientPins {
 public:
  /// No file: nothing is enforced. kCorrupt for a note that is none of the keys' (if any are given)
  /// or not of this form.
  static Result<ClientPins> Read(const std::filesystem::path& serving,
                                 const std::vector<crypto::VerifierKey>& keys);

  [[nodiscard]] bool enforced() const { return enforced_; }
  [[nodiscard]] size_t size() const { return recipients_.size(); }
  /// The recipient for whom the certificate was pinned, or empty.
  [[nodiscard]] std::string RecipientOf(std::string_view fingerprint) const;
  friend bool operator==(const ClientPins&, const ClientPins&) = default;

 private:
  bool enforced_ = false;
  std::map<std::string, std::string, std::less<>> recipients_;  // by fingerprint
};

}  // namespace signet::coordinator
