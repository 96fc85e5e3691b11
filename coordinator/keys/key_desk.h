/// KeyDesk: what officers ask of a state's keys: rotation, shredding, members; each with its log
/// entry in the same write.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/json.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "crypto/keys/enrolment.h"

namespace signet::coordinator {

/// Which rows of a dataset are shredded.
struct ShredRequest {
  std::string owner;            ///< the pipeline
  std::string dataset;          ///< "orders", "scores", ...
  std::string run;              ///< the version: the run that made it; empty: the live one
  std::vector<int> partitions;  ///< subject ranges; empty: all of it
};

/// Belongs to one thread, which holds the state. Every function returns what it did as JSON, with
/// the index of its log entry.
class KeyDesk {
 public:
  /// `actor` is who asks, for the log. `state` must outlive the desk.
  KeyDesk(StateFolder& state, std::string actor) : state_(state), actor_(std::move(actor)) {}

  /// {custody, current, generations: [...], deks, members: [...]}.
  [[nodiscard]] Result<Json> List();

  /// A new KEK generation: every data key is wrapped anew, no data are touched, older generations
  /// are destroyed. Data are re-encrypted as they are next rewritten: each run seals under new data
  /// keys, and its predecessor's die with it.
  Result<Json> Rotate(const std::string& why);

  /// Destroys the data keys of a live dataset, or of the partitions named, and with a new KEK
  /// generation every older copy of them. The rows are gone for good; other datasets stay.
  /// kNotFound, naming what there is; kConflict when `run` is not the version that lives; kInvalid
  /// for identities and keyring (erasure is about persons: `signet subject erase`).
  Result<Json> Shred(const ShredRequest& request, const std::string& why);

  /// See EnrolmentBook. `token` receives the invitation's text.
  Result<Json> Invite(crypto::MemberKind kind,
                      const std::string& name,
                      const crypto::Labels& labels,
                      int64_t valid_s,
                      SecretBytes& token);
  Result<Json> Redeem(std::string_view token, const std::string& key);
  Result<Json> Retire(crypto::MemberKind kind, const std::string& name, const std::string& key);
  Result<Json> Revoke(crypto::MemberKind kind, const std::string& name);
  /// Writes the lists that others follow anew (under a new root).
  Status WriteLists();

 private:
  /// Writes `batch` with a log entry; its index.
  Result<uint64_t> Record(const std::string& type,
                          Json facts,
                          const std::string& why,
                          crypto::WriteBatch batch);
  /// RotateKek, Record and DestroyOldKeks; `facts` get the generation.
  Result<Json> RecordWithRotation(const std::string& type,
                                  Json facts,
                                  const std::string& why,
                                  crypto::WriteBatch batch);
  Result<Json> RecordMember(const std::string& type,
                            const crypto::Member& member,
                            Json facts,
                            crypto::WriteBatch batch);
  [[nodiscard]] crypto::EnrolmentBook Book();
  /// STATE/workers: the allow-list that a standing coordinator follows.
  Status WriteWorkerList();
  /// SERVING/clients.note: the signed list that signet-serve follows (api/client_pins.h).
  Status WriteClientList();

  StateFolder& state_;
  std::string actor_;
};

}  // namespace signet::coordinator
