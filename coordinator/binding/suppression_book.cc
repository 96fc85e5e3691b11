#include "coordinator/binding/suppression_book.h"

namespace signet::coordinator {
namespace {

constexpr char kKey[] = "suppression";

}  // namespace

Result<std::optional<Bytes>> SuppressionBook::Stored() {
  return state_.store().Get(kKey);
}

Result<pipelines::SuppressionList> SuppressionBook::Load() {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, Stored());
  return pipelines::SuppressionList::Decode(stored ? ByteView(*stored) : ByteView());
}

void SuppressionBook::Put(const pipelines::SuppressionList& list, crypto::WriteBatch& batch) {
  batch.Put(kKey, list.Encode());
}

}  // namespace signet::coordinator
