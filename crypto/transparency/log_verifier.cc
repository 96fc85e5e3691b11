#include "crypto/transparency/log_verifier.h"

#include <algorithm>
#include <string>
#include <utility>

#include "crypto/base/file.h"
#include "crypto/base/json.h"
#include "crypto/base/text.h"
#include "crypto/transparency/compact_range.h"

namespace signet::crypto {
namespace {

std::string Count(uint64_t n) {
  return WithThousands(static_cast<int64_t>(n));
}

/// Streams through a log once: entries into a compact range, completed nodes into open tiles, which
/// are compared with the log's as they fill up.
class LogWalk {
 public:
  LogWalk(LogSource& log, uint64_t size, const std::vector<uint64_t>& sizes)
      : log_(log), size_(size), sizes_(sizes) {}

  Result<LogHashes> Run() {
    NoteRoots();
    for (uint64_t bundle = 0; range_.size() < size_; ++bundle) TRY(WalkBundle(bundle));
    // The tiles that stayed partial.
    for (unsigned level = 0; level < open_.size(); ++level) {
      if (!open_[level].hashes.empty()) TRY(CompareTile(level));
    }
    return std::move(result_);
  }

 private:
  /// The tile of one level that is not yet full.
  struct OpenTile {
    uint64_t index = 0;
    Bytes hashes;
  };

  void NoteRoots() {
    while (result_.roots.size() < sizes_.size() && sizes_[result_.roots.size()] == range_.size()) {
      result_.roots.push_back(range_.Root(hasher_));
    }
  }

  Status WalkBundle(uint64_t bundle) {
    const uint64_t width = TileWidthAt(0, bundle, size_);
    ASSIGN_OR_RETURN(const Bytes bytes, log_.EntryBundle(bundle, width));
    const Result<std::vector<ByteView>> entries = SplitBundle(bytes);
    if (!entries.ok()) return entries.status().WithContext(EntryBundlePath(bundle, width));
    if (entries->size() < width) {
      return Corrupt(EntryBundlePath(bundle, width) + " holds only " + Count(entries->size()) +
                     " entries");
    }
    for (uint64_t i = 0; i < width; ++i) {
      TRY(CheckEntry((*entries)[i]));
      Status compared;
      range_.Append(hasher_.Leaf((*entries)[i]),
                    hasher_,
                    [&](unsigned level, uint64_t /*index*/, const Digest& hash) {
                      if (level % kTileHeight != 0 || !compared.ok()) return;
                      compared = AddToTile(level / kTileHeight, hash);
                    });
      TRY(compared);
      NoteRoots();
    }
    return OkStatus();
  }

  /// An entry says its own index: a log spliced from others fails even before its root does.
  Status CheckEntry(ByteView entry) {
    const Result<Json> parsed = Json::Parse(AsText(entry));
    const std::string where = "entry " + Count(range_.size());
    if (!parsed.ok()) return Corrupt(where + " is not JSON");
    if ((*parsed)["index"].AsInt(-1) != static_cast<int64_t>(range_.size())) {
      return Corrupt(where + " does not carry its own index");
    }
    return OkStatus();
  }

  Status AddToTile(unsigned level, const Digest& hash) {
    if (open_.size() <= level) open_.resize(level + 1);
    Append(open_[level].hashes, hash);
    if (open_[level].hashes.size() < kTileWidth * hash.size()) return OkStatus();
    return CompareTile(level);
  }

  /// Compares the open tile of `level` with the log's and starts the next one.
  Status CompareTile(unsigned level) {
    OpenTile& open = open_[level];
    const TileId id{level, open.index++, open.hashes.size() / Digest().size()};
    ASSIGN_OR_RETURN(const std::optional<Bytes> stored, log_.HashTile(id));
    if (stored.has_value()) {
      if (*stored != open.hashes) return Corrupt(id.Path() + " does not fit the entries");
      ++result_.tiles;
    }
    open.hashes.clear();
    return OkStatus();
  }

  LogSource& log_;
  uint64_t size_;
  const std::vector<uint64_t>& sizes_;
  TreeHasher hasher_;
  CompactRange range_;
  std::vector<OpenTile> open_;  ///< by tile level
  LogHashes result_;
};

}  // namespace

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

Result<LogHashes> HashLog(LogSource& log, uint64_t size, const std::vector<uint64_t>& sizes) {
  return LogWalk(log, size, sizes).Run();
}

Result<LogVerification> VerifyLog(LogSource& log,
                                  const VerifierKey& key,
                                  const std::optional<std::string>& since) {
  ASSIGN_OR_RETURN(const std::string note, log.CheckpointNote());
  const Result<Checkpoint> checkpoint = OpenCheckpoint(note, key);
  if (!checkpoint.ok()) return checkpoint.status().WithContext("checkpoint");
  LogVerification result;
  result.checkpoint = *checkpoint;
  std::vector<uint64_t> sizes;
  if (since.has_value()) {
    const Result<Checkpoint> older = OpenCheckpoint(*since, key);
    if (!older.ok()) return older.status().WithContext("the older checkpoint");
    if (older->size > checkpoint->size) {
      return Corrupt("the log has " + Count(checkpoint->size) + " entries, fewer than the " +
                     Count(older->size) + " of the older checkpoint");
    }
    result.since = *older;
    sizes.push_back(older->size);
  }
  sizes.push_back(checkpoint->size);
  ASSIGN_OR_RETURN(const LogHashes hashes, HashLog(log, checkpoint->size, sizes));
  if (hashes.roots.back() != checkpoint->root) {
    return Corrupt("the entries do not hash to the checkpoint's root");
  }
  if (result.since.has_value() && hashes.roots.front() != result.since->root) {
    return Corrupt("the log was rewritten: its first " + Count(result.since->size) +
                   " entries are not those of the older checkpoint");
  }
  result.tiles = hashes.tiles;
  return result;
}

}  // namespace signet::crypto
