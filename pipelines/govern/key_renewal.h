/// What an emergency re-key makes of the keyring and of sealed cells, in SQL over their rows.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "crypto/primitives/hmac.h"
#include "pipelines/govern/cell_sealer.h"
#include "pipelines/govern/subject_tables.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

/// Every person's next keys, from those they have and one random secret: tasks that renew the
/// keyring and tasks that renew cells agree without seeing each other's rows. Whoever has the old
/// keyring and not the secret, which is forgotten when the re-key has ended, has nothing.
/// Immutable; safe to share between threads.
class KeyRenewal {
 public:
  /// 32 random bytes.
  explicit KeyRenewal(const SecretBytes& secret);

  /// HMAC-SHA-256(secret, "signet/renew/cell" ‖ subject ‖ old), texts as fields.
  [[nodiscard]] SecretBytes CellKey(const SubjectId& subject, ByteView old) const;
  /// A new log key before the old ones: the log's entries cannot be written again, so that what
  /// names the person there is still found.
  [[nodiscard]] SecretBytes LogKeys(const SubjectId& subject, ByteView old) const;

 private:
  [[nodiscard]] SecretBytes Next(std::string_view use,
                                 const SubjectId& subject,
                                 ByteView old) const;

  crypto::HmacKey secret_;
};

/// signet_next_cell_key(subject, cell_key) and signet_next_log_keys(subject, log_key).
Status RegisterKeyringRenewal(query::Connection& connection,
                              std::shared_ptr<const KeyRenewal> renewal);

/// What opens and seals the cells of one dataset.
struct CellRenewal {
  std::string source;                      ///< "crm"
  std::shared_ptr<const Keyring> keyring;  ///< as it was before; null: nothing is escrowed
  std::shared_ptr<const KeyRenewal> renewal;
  std::shared_ptr<const CellSealer> before;  ///< of `encrypt` cells; null: there are none
  std::shared_ptr<const CellSealer> next;
};

/// Counts of cells, shared with running scans.
struct CellRenewalCounts {
  std::atomic<uint64_t> renewed{0};
  std::atomic<uint64_t> unreadable{0};  ///< kept as they are: nobody had a key of theirs before
};

/// signet_next_cell_<n>(subject, cell) for column number n of `columns`.
Result<std::shared_ptr<CellRenewalCounts>> RegisterCellRenewal(
    query::Connection& connection,
    const CellRenewal& cells,
    const std::vector<std::string>& columns);
std::string CellRenewalName(size_t column);

}  // namespace signet::pipelines
