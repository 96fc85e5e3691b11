/// Cosigner: asks the witnesses of a policy to cosign the log's checkpoint, and believes them when
/// they know of a longer log than this one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "coordinator/web/http_message.h"
#include "crypto/audit/audit_log.h"
#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"
#include "crypto/transparency/log_policy.h"

namespace signet::coordinator {

/// What asking gave.
struct Cosigning {
  std::string checkpoint;             ///< the note with the cosignatures that came
  std::vector<std::string> cosigned;  ///< witnesses (policy names) that cosigned
  std::vector<std::string> failed;    ///< "NAME: why"
  Status quorum;                      ///< kDenied when the policy's quorum is not reached
};

class Cosigner {
 public:
  /// POSTs a body to a witness: HttpPost, or a test's.
  using Post = std::function<Result<HttpAnswer>(const std::string& url, const std::string& body)>;

  /// All must outlive this. `store` is the log's own: the sizes that witnesses cosigned last are
  /// kept there.
  Cosigner(crypto::AuditLog& log,
           crypto::KvStore& store,
           const crypto::LogPolicy& policy,
           Post post)
      : log_(log), store_(store), policy_(policy), post_(std::move(post)) {}

  /// Signs a checkpoint over the committed log and has it cosigned, one witness after the other.
  /// A witness that does not answer is named in `failed`. kCorrupt, with evidence, when a witness
  /// has cosigned a longer log or another one of that size: this state is a restored older copy,
  /// or a fork.
  Result<Cosigning> Cosign();

 private:
  /// The witness' cosignature line(s); kCorrupt as above, other codes when it gave none.
  Result<crypto::SignedNote> Ask(const crypto::LogPolicy::Witness& witness,
                                 const std::string& note);
  Result<HttpAnswer> Send(const crypto::LogPolicy::Witness& witness,
                          uint64_t old_size,
                          const std::string& note);

  crypto::AuditLog& log_;
  crypto::KvStore& store_;
  const crypto::LogPolicy& policy_;
  Post post_;
};

}  // namespace signet::coordinator
