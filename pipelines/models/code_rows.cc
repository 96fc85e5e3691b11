#include "pipelines/models/code_rows.h"

#include <algorithm>
#include <utility>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

constexpr size_t kBlockCells = size_t{1} << 21U;
constexpr size_t kBlockRowsMin = 1024;

size_t BlockRows(size_t columns) {
  return std::max(kBlockRowsMin, kBlockCells / std::max<size_t>(columns, 1));
}

}  // namespace

CodeStore::CodeStore(size_t columns, std::shared_ptr<ScratchFile> file) : file_(std::move(file)) {
  memory_.columns = columns;
}

Status CodeStore::Append(std::span<const uint8_t> codes) {
  CHECK(codes.size() % memory_.columns == 0);
  memory_.codes.insert(memory_.codes.end(), codes.begin(), codes.end());
  if (file_ == nullptr) return OkStatus();
  const size_t block = BlockRows(memory_.columns) * memory_.columns;
  while (memory_.codes.size() >= block) TRY(Seal(block));
  return OkStatus();
}

Status CodeStore::Finish() {
  if (file_ == nullptr || memory_.codes.empty()) return OkStatus();
  return Seal(memory_.codes.size());
}

Status CodeStore::Seal(size_t cells) {
  ASSIGN_OR_RETURN(const uint64_t page, file_->Append({memory_.codes.data(), cells}));
  pages_.push_back(page);
  sealed_rows_ += cells / memory_.columns;
  const auto begin = memory_.codes.begin();
  memory_.codes.erase(begin, begin + static_cast<std::ptrdiff_t>(cells));
  return OkStatus();
}

CodeRows::CodeRows(const CodeStore& store) : matrix_(&store.memory_) {
  if (store.file_ != nullptr) store_ = &store;
}

size_t CodeRows::rows() const {
  return store_ == nullptr ? matrix_->rows() : store_->sealed_rows_;
}

const ScratchFile* CodeRows::file() const {
  return store_ == nullptr ? nullptr : store_->file_.get();
}

size_t CodeRows::block_rows() const {
  return BlockRows(columns());
}

Result<std::span<const uint8_t>> CodeRows::Block(size_t block, Bytes& buffer) const {
  const size_t first = block * block_rows();
  if (first >= rows()) return std::span<const uint8_t>();
  if (store_ != nullptr) {
    ASSIGN_OR_RETURN(buffer, store_->file_->Read(store_->pages_[block]));
    return std::span<const uint8_t>(buffer);
  }
  const size_t count = std::min(block_rows(), rows() - first);
  return std::span<const uint8_t>(matrix_->codes.data() + first * columns(), count * columns());
}

}  // namespace signet::pipelines
