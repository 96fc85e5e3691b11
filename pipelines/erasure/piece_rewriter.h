/// Rewrites sealed pieces under new data keys: without the rows of erased persons, or with other
/// values in some columns.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/entropy.h"
#include "crypto/base/ids.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "crypto/primitives/hmac.h"
#include "pipelines/artifacts/blob_store.h"
#include "pipelines/artifacts/dataset_reader.h"
#include "pipelines/artifacts/piece_writer.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines {

/// New keys for the piece that replaces `old`, one per label class.
using ReplacementKeys =
    std::function<Result<std::map<policies::LabelClass, LeasedDek>>(const Piece& old)>;

/// A value that takes the place of the persons' own in one column.
struct CellCorrection {
  std::string column;
  std::string value;  ///< as text; cast to the column's type
};

struct RewriteRequest {
  Schema schema;  ///< the whole schema of the dataset
  /// Uuid columns that name a subject; a row goes if any of them is in `subjects`.
  std::vector<std::string> subject_columns = {"subject"};
  std::span<const SubjectId> subjects;  ///< who is erased (with aliases)
  DekLookup keys;                       ///< opens the old pieces
  ReplacementKeys new_keys;
  std::string producer;  ///< "erasure/<request>/<n>": who wrote the new pieces
  /// Rows stay, and hold these values (GDPR Art. 16); empty: the rows go.
  std::vector<CellCorrection> corrections;
};

/// A piece that lost rows. The caller commits `replacement`, destroys the old DEKs and deletes the
/// old blobs, in that order.
struct RewrittenPiece {
  Piece old;
  std::optional<Piece> replacement;  ///< none when no row is left
  uint64_t rows_removed = 0;
};

struct RewriteOutcome {
  std::vector<Piece> kept;  ///< pieces without rows of the subjects, untouched
  std::vector<RewrittenPiece> rewritten;
  uint64_t rows_removed = 0;

  /// Kept and replaced pieces, in the order of the request: the dataset from now on.
  std::vector<Piece> pieces;
  /// {"pieces", "rewritten", "rows_removed"} for the receipt.
  [[nodiscard]] Json Receipt() const;
};

/// Opens what a rewrite needs and seals what it makes.
struct RewriteTools {
  query::Connection& connection;
  BlobStore& store;
  const crypto::HmacKey& digest_key;
  Entropy& entropy;
};

/// kInvalid unless each value can be cast to its column's type, and the column may be corrected: no
/// subject, no sealed cell.
Status CheckCorrections(query::Connection& connection,
                        const Schema& schema,
                        const std::vector<CellCorrection>& corrections);

/// Rewrites those of `pieces` (of one dataset of any kind that has subject columns) that hold rows
/// of the subjects. Only the stream with the subject columns is opened to find out. Nothing is
/// deleted here: until the caller commits, the old dataset is whole. Works for identity (columns
/// subject, alias_of) and keyring alike.
Result<RewriteOutcome> RewriteWithout(const RewriteTools& tools,
                                      const std::vector<Piece>& pieces,
                                      const RewriteRequest& request);

/// Other values in some columns of every row.
struct ColumnRewrite {
  Schema schema;  ///< the whole schema of the dataset
  /// SQL over the row, by the column that it replaces.
  std::vector<std::pair<std::string, std::string>> values;
  DekLookup keys;
  ReplacementKeys new_keys;
  std::string producer;
};

/// Each of `pieces` with these values, in their order; rows keep theirs. The old pieces stay.
Result<std::vector<Piece>> RewriteColumns(const RewriteTools& tools,
                                          const std::vector<Piece>& pieces,
                                          const ColumnRewrite& rewrite);

}  // namespace signet::pipelines
