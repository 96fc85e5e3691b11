#include "pipelines/models/booster_matrix.h"

#include <memory>
#include <string>
#include <utility>

#include <xgboost/c_api.h>

#include "crypto/base/json.h"

namespace signet::pipelines {
namespace {

constexpr int kBins = 256;
constexpr int kMissing = CodeMatrix::kMissing;

}  // namespace

Status CheckedCall(int code, const char* what) {
  return code == 0 ? OkStatus() : Internal(std::string("XGBoost could not ") + what);
}

void SilenceXgboost() {
  thread_local const bool kOnce = [] {
    XGBSetGlobalConfig(R"({"verbosity": 0})");
    XGBRegisterLogCallback([](const char* /*line*/) {});
    return true;
  }();
  static_cast<void>(kOnce);
}

Status BoosterMatrix::Checked(int code, const char* what) const {
  if (code != 0 && pages_ != nullptr) TRY(pages_->status());
  return CheckedCall(code, what);
}

BoosterMatrix::~BoosterMatrix() {
  if (handle_ != nullptr) XGDMatrixFree(handle_);
  if (proxy_ != nullptr) XGDMatrixFree(proxy_);
}

Status BoosterMatrix::Take(CodeBlocks& blocks, int threads, const BoosterMatrix* like) {
  SilenceXgboost();
  blocks_ = &blocks;
  TRY(CheckedCall(XGProxyDMatrixCreate(&proxy_), "take the rows"));
  Status taken = blocks.rows().file() == nullptr ? Quantise(threads, like) : Page(threads);
  TRY(blocks.status());
  return taken;
}

Status BoosterMatrix::Quantise(int threads, const BoosterMatrix* like) {
  const Json config = Json::Of({{"missing", kMissing}, {"nthread", threads}, {"max_bin", kBins}});
  return CheckedCall(XGQuantileDMatrixCreateFromCallback(this,
                                                         proxy_,
                                                         like == nullptr ? nullptr : like->handle_,
                                                         &BoosterMatrix::Rewind,
                                                         &BoosterMatrix::Next,
                                                         config.Dump().c_str(),
                                                         &handle_),
                     "take the rows");
}

Status BoosterMatrix::Page(int threads) {
  ASSIGN_OR_RETURN(std::shared_ptr<ScratchFile> file, blocks_->rows().file()->Another());
  pages_ = std::make_unique<SealedIo>(std::move(file));
  const Json config =
      Json::Of({{"missing", kMissing}, {"nthread", threads}, {"cache_prefix", pages_->prefix()}});
  return Checked(XGDMatrixCreateFromCallback(this,
                                             proxy_,
                                             &BoosterMatrix::Rewind,
                                             &BoosterMatrix::Next,
                                             config.Dump().c_str(),
                                             &handle_),
                 "take the rows");
}

Status BoosterMatrix::Fill(const std::string& array, int threads) {
  SilenceXgboost();
  const Json config = Json::Of({{"missing", kMissing}, {"nthread", threads}});
  return CheckedCall(XGDMatrixCreateFromDense(array.c_str(), config.Dump().c_str(), &handle_),
                     "take the rows");
}

void BoosterMatrix::Rewind(void* self) {
  static_cast<BoosterMatrix*>(self)->blocks_->Rewind();
}

/// One block; called by XGBoost, on our thread.
int BoosterMatrix::Next(void* self) {
  auto* matrix = static_cast<BoosterMatrix*>(self);
  matrix->array_ = matrix->blocks_->NextArray();
  if (matrix->array_.empty()) return 0;
  return XGProxyDMatrixSetDataDense(matrix->proxy_, matrix->array_.c_str()) == 0 ? 1 : 0;
}

}  // namespace signet::pipelines
