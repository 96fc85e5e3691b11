/// Witness (C2SP tlog-witness): cosigns a log's checkpoint only if the log has merely grown since
/// the last one it cosigned.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/transparency/checkpoint.h"
#include "crypto/transparency/cosignature.h"

namespace signet::crypto {

/// The body of `POST PREFIX/add-checkpoint`: "old N", the consistency proof (one base64 hash a
/// line, at most 63), an empty line, the signed checkpoint.
struct AddCheckpointRequest {
  uint64_t old_size = 0;
  std::vector<Digest> proof;
  std::string checkpoint;  ///< the note

  [[nodiscard]] std::string Text() const;
  static Result<AddCheckpointRequest> FromText(std::string_view text);
};

/// An HTTP answer.
struct WitnessAnswer {
  int status = 0;
  std::string content_type;
  std::string body;
};

/// What a witness keeps: per log the last checkpoint that it cosigned, whole, for that is evidence.
class WitnessStore {
 public:
  WitnessStore() = default;
  WitnessStore(const WitnessStore&) = delete;
  WitnessStore& operator=(const WitnessStore&) = delete;
  virtual ~WitnessStore() = default;

  /// The note, or none for a log never seen.
  virtual Result<std::optional<std::string>> Load(const std::string& origin) = 0;
  /// Durable once it returns.
  virtual Status Save(const std::string& origin, const std::string& note) = 0;
  /// Keeps a signed checkpoint that contradicts the saved one. Durable once it returns.
  virtual Status KeepEvidence(const std::string& origin, const std::string& note) = 0;
};

/// A folder: `<hex SHA-256 of origin>.note`, and `evidence/<that>-<hex of the note>.note`.
class FolderWitnessStore final : public WitnessStore {
 public:
  explicit FolderWitnessStore(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Result<std::optional<std::string>> Load(const std::string& origin) override;
  Status Save(const std::string& origin, const std::string& note) override;
  Status KeepEvidence(const std::string& origin, const std::string& note) override;

 private:
  std::filesystem::path folder_;
};

/// Safe from any thread: check and save are one critical section.
class Witness {
 public:
  /// `name` stands in the cosignature lines; `logs` are those it serves, one key each. `store` and
  /// `clock` must outlive the witness. kInvalid for a name that cannot stand in a note, and for two
  /// logs of one name.
  static Result<std::unique_ptr<Witness>> Create(std::string name,
                                                 Ed25519PrivateKey key,
                                                 std::vector<VerifierKey> logs,
                                                 WitnessStore& store,
                                                 Clock& clock);

  /// Answers one request, exactly as the specification says: 200 with the cosignature line; 400 for
  /// a malformed body or old > size; 404 unknown origin; 403 no valid signature of the log's key,
  /// or a wrong line of it; 409 with "SIZE LF" (text/x.tlog.size) when old is not the last size;
  /// 422 for a bad or superfluous proof, the same size with another root, size 0 with a root that
  /// is not the empty tree's; 500 when the state cannot be kept. The state is durable before 200.
  WitnessAnswer AddCheckpoint(std::string_view body);

  [[nodiscard]] const VerifierKey& key() const { return verifier_; }

 private:
  Witness(VerifierKey verifier,
          Ed25519PrivateKey key,
          std::vector<VerifierKey> logs,
          WitnessStore& store,
          Clock& clock);

  /// The last cosigned checkpoint of the log, size 0 before the first.
  Result<Checkpoint> Last(const VerifierKey& log);
  WitnessAnswer Extend(const VerifierKey& log,
                       const AddCheckpointRequest& request,
                       const SignedNote& note,
                       const Checkpoint& next);

  VerifierKey verifier_;
  Ed25519PrivateKey key_;
  std::vector<VerifierKey> logs_;
  WitnessStore& store_;
  Clock& clock_;
  std::mutex mutex_;  // guards the store
};

}  // namespace signet::crypto
