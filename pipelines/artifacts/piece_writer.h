/// Writes tables as sealed pieces: per label class Parquet in memory, sealed, stored.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "crypto/base/entropy.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "crypto/primitives/hmac.h"
#include "pipelines/artifacts/blob_store.h"
#include "pipelines/artifacts/partition_tables.h"
#include "pipelines/artifacts/sealed_blob.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines {

struct WriteRequest {
  std::string dataset;
  DatasetKind kind = DatasetKind::kFeatures;
  Schema schema;  ///< the columns to write, by name; their labels split them into streams
  int partition = -1;
  std::string producer;                            ///< "run/step/task"
  std::map<policies::LabelClass, LeasedDek> deks;  ///< one per label class of the schema
  /// Without it Piece::content stays empty (short-lived intermediate data need none).
  bool with_content = true;
};

/// Writes `table` (a table or view name, or a SELECT, which is computed once) as one piece.
/// Rows keep their order. kInvalid when a column is missing or has another type; kDenied when a
/// label class has no key; kUnavailable when the store cannot be written.
Result<Piece> WritePiece(query::Connection& connection,
                         const std::string& table_or_select,
                         const WriteRequest& request,
                         const crypto::HmacKey& digest_key,
                         BlobStore& store,
                         Entropy& entropy);

/// The keys for one partition.
using PartitionKeys =
    std::function<Result<std::map<policies::LabelClass, LeasedDek>>(int partition)>;

/// How rows are split.
struct Partitioning {
  int count = 0;
  PartitionKeys keys;
  /// An integer column with values in [0, count); empty: the partition of the `subject` column
  /// (PartitionOf).
  std::string column;
};

/// Where pieces go, and what they are made with.
struct PieceSink {
  const crypto::HmacKey& digest_key;  ///< of their contents
  BlobStore& store;
  Entropy& entropy;
};

/// Writes one piece per partition that has rows. `request.partition` and `.deks` are ignored. Rows
/// keep their order within a partition.
Result<std::vector<Piece>> WritePartitioned(query::Connection& connection,
                                            const std::string& table,
                                            const Partitioning& by,
                                            const WriteRequest& request,
                                            const PieceSink& sink);

/// The same for rows that are split already: partition p is table p of `tables`, of which those
/// behind `by.count` are not written. Each table is dropped once its piece is written.
Result<std::vector<Piece>> WritePartitionTables(query::Connection& connection,
                                                PartitionTables& tables,
                                                const Partitioning& by,
                                                const WriteRequest& request,
                                                const PieceSink& sink);

}  // namespace signet::pipelines
