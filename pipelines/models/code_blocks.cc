#include "pipelines/models/code_blocks.h"

#include <algorithm>

#include "crypto/base/json.h"

namespace signet::pipelines {
namespace {

constexpr size_t kBlockCells = size_t{1} << 21U;
constexpr size_t kBlockRowsMin = 1024;

}  // namespace

std::span<const uint8_t> CodeBlocks::Next() {
  if (next_ >= size()) return {};
  const size_t columns = rows_.columns;
  const size_t count = std::min(std::max(kBlockRowsMin, kBlockCells / columns), size() - next_);
  const size_t first = next_;
  next_ += count;
  if (positions_.empty()) return {rows_.codes.data() + first * columns, count * columns};
  chosen_.resize(count * columns);
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* row = rows_.codes.data() + positions_[first + i] * columns;
    std::copy(row, row + columns, chosen_.data() + i * columns);
  }
  return chosen_;
}

std::string CodeBlocks::NextArray() {
  const std::span<const uint8_t> block = Next();
  if (block.empty()) return {};
  return Json::Of({{"data", Json::List({Json(reinterpret_cast<uintptr_t>(block.data())), true})},
                   {"shape", Json::List({block.size() / rows_.columns, rows_.columns})},
                   {"typestr", "|u1"},
                   {"version", 3}})
      .Dump();
}

}  // namespace signet::pipelines
