#include "pipelines/models/row_spool.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/check.h"
#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

constexpr size_t kBucketBytes = size_t{16} << 20U;  ///< about what one bucket holds
constexpr unsigned kBitsMax = 10;
constexpr size_t kPageBytes = size_t{64} << 10U;

/// The subject's first 32 bits.
uint32_t HeadOf(const SubjectId& subject) {
  uint32_t head = 0;
  for (size_t i = 0; i < sizeof(head); ++i) head = head << 8U | subject.value[i];
  return head;
}

template <typename Value>
void Put(Bytes& to, const Value* values, size_t count) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(values);
  to.insert(to.end(), bytes, bytes + count * sizeof(Value));
}

}  // namespace

RowSpool::RowSpool(size_t columns,
                   size_t extras,
                   uint64_t rows_expected,
                   std::shared_ptr<ScratchFile> disk)
    : columns_(columns), extras_(extras), disk_(std::move(disk)) {
  const uint64_t bytes = rows_expected * row_bytes();
  while (bits_ < kBitsMax && bytes >> bits_ > kBucketBytes) ++bits_;
  buckets_.resize(size_t{1} << bits_);
}

size_t RowSpool::row_bytes() const {
  return sizeof(SubjectId) + columns_ * sizeof(float) + extras_ * sizeof(double);
}

Status RowSpool::Append(const FeatureMatrix& rows) {
  CHECK(rows.columns == columns_ && rows.extras.size() == extras_);
  for (size_t r = 0; r < rows.rows(); ++r) {
    const SubjectId& subject = rows.subjects[r];
    Bucket& bucket = buckets_[bits_ == 0 ? 0 : HeadOf(subject) >> (32 - bits_)];
    Put(bucket.rows, subject.value.data(), subject.value.size());
    Put(bucket.rows, rows.cells.data() + r * columns_, columns_);
    for (const std::vector<double>& extra : rows.extras) Put(bucket.rows, &extra[r], 1);
    if (disk_ == nullptr || bucket.rows.size() < kPageBytes) continue;
    ASSIGN_OR_RETURN(const uint64_t page, disk_->Append(bucket.rows));
    bucket.pages.push_back(page);
    bucket.rows.clear();
  }
  rows_ += rows.rows();
  return OkStatus();
}

Result<Bytes> RowSpool::BytesOf(const Bucket& bucket) const {
  Bytes all;
  for (const uint64_t page : bucket.pages) {
    ASSIGN_OR_RETURN(const Bytes rows, disk_->Read(page));
    all.insert(all.end(), rows.begin(), rows.end());
  }
  all.insert(all.end(), bucket.rows.begin(), bucket.rows.end());
  return all;
}

Result<FeatureMatrix> RowSpool::RowsOf(const Bucket& bucket) const {
  Bytes read;
  if (!bucket.pages.empty()) {
    ASSIGN_OR_RETURN(read, BytesOf(bucket));
  }
  const Bytes& bytes = bucket.pages.empty() ? bucket.rows : read;
  const size_t count = bytes.size() / row_bytes();
  const auto row = [&](size_t i) { return bytes.data() + i * row_bytes(); };
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::memcmp(row(a), row(b), sizeof(SubjectId)) < 0;
  });
  FeatureMatrix rows;
  rows.columns = columns_;
  rows.cells.resize(count * columns_);
  rows.subjects.resize(count);
  rows.extras.assign(extras_, std::vector<double>(count));
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* from = row(order[i]);
    std::memcpy(rows.subjects[i].value.data(), from, sizeof(SubjectId));
    from += sizeof(SubjectId);
    if (columns_ > 0) std::memcpy(&rows.cells[i * columns_], from, columns_ * sizeof(float));
    from += columns_ * sizeof(float);
    for (std::vector<double>& extra : rows.extras) {
      std::memcpy(&extra[i], from, sizeof(double));
      from += sizeof(double);
    }
    if (i > 0 && rows.subjects[i] == rows.subjects[i - 1]) {
      return Invalid("features hold a subject twice: one row per subject is expected");
    }
  }
  return rows;
}

Status RowSpool::ForEach(const std::function<Status(const FeatureMatrix&)>& visit) const {
  for (const Bucket& bucket : buckets_) {
    ASSIGN_OR_RETURN(const FeatureMatrix rows, RowsOf(bucket));
    if (rows.rows() > 0) TRY(visit(rows));
  }
  return OkStatus();
}

Result<RowSpool> SpoolOf(query::Connection& connection,
                         const FeatureEncoder& encoder,
                         const TrainOptions& options,
                         const std::string& from,
                         const std::vector<std::string>& extras,
                         const StageContext& context) {
  std::shared_ptr<ScratchFile> disk;
  if (options.external_memory) {
    if (context.scratch.empty()) return Invalid("train: external_memory: there is no disk to use");
    ASSIGN_OR_RETURN(disk, ScratchFile::Create(context.scratch));
  }
  ASSIGN_OR_RETURN(const int64_t rows,
                   connection.QueryInt64("SELECT count(*) FROM " + SqlName(options.features)));
  RowSpool spool(encoder.size(), extras.size(), static_cast<uint64_t>(rows), std::move(disk));
  TRY(encoder.ReadInto(connection, from, extras, [&spool](const FeatureMatrix& some) {
    return spool.Append(some);
  }));
  return spool;
}

}  // namespace signet::pipelines
