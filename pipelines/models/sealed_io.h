/// SealedIo: the files that XGBoost keeps external-memory pages in, sealed.
#pragma once

#include <memory>
#include <string>

#include "crypto/base/status.h"
#include "pipelines/artifacts/scratch_file.h"

namespace signet::pipelines {

/// XGBoost writes its pages through one library, dmlc, by two functions: `dmlc::Stream::Create` and
/// `dmlc::SeekStream::CreateForRead`. This program defines both, and the dynamic linker takes a
/// program's definition before a library's. So XGBoost can open what a SealedIo of ours holds, and
/// nothing else: no page and no model goes to a file in plain, whatever it is asked to do. Should
/// the definitions ever not be taken, `prefix()` names a folder that no system has, and XGBoost
/// fails.
class SealedIo {
 public:
  /// Pages rest in `file`.
  explicit SealedIo(std::shared_ptr<ScratchFile> file);
  ~SealedIo();
  SealedIo(const SealedIo&) = delete;
  SealedIo& operator=(const SealedIo&) = delete;

  /// What XGBoost is told as `cache_prefix`.
  [[nodiscard]] const std::string& prefix() const { return prefix_; }
  /// What the disk said when it first failed; XGBoost itself tells only that a call did.
  [[nodiscard]] Status status() const;

 private:
  std::string prefix_;
};

}  // namespace signet::pipelines
