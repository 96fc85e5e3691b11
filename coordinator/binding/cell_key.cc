#include "coordinator/binding/cell_key.h"

#include <string>

namespace signet::coordinator {
namespace {

constexpr char kKey[] = "state/cell_dek";

}  // namespace

Result<std::optional<DekId>> CellKeyOf(StateFolder& state) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state.store().Get(kKey));
  if (!stored) return std::optional<DekId>();
  return std::optional<DekId>(DekId(std::string(AsText(*stored))));
}

Result<DekId> NewCellKey(StateFolder& state, crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const std::optional<DekId> before, CellKeyOf(state));
  if (before) TRY(state.vault().DestroyDek(*before, batch));
  ASSIGN_OR_RETURN(const DekId id, state.vault().NewDek({"@cells", "1", -1, "escrow"}, batch));
  batch.Put(kKey, id.text());
  return id;
}

}  // namespace signet::coordinator
