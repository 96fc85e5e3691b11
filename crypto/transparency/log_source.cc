#include "crypto/transparency/log_source.h"

#include <string>
#include <utility>

#include "crypto/base/file.h"

namespace signet::crypto {

Result<std::string> FolderLog::CheckpointNote() {
  const std::filesystem::path path = folder_ / "checkpoint";
  const Result<Bytes> note = ReadFile(path);
  if (note.status().code() == StatusCode::kNotFound) {
    return Invalid(folder_.string() + " is not an exported log: it has no file `checkpoint`")
        .WithRemedy("give the folder that `signet audit export --out` wrote");
  }
  if (!note.ok()) return note.status();
  return std::string(AsText(*note));
}

Result<Bytes> FolderLog::EntryBundle(uint64_t index, uint64_t width) {
  return Read(EntryBundlePath(index, width), EntryBundlePath(index, kTileWidth));
}

Result<std::optional<Bytes>> FolderLog::HashTile(const TileId& id) {
  ASSIGN_OR_RETURN(Bytes hashes, Read(id.Path(), TileId{id.level, id.index}.Path()));
  const size_t wanted = id.width * Digest().size();
  // A full tile stands for its partial ones; a file of any other length is compared as it is.
  if (hashes.size() == kTileWidth * Digest().size()) hashes.resize(wanted);
  return std::optional<Bytes>(std::move(hashes));
}

Result<Bytes> FolderLog::Read(const std::string& partial, const std::string& full) {
  Result<Bytes> bytes = ReadFile(folder_ / partial);
  if (bytes.status().code() == StatusCode::kNotFound && partial != full) {
    bytes = ReadFile(folder_ / full);
  }
  if (bytes.status().code() == StatusCode::kNotFound) {
    return Corrupt(partial + " is missing from the log");
  }
  return bytes;
}

}  // namespace signet::crypto
