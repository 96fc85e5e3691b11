/// Link values: keyed hashes of identifiers, by which records are joined without the identifiers.
#pragma once

#include <string_view>

#include "crypto/base/ids.h"
#include "crypto/base/secret.h"
#include "crypto/primitives/hmac.h"
#include "crypto/pseudonym/cover.h"
#include "crypto/pseudonym/link_type.h"

namespace signet::crypto {

/// HMAC-SHA-256 under the link key over (format version, type, id domain, value), each
/// length-prefixed; a link value is its first 16 bytes, under the cover if there is one (cover.h).
/// Immutable; safe to share between threads.
///
/// Guaranteed: without the key nobody can test a guess ("is this alice@example.org?").
/// Not guaranteed: secrecy against who holds the link key, or that two persons never share a value
/// (2^-64 at 2^32 identifiers). Link values never leave a state: recipients get tokens.
class LinkHasher {
 public:
  /// `link_key` is KeyVault::LinkKey(): with 64 bytes the second half is the cover's.
  explicit LinkHasher(const SecretBytes& link_key);

  /// `id_domain` separates id spaces ("crm" customers from "web" cookies); equal for identifiers
  /// that mean the same everywhere (e-mail, phone: empty). `normalised` comes from Normalise.
  [[nodiscard]] Uuid Link(LinkType type,
                          std::string_view id_domain,
                          std::string_view normalised) const;

 private:
  HmacKey key_;
  Cover cover_;
};

}  // namespace signet::crypto
