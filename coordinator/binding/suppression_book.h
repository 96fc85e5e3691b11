/// SuppressionBook: the list that keeps the erased from returning, as it lies in the store.
#pragma once

#include <optional>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"
#include "pipelines/identity/suppression_list.h"

namespace signet::coordinator {

/// One value under "suppression". Belongs to one thread.
class SuppressionBook {
 public:
  explicit SuppressionBook(StateFolder& state) : state_(state) {}

  /// The list's bytes; nothing while nobody was ever erased.
  Result<std::optional<Bytes>> Stored();
  Result<pipelines::SuppressionList> Load();
  static void Put(const pipelines::SuppressionList& list, crypto::WriteBatch& batch);

 private:
  StateFolder& state_;
};

}  // namespace signet::coordinator
