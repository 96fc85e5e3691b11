#include "coordinator/requests/receipt_writer.h"

#include <filesystem>

#include "crypto/base/file.h"
#include "crypto/primitives/sha256.h"

namespace signet::coordinator {

std::string ReceiptWriter::TextOf(const Json& body) {
  return body.Pretty() + "\n";
}

std::string ReceiptWriter::DigestOf(const Json& body) {
  return ToHex(crypto::Sha256::Of(AsBytes(TextOf(body))));
}

Status ReceiptWriter::WriteProof(const std::filesystem::path& folder,
                                 const std::string& name,
                                 uint64_t index) {
  ASSIGN_OR_RETURN(const std::string proof, state_.audit().ProveInclusion(index));
  ASSIGN_OR_RETURN(const Bytes entry, state_.audit().reader().EntryBytes(index));
  TRY(WriteFileAtomically(folder / (name + ".entry.json"), entry, 0600, FileSync::kLater));
  return WriteFileAtomically(
      folder / (name + ".tlog-proof"), AsBytes(proof), 0600, FileSync::kLater);
}

Status ReceiptWriter::Write(const std::vector<Receipt>& receipts) {
  if (receipts.empty()) return OkStatus();
  TRY(state_.audit().SignCheckpoint().status());
  const std::filesystem::path folder = state_.path() / "receipts";
  TRY(MakeFolders(folder));
  for (const Receipt& receipt : receipts) {
    TRY(WriteProof(folder, receipt.name, receipt.audit_index));
    TRY(WriteFileAtomically(
        folder / (receipt.name + ".json"), AsBytes(TextOf(receipt.body)), 0600, FileSync::kLater));
  }
  return SyncFileSystem(folder);
}

}  // namespace signet::coordinator
