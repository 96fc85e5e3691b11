/// RowSpool: rows of features as a query gives them, handed back in the order of their subjects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "pipelines/artifacts/scratch_file.h"
#include "pipelines/models/feature_encoder.h"
#include "pipelines/models/train.h"

namespace signet::pipelines {

/// Rows go to buckets by the highest bits of their subject (which is random) and are ordered when a
/// bucket is read. Memory: the rows; with a scratch file one bucket and 64 KiB for each.
class RowSpool {
 public:
  RowSpool() = default;
  /// `rows_expected` decides how many buckets there are, and nothing else; `disk` null: in memory.
  RowSpool(size_t columns,
           size_t extras,
           uint64_t rows_expected,
           std::shared_ptr<ScratchFile> disk);

  /// In any order.
  Status Append(const FeatureMatrix& rows);
  /// All rows by rising subject, some at a time; as often as it is called. kInvalid when a subject
  /// occurs twice.
  Status ForEach(const std::function<Status(const FeatureMatrix&)>& visit) const;

  [[nodiscard]] uint64_t rows() const { return rows_; }
  /// Where the rows rest; null: in memory.
  [[nodiscard]] const ScratchFile* disk() const { return disk_.get(); }

 private:
  struct Bucket {
    Bytes rows;                   ///< all of them, or what has not been sealed yet
    std::vector<uint64_t> pages;  ///< of the disk
  };
  [[nodiscard]] size_t row_bytes() const;
  Result<Bytes> BytesOf(const Bucket& bucket) const;
  Result<FeatureMatrix> RowsOf(const Bucket& bucket) const;

  size_t columns_ = 0;
  size_t extras_ = 0;
  unsigned bits_ = 0;  ///< of the subject that name the bucket
  uint64_t rows_ = 0;
  std::vector<Bucket> buckets_;
  std::shared_ptr<ScratchFile> disk_;
};

/// The rows of `from`, a FROM clause's content over `options.features`, as `encoder` reads them; in
/// `context.scratch` if options.external_memory.
Result<RowSpool> SpoolOf(query::Connection& connection,
                         const FeatureEncoder& encoder,
                         const TrainOptions& options,
                         const std::string& from,
                         const std::vector<std::string>& extras,
                         const StageContext& context);

}  // namespace signet::pipelines
