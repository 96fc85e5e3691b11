#include "crypto/transparency/log_verifier.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "crypto/base/json.h"
#include "crypto/base/text.h"
#include "crypto/transparency/compact_range.h"

namespace signet::crypto {
namespace {

/// Streams through a log once: entries into a compact range, completed nodes into open tiles, which
/// are compared with the log's files as they fill up.
class LogWalk {
 public:
  LogWalk(const LogFileSource& files, const Checkpoint& checkpoint)
      : files_(files), checkpoint_(checkpoint) {}

  /// `since_size`: where to note the root on the way.
  Status Run(std::optional<uint64_t> since_size) {
    if (since_size == uint64_t{0}) since_root_ = TreeHasher::EmptyRoot();
    for (uint64_t bundle = 0; range_.size() < checkpoint_.size; ++bundle) {
      TRY(WalkBundle(bundle, since_size));
    }
    // The tiles that stayed partial.
    for (unsigned level = 0; level < open_.size(); ++level) {
      if (!open_[level].empty()) TRY(CompareTile(level));
    }
    if (range_.Root(hasher_) != checkpoint_.root) {
      return Corrupt("the entries do not hash to the checkpoint's root");
    }
    return OkStatus();
  }

  [[nodiscard]] const std::optional<Digest>& since_root() const { return since_root_; }
  [[nodiscard]] uint64_t tiles() const { return tiles_; }

 private:
  Status WalkBundle(uint64_t bundle, std::optional<uint64_t> since_size) {
    const uint64_t width = TileWidthAt(0, bundle, checkpoint_.size);
    const std::string path = EntryBundlePath(bundle, width);
    ASSIGN_OR_RETURN(const Bytes bytes, ReadLogFile(path));
    const Result<std::vector<ByteView>> entries = SplitBundle(bytes);
    if (!entries.ok()) return entries.status().WithContext(path);
    if (entries->size() < width) {
      return Corrupt(path + " holds " + std::to_string(entries->size()) + " entries, not " +
                     std::to_string(width));
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
      if (since_size == range_.size()) since_root_ = range_.Root(hasher_);
    }
    return OkStatus();
  }

  /// An entry says its own index: a log spliced from others fails even before its root does.
  Status CheckEntry(ByteView entry) {
    const Result<Json> parsed = Json::Parse(AsText(entry));
    const std::string where = "entry " + std::to_string(range_.size());
    if (!parsed.ok()) return Corrupt(where + " is not JSON");
    if ((*parsed)["index"].AsInt(-1) != static_cast<int64_t>(range_.size())) {
      return Corrupt(where + " does not carry its own index");
    }
    return OkStatus();
  }

  Status AddToTile(unsigned level, const Digest& hash) {
    if (open_.size() <= level) open_.resize(level + 1);
    Append(open_[level], hash);
    if (open_[level].size() < kTileWidth * hash.size()) return OkStatus();
    return CompareTile(level);
  }

  /// Compares the open tile of `level` with the log's file and starts the next one.
  Status CompareTile(unsigned level) {
    if (next_.size() <= level) next_.resize(level + 1);
    const TileId id{level, next_[level]++, open_[level].size() / Digest().size()};
    ASSIGN_OR_RETURN(const Bytes stored, ReadLogFile(id.Path()));
    if (stored != open_[level]) return Corrupt(id.Path() + " does not fit the entries");
    open_[level].clear();
    ++tiles_;
    return OkStatus();
  }

  Result<Bytes> ReadLogFile(const std::string& path) {
    Result<Bytes> bytes = files_(path);
    if (bytes.status().code() == StatusCode::kNotFound) {
      return Corrupt(path + " is missing from the log");
    }
    return bytes;
  }

  const LogFileSource& files_;
  const Checkpoint& checkpoint_;
  TreeHasher hasher_;
  CompactRange range_;
  std::vector<Bytes> open_;     ///< per tile level, the hashes of the tile not yet compared
  std::vector<uint64_t> next_;  ///< per tile level, the open tile's index
  std::optional<Digest> since_root_;
  uint64_t tiles_ = 0;
};

}  // namespace

Result<LogVerification> VerifyLog(const LogFileSource& files,
                                  const VerifierKey& key,
                                  const std::optional<std::string>& since) {
  ASSIGN_OR_RETURN(const Bytes note, files("checkpoint"));
  const Result<Checkpoint> checkpoint = OpenCheckpoint(AsText(note), key);
  if (!checkpoint.ok()) return checkpoint.status().WithContext("checkpoint");
  LogVerification result;
  result.checkpoint = *checkpoint;
  if (since.has_value()) {
    const Result<Checkpoint> older = OpenCheckpoint(*since, key);
    if (!older.ok()) return older.status().WithContext("the older checkpoint");
    if (older->size > checkpoint->size) {
      return Corrupt("the log has " + WithThousands(static_cast<int64_t>(checkpoint->size)) +
                     " entries, fewer than the " +
                     WithThousands(static_cast<int64_t>(older->size)) + " of the older checkpoint");
    }
    result.since = *older;
  }
  LogWalk walk(files, result.checkpoint);
  TRY(walk.Run(result.since.has_value() ? std::optional(result.since->size) : std::nullopt));
  if (result.since.has_value() && walk.since_root() != result.since->root) {
    return Corrupt("the log was rewritten: its first " +
                   WithThousands(static_cast<int64_t>(result.since->size)) +
                   " entries are not those of the older checkpoint");
  }
  result.tiles = walk.tiles();
  return result;
}

}  // namespace signet::crypto
