/// A state folder and what the slice does with it: ingest, erase. The real rooms, no coordinator.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/keys/file_custody.h"
#include "crypto/keys/key_vault.h"
#include "crypto/primitives/hmac.h"
#include "crypto/store/kv_store.h"
#include "pipelines/artifacts/blob_store.h"
#include "pipelines/artifacts/piece_writer.h"
#include "pipelines/govern/source_spec.h"
#include "pipelines/identity/suppression_list.h"
#include "pipelines/query/database.h"
#include "policies/compile/policy.h"

namespace signet::slice {

/// STATE/custody, STATE/store (RocksDB), STATE/blobs.
class State {
 public:
  static constexpr int kPartitions = 4;

  /// `custody` may lie elsewhere than in `folder`: an old copy of a state beside today's keys.
  static Result<std::unique_ptr<State>> Open(const std::filesystem::path& folder,
                                             const std::filesystem::path& custody);

  struct RunReport {
    Json tokenise, resolve;                      ///< tokenise: of the last source
    std::map<std::string, Json> gate;            ///< by source
    std::map<std::string, std::string> content;  ///< content digest of the governed source
  };
  /// Tokenises the sources, resolves, gates, applies the facts; commits once at the end.
  Result<RunReport> Ingest(const policies::Policy& policy,
                           const std::vector<pipelines::SourceSpec>& sources);

  struct ErasureReport {
    std::map<std::string, uint64_t> rows_removed;  ///< by dataset
    size_t links = 0;
    SubjectId subject;
  };
  /// Both stages at once for the person with this e-mail address.
  Result<ErasureReport> Erase(const std::string& email);

  /// A database with governed dataset `source` open as view `governed`.
  struct Opened {
    std::unique_ptr<pipelines::query::Database> database;
    std::unique_ptr<pipelines::query::Connection> sql;
  };
  Result<Opened> OpenGoverned(const std::string& source);

  /// The content digest of governed dataset `source` as it is now.
  Result<std::string> ContentOf(const std::string& source);
  Result<std::vector<SubjectId>> AllowedFor(const policies::Policy& policy,
                                            const std::string& purpose);

 private:
  /// A dataset of the state.
  struct Dataset {
    pipelines::Schema schema;
    std::vector<pipelines::Piece> pieces;
  };
  State() = default;

  Result<Dataset> Load(const std::string& name);
  void Save(const std::string& name, const Dataset& dataset, crypto::WriteBatch& batch);
  Result<const SecretBytes*> Dek(const DekId& id);
  Result<std::map<policies::LabelClass, pipelines::LeasedDek>> NewDeks(
      const std::string& dataset,
      int partition,
      const pipelines::Schema& schema,
      crypto::WriteBatch& batch);
  Result<Opened> OpenDatabase(const std::string& readable = {});
  Status OpenView(pipelines::query::Connection& sql,
                  const std::string& view,
                  const Dataset& dataset);
  struct Output {
    std::string name;
    pipelines::DatasetKind kind;
    pipelines::Schema schema;
  };
  Result<Dataset> Write(pipelines::query::Connection& sql,
                        const std::string& table,
                        const Output& output,
                        const std::string& partition_column,
                        crypto::WriteBatch& batch);
  Result<Dataset> Tokenise(const pipelines::SourceSpec& source,
                           Json& figures,
                           crypto::WriteBatch& batch);
  Status Resolve(const std::vector<pipelines::SourceSpec>& sources,
                 const std::map<std::string, Dataset>& tokenised,
                 Json& figures,
                 crypto::WriteBatch& batch);
  Status Gate(const policies::Policy& policy,
              const pipelines::SourceSpec& source,
              const Dataset& tokenised,
              RunReport& report,
              crypto::WriteBatch& batch);
  Status DeleteGarbage();
  Status Discard(const std::vector<pipelines::Piece>& pieces, crypto::WriteBatch& batch);
  Result<pipelines::SuppressionList> Suppressed();
  Result<uint64_t> EraseFrom(const std::string& name,
                             std::span<const SubjectId> subjects,
                             std::vector<pipelines::Piece>& gone,
                             crypto::WriteBatch& batch);

  SystemEntropy entropy_;
  SystemClock clock_;
  std::unique_ptr<crypto::FileCustody> custody_;
  std::unique_ptr<crypto::KvStore> store_;
  std::unique_ptr<crypto::KeyVault> vault_;
  std::unique_ptr<pipelines::BlobStore> blobs_;
  std::unique_ptr<crypto::HmacKey> digest_key_;
  SecretBytes link_key_, suppression_key_;
  std::map<DekId, SecretBytes> deks_;
  std::map<std::string, Dataset> pending_;  // identity and keyring of the run, before its commit
  std::vector<std::string> garbage_;        // blobs to delete once the batch is durable
  int run_ = 0;
};

}  // namespace signet::slice
