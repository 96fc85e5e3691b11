/// Which subjects turned out to be another one: what `resolve` tells the ledger.
#pragma once

#include <span>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"

namespace signet::policies {

/// `from` is younger and is `to` from now on.
struct SubjectAlias {
  SubjectId from;
  SubjectId to;
  friend bool operator==(const SubjectAlias&, const SubjectAlias&) = default;
};

/// "SGAL" version(2) count(8) (from(16) to(16))*, integers big-endian. It names subjects: seal it.
Bytes EncodeAliases(std::span<const SubjectAlias> aliases);
/// kCorrupt for anything that EncodeAliases does not write, and for a subject that is its own
/// alias.
Result<std::vector<SubjectAlias>> DecodeAliases(ByteView bytes);

}  // namespace signet::policies
