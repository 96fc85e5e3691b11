#include "pipelines/models/code_blocks.h"

#include <algorithm>
#include <utility>

#include "crypto/base/check.h"
#include "crypto/base/json.h"

namespace signet::pipelines {

CodeBlocks::CodeBlocks(CodeRows rows, std::span<const size_t> positions)
    : rows_(rows), positions_(positions) {
  CHECK(rows.file() == nullptr || std::is_sorted(positions.begin(), positions.end()));
}

std::span<const uint8_t> CodeBlocks::Gathered(const CodeMatrix& matrix) {
  const size_t columns = matrix.columns;
  const size_t count = std::min(rows_.block_rows(), positions_.size() - position_);
  chosen_.resize(count * columns);
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* row = matrix.codes.data() + positions_[position_ + i] * columns;
    std::copy(row, row + columns, chosen_.data() + i * columns);
  }
  position_ += count;
  return chosen_;
}

std::span<const uint8_t> CodeBlocks::Chosen(std::span<const uint8_t> block) {
  const size_t columns = rows_.columns();
  const size_t first = block_ * rows_.block_rows();
  const size_t end = first + block.size() / columns;
  chosen_.clear();
  for (; position_ < positions_.size() && positions_[position_] < end; ++position_) {
    const uint8_t* row = block.data() + (positions_[position_] - first) * columns;
    chosen_.insert(chosen_.end(), row, row + columns);
  }
  return chosen_;
}

std::span<const uint8_t> CodeBlocks::Next() {
  if (!status_.ok()) return {};
  if (!positions_.empty()) {
    if (position_ == positions_.size()) return {};
    if (rows_.memory() != nullptr) return Gathered(*rows_.memory());
    block_ = positions_[position_] / rows_.block_rows();
  }
  const Result<std::span<const uint8_t>> block = rows_.Block(block_, read_);
  if (!block.ok()) {
    status_ = block.status();
    return {};
  }
  const std::span<const uint8_t> codes = positions_.empty() ? *block : Chosen(*block);
  ++block_;
  return codes;
}

std::string CodeBlocks::NextArray() {
  const std::span<const uint8_t> block = Next();
  if (block.empty()) return {};
  const size_t columns = rows_.columns();
  return Json::Of({{"data", Json::List({Json(reinterpret_cast<uintptr_t>(block.data())), true})},
                   {"shape", Json::List({block.size() / columns, columns})},
                   {"typestr", "|u1"},
                   {"version", 3}})
      .Dump();
}

void CodeBlocks::Rewind() {
  block_ = 0;
  position_ = 0;
}

Result<CodeMatrix> HeadOf(CodeRows rows, std::span<const size_t> positions, size_t count) {
  CodeMatrix head{rows.columns(), {}};
  CodeBlocks blocks(rows, positions);
  const size_t cells = std::min(count, blocks.size()) * rows.columns();
  head.codes.reserve(cells);
  while (head.codes.size() < cells) {
    const std::span<const uint8_t> block = blocks.Next();
    TRY(blocks.status());
    const auto taken = block.first(std::min(block.size(), cells - head.codes.size()));
    head.codes.insert(head.codes.end(), taken.begin(), taken.end());
  }
  return head;
}

}  // namespace signet::pipelines
