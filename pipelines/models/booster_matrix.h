/// BoosterMatrix: codes as XGBoost holds them.
#pragma once

#include <memory>
#include <string>

#include "crypto/base/status.h"
#include "pipelines/models/code_blocks.h"
#include "pipelines/models/sealed_io.h"

namespace signet::pipelines {

/// XGBoost's own bins are one per code, so that how rows came in blocks leaves no trace.
class BoosterMatrix {
 public:
  BoosterMatrix() = default;
  BoosterMatrix(const BoosterMatrix&) = delete;
  BoosterMatrix& operator=(const BoosterMatrix&) = delete;
  ~BoosterMatrix();

  /// For training, or, with the bins of `like` (null: its own), for judging between rounds. Blocks
  /// in memory become a quantile matrix: a byte a cell. Those on a disk become an external-memory
  /// matrix: some pages in memory, the others sealed on that disk. kInternal if XGBoost refuses;
  /// what the blocks say if the disk fails. The blocks must outlive the matrix.
  Status Take(CodeBlocks& blocks, int threads, const BoosterMatrix* like);
  /// For prediction, a block as the array interface names it: eight bytes a cell.
  Status Fill(const std::string& array, int threads);
  /// A call of XGBoost with these rows, that failed or not: why, when the disk is the reason.
  [[nodiscard]] Status Checked(int code, const char* what) const;
  /// XGBoost's DMatrixHandle.
  [[nodiscard]] void* get() const { return handle_; }

 private:
  Status Quantise(int threads, const BoosterMatrix* like);
  Status Page(int threads);
  static void Rewind(void* self);
  static int Next(void* self);

  void* handle_ = nullptr;
  void* proxy_ = nullptr;
  CodeBlocks* blocks_ = nullptr;
  std::unique_ptr<SealedIo> pages_;
  std::string array_;
};

/// From now on the library's own log lines go nowhere in this thread: they may quote values.
void SilenceXgboost();
/// XGBoost's messages may name files and values: this says which call failed, and no more.
Status CheckedCall(int code, const char* what);

}  // namespace signet::pipelines
