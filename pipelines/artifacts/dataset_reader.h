/// Opens sealed pieces as views: only the columns, label classes and subjects that are allowed.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/ids.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "pipelines/artifacts/blob_store.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines {

/// Finds a leased data key; kDenied when it is not in the lease.
using DekLookup = std::function<Result<const SecretBytes*>(const DekId&)>;

/// Which rows of a dataset a view shows.
struct RowLimits {
  /// Set: rows whose subject is not in it are absent (an empty one: no rows).
  std::optional<std::span<const SubjectId>> allowed;
  /// Rows of these subjects are absent (erased or restricted).
  std::span<const SubjectId> excluded;
  /// SQL condition of ours, e.g. "ordered_at < TIMESTAMP '...'"; empty: none. Its columns need not
  /// be in the view's schema if they are named in `filter_columns`.
  std::string row_filter;
  std::vector<std::string> filter_columns;
};

/// Opens datasets for one connection. Plaintext lives in memory files that the connection keeps.
class DatasetReader {
 public:
  /// `store` must outlive the reader.
  explicit DatasetReader(BlobStore& store) : store_(store) {}

  /// Makes the view `view_name` with exactly `schema`'s columns, over `pieces` in their order.
  /// Streams of label classes without a needed column are neither fetched nor decrypted. kCorrupt
  /// when a blob, header, column or type is not what its piece says; kDenied when a key is missing.
  /// No pieces: an empty view.
  Status OpenView(query::Connection& connection,
                  const std::string& view_name,
                  const Schema& schema,
                  const std::vector<Piece>& pieces,
                  const DekLookup& keys,
                  const RowLimits& limits);
  Status OpenView(query::Connection& connection,
                  const std::string& view_name,
                  const Schema& schema,
                  const std::vector<Piece>& pieces,
                  const DekLookup& keys,
                  std::optional<std::span<const SubjectId>> allowed = std::nullopt);

 private:
  BlobStore& store_;
};

}  // namespace signet::pipelines
