/// The resolver: which link values belong to one person.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/entropy.h"
#include "crypto/base/ids.h"
#include "crypto/base/json.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "crypto/pseudonym/link_type.h"
#include "pipelines/identity/link_limits.h"
#include "pipelines/identity/suppression_list.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

/// One tokenised source as a view with the columns link_1 .. link_n.
struct ResolveInput {
  std::string view;
  struct Link {
    crypto::LinkType type = crypto::LinkType::kId;
    std::string id_domain;
  };
  std::vector<Link> links;
};

struct ResolveOptions {
  std::vector<ResolveInput> inputs;
  LinkLimits limits;
  std::string identity = "identity";  ///< the view of the table so far; empty: none yet
  std::string keyring = "keyring";    ///< the same for the keyring

  /// {"inputs": [{"view", "links": [{"type", "domain"}]}], "limits": {...}, "identity", "keyring"}.
  static Result<ResolveOptions> FromJson(const Json& json);
  [[nodiscard]] Json ToJson() const;
};

/// An opt-out signal that was given for a link value: suppression hash and microseconds.
struct KeptSignal {
  Uuid value{};
  int64_t time = 0;
};

/// A kept signal whose link value belongs to somebody now.
struct FoundSignal {
  KeptSignal signal;
  SubjectId subject;  ///< the one in use
};

/// What the resolver is leased beside its views.
struct ResolveKeys {
  const SecretBytes* suppression =
      nullptr;  ///< KeyVault::SuppressionKey(); null with an empty list
  const SuppressionList* suppressed = nullptr;       ///< null: nobody
  const std::vector<KeptSignal>* signals = nullptr;  ///< null: none are kept
  std::vector<FoundSignal>* found = nullptr;         ///< receives those that are known
};

/// Joins the link values of all inputs and of the table so far into persons (union-find) and makes
/// the tables `identity_out` (IdentitySchema) and `keyring_out` (KeyringSchema).
///
/// A row joins all its links. Not joined: values over a limit, which stay blocked for good; all
/// values of a row of which one is suppressed (they get no identity from that row, so that the gate
/// drops it). On a merge the subject seen first wins (then the smaller id) and the others' rows get
/// it as `alias_of`. New subjects are 128 random bits with two random keys. The grouping does not
/// depend on the order of rows, inputs or files; the new ids are random.
/// Memory: about 60 bytes per different link value and 16 per pair of them.
///
/// Returns {"links", "new_links", "subjects", "new_subjects", "merged", "blocked": {type: n},
/// "suppressed_links", "suppressed_rows", "rows"}.
Result<Json> RunResolve(query::Connection& connection,
                        const ResolveOptions& options,
                        const ResolveKeys& keys,
                        Entropy& entropy,
                        const StageContext& context);

}  // namespace signet::pipelines
