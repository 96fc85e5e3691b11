#include "crypto/audit/audit_reader.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "crypto/audit/audit_keys.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "crypto/transparency/receipt.h"

namespace signet::crypto {
namespace {

std::string Count(uint64_t n) {
  return WithThousands(static_cast<int64_t>(n));
}

/// Writes one file of an export; a file that holds the same bytes is left alone. Not synced: an
/// export can be repeated.
Status WriteExported(const std::filesystem::path& path, ByteView bytes) {
  const Result<Bytes> there = ReadFile(path);
  if (there.ok() && ByteView(*there).size() == bytes.size() &&
      std::equal(bytes.begin(), bytes.end(), there->begin())) {
    return OkStatus();
  }
  TRY(MakeFolders(path.parent_path(), 0755));
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  const std::string_view text = AsText(bytes);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (file.fail()) {
    return Unavailable("cannot write " + path.string())
        .WithRemedy("choose a folder with enough space that this user may write");
  }
  return OkStatus();
}

}  // namespace

Result<std::unique_ptr<AuditReader>> AuditReader::Open(KvStore& store, VerifierKey key) {
  std::unique_ptr<AuditReader> reader(new AuditReader(store, std::move(key)));
  TRY(reader->Refresh());
  const Result<std::string> note = reader->LastCheckpoint();
  if (note.status().code() == StatusCode::kNotFound) return reader;
  if (!note.ok()) return note.status();
  const Result<Checkpoint> checkpoint = OpenCheckpoint(*note, reader->key_);
  if (!checkpoint.ok()) return checkpoint.status().WithContext("the log's last checkpoint");
  TRY(reader->CheckExtends(*checkpoint));
  return reader;
}

Status AuditReader::Refresh() {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, store_.Get(kAuditStateKey));
  if (!stored.has_value()) {
    range_ = CompactRange();
    return store_.Scan(kAuditPrefix, [](std::string_view key, ByteView /*value*/) {
      if (key == kAuditCheckpointKey) return OkStatus();
      return Corrupt("the log has entries but its state is gone");
    });
  }
  ASSIGN_OR_RETURN(AuditState state, AuditState::Decode(*stored));
  range_ = std::move(state.range);
  TRY(LoadPruned());
  TreeHasher hasher;
  ASSIGN_OR_RETURN(const Digest root, RootAt(range_.size()));
  if (root != range_.Root(hasher)) return Corrupt("the log's entries do not fit its state");
  return OkStatus();
}

Status AuditReader::LoadPruned() {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, store_.Get(kAuditPrunedKey));
  pruned_below_ = 0;
  if (!stored.has_value()) return OkStatus();
  ByteReader reader(*stored);
  const Result<uint64_t> minimum = reader.U64();
  if (!minimum.ok() || !reader.empty() || *minimum % kTileWidth != 0 || *minimum > range_.size()) {
    return Corrupt("the log's minimum index is malformed");
  }
  pruned_below_ = *minimum;
  return OkStatus();
}

Result<Bytes> AuditReader::EntryBytes(uint64_t index) {
  if (index >= size()) {
    return NotFound("the log has " + Count(size()) + " entries; there is no entry " + Count(index));
  }
  const uint64_t bundle = index / kTileWidth;
  ASSIGN_OR_RETURN(const Bytes bytes, EntryBundle(bundle, TileWidthAt(0, bundle, size())));
  ASSIGN_OR_RETURN(const std::vector<ByteView> entries, SplitBundle(bytes));
  if (index % kTileWidth >= entries.size()) return Corrupt("entry " + Count(index) + " is gone");
  const ByteView entry = entries[index % kTileWidth];
  return Bytes(entry.begin(), entry.end());
}

Result<Json> AuditReader::Entry(uint64_t index) {
  ASSIGN_OR_RETURN(const Bytes entry, EntryBytes(index));
  Result<Json> parsed = Json::Parse(AsText(entry));
  if (!parsed.ok()) return Corrupt("entry " + Count(index) + " is not JSON");
  return parsed;
}

Status AuditReader::Scan(uint64_t from,
                         const std::function<Status(uint64_t index, ByteView entry)>& visit) {
  from = std::max(from, pruned_below_);
  for (uint64_t bundle = from / kTileWidth; bundle * kTileWidth < size(); ++bundle) {
    const uint64_t width = TileWidthAt(0, bundle, size());
    ASSIGN_OR_RETURN(const Bytes bytes, EntryBundle(bundle, width));
    ASSIGN_OR_RETURN(const std::vector<ByteView> entries, SplitBundle(bytes));
    if (entries.size() < width) return Corrupt(EntryBundlePath(bundle, width) + " lacks entries");
    for (uint64_t i = 0; i < width; ++i) {
      const uint64_t index = bundle * kTileWidth + i;
      if (index >= from) TRY(visit(index, entries[i]));
    }
  }
  return OkStatus();
}

Result<std::string> AuditReader::LastCheckpoint() {
  ASSIGN_OR_RETURN(const std::optional<Bytes> note, store_.Get(kAuditCheckpointKey));
  if (!note.has_value()) return NotFound("the log has no signed checkpoint yet");
  return std::string(AsText(*note));
}

Result<Digest> AuditReader::RootAt(uint64_t size) {
  if (size > range_.size()) {
    return Invalid("the log has " + Count(range_.size()) + " entries, not " + Count(size));
  }
  TileTree tree(size, [this](const TileId& id) { return AnyTile(id); });
  return crypto::RootAt(
      size, [&tree](unsigned level, uint64_t index) { return tree.Node(level, index); });
}

Result<Checkpoint> AuditReader::OpenLast(std::string& note) {
  ASSIGN_OR_RETURN(note, LastCheckpoint());
  return OpenCheckpoint(note, key_);
}

Status AuditReader::LoadProver() {
  ASSIGN_OR_RETURN(std::string note, LastCheckpoint());
  if (prover_.has_value() && prover_->note == note) return OkStatus();
  ASSIGN_OR_RETURN(const Checkpoint checkpoint, OpenCheckpoint(note, key_));
  prover_.emplace(
      Prover{std::move(note), checkpoint.size, TileTree(checkpoint.size, [this](const TileId& id) {
               return AnyTile(id);
             })});
  return OkStatus();
}

Result<std::string> AuditReader::ProveInclusion(uint64_t index) {
  if (index >= size()) {
    return NotFound("the log has " + Count(size()) + " entries; there is no entry " + Count(index));
  }
  const Status loaded = LoadProver();
  if (loaded.code() == StatusCode::kNotFound || (loaded.ok() && index >= prover_->size)) {
    return Unavailable("no signed checkpoint covers entry " + Count(index) + " yet");
  }
  TRY(loaded);
  Receipt receipt;
  receipt.index = index;
  receipt.checkpoint = prover_->note;
  ASSIGN_OR_RETURN(
      receipt.hashes,
      crypto::ProveInclusion(index, prover_->size, [this](unsigned level, uint64_t node) {
        return prover_->tree.Node(level, node);
      }));
  return receipt.Text();
}

Result<std::vector<Digest>> AuditReader::ProveConsistencyFrom(uint64_t old_size) {
  std::string note;
  ASSIGN_OR_RETURN(const Checkpoint checkpoint, OpenLast(note));
  TileTree tree(checkpoint.size, [this](const TileId& id) { return AnyTile(id); });
  return ProveConsistency(old_size, checkpoint.size, [&tree](unsigned level, uint64_t index) {
    return tree.Node(level, index);
  });
}

Status AuditReader::Export(const std::filesystem::path& folder) {
  std::string note;
  ASSIGN_OR_RETURN(const Checkpoint checkpoint, OpenLast(note));
  for (uint64_t bundle = pruned_below_ / kTileWidth; TileWidthAt(0, bundle, checkpoint.size) > 0;
       ++bundle) {
    const uint64_t width = TileWidthAt(0, bundle, checkpoint.size);
    ASSIGN_OR_RETURN(const Bytes bytes, EntryBundle(bundle, width));
    TRY(WriteExported(folder / EntryBundlePath(bundle, width), bytes));
  }
  for (const TileId& id : TilesOf(checkpoint.size)) {
    if (id.level == 0 && (id.index + 1) * kTileWidth <= pruned_below_) continue;
    ASSIGN_OR_RETURN(const Bytes hashes, AnyTile(id));
    TRY(WriteExported(folder / id.Path(), hashes));
  }
  // Last, so that whoever sees the checkpoint finds its tiles.
  TRY(MakeFolders(folder, 0755));
  return WriteFileAtomically(folder / "checkpoint", AsBytes(note), 0644);
}

Result<uint64_t> AuditReader::VerifyAll() {
  TRY(Refresh());
  std::string note;
  const Result<Checkpoint> checkpoint = OpenLast(note);
  if (!checkpoint.ok() && checkpoint.status().code() != StatusCode::kNotFound) {
    return checkpoint.status();
  }
  std::vector<uint64_t> sizes;
  if (checkpoint.ok()) {
    if (checkpoint->size > size()) return CheckExtends(*checkpoint);
    sizes.push_back(checkpoint->size);
  }
  sizes.push_back(size());
  ASSIGN_OR_RETURN(const LogHashes hashes, HashLog(*this, size(), sizes, pruned_below_));
  TreeHasher hasher;
  if (hashes.roots.back() != range_.Root(hasher)) {
    return Corrupt("the log's entries do not hash to its state");
  }
  if (checkpoint.ok() && hashes.roots.front() != checkpoint->root) {
    return Corrupt("the log's entries do not hash to its last signed checkpoint");
  }
  return size();
}

Status AuditReader::CheckExtends(const Checkpoint& checkpoint) {
  if (checkpoint.size > size()) {
    return Corrupt("the log has " + Count(size()) + " entries, but a checkpoint over " +
                   Count(checkpoint.size) + " was signed: the state was rolled back")
        .WithRemedy("bring back the newest copy of the state");
  }
  ASSIGN_OR_RETURN(const Digest root, RootAt(checkpoint.size));
  if (root != checkpoint.root) {
    return Corrupt("the log's first " + Count(checkpoint.size) +
                   " entries are not those that were signed: the log was rewritten");
  }
  return OkStatus();
}

Result<Bytes> AuditReader::RequirePart(const std::string& key) {
  Result<Bytes> part = store_.Require(key);
  if (part.status().code() == StatusCode::kNotFound) {
    return Corrupt("the log has lost its " + key);
  }
  return part;
}

Result<Bytes> AuditReader::EntryBundle(uint64_t index, uint64_t width) {
  const uint64_t first = index * kTileWidth;
  if (first + kTileWidth <= pruned_below_) {
    return NotFound("entries below " + Count(pruned_below_) + " were removed by retention");
  }
  // A full bundle is one entry of the store, whatever width is asked for.
  if (size() >= first + kTileWidth) {
    ASSIGN_OR_RETURN(Bytes bundle, RequirePart(AuditEntriesKey(first)));
    if (width == kTileWidth) return bundle;
    ASSIGN_OR_RETURN(const std::vector<ByteView> entries, SplitBundle(bundle));
    if (entries.size() < width) return Corrupt("a bundle of the log lacks entries");
    const ByteView last = entries[width - 1];
    bundle.resize(static_cast<size_t>(last.data() + last.size() - bundle.data()));
    return bundle;
  }
  Bytes bundle;
  uint64_t have = 0;
  TRY(store_.Scan(kAuditEntriesPrefix,
                  AuditEntriesKey(first),
                  [&](std::string_view key, ByteView piece) -> Status {
                    if (have >= width) return OkStatus();
                    ASSIGN_OR_RETURN(const uint64_t at, FirstIndexOfKey(key));
                    if (at != first + have) {
                      return Corrupt("the log's entries from " + Count(first + have) + " are gone");
                    }
                    ASSIGN_OR_RETURN(const std::vector<ByteView> entries, SplitBundle(piece));
                    for (size_t i = 0; i < entries.size() && have < width; ++i, ++have) {
                      AppendBundleEntry(bundle, entries[i]);
                    }
                    return OkStatus();
                  }));
  if (have < width) {
    return Corrupt("the log's entries from " + Count(first + have) + " are gone");
  }
  return bundle;
}

Result<std::optional<Bytes>> AuditReader::HashTile(const TileId& id) {
  if (id.level == 0) return std::optional<Bytes>();
  ASSIGN_OR_RETURN(Bytes hashes, RequirePart(AuditTileKey(id.level, id.index)));
  const size_t wanted = id.width * Digest().size();
  if (hashes.size() < wanted) return Corrupt("the log's " + id.Path() + " lacks hashes");
  hashes.resize(wanted);
  return std::optional<Bytes>(std::move(hashes));
}

Result<Bytes> AuditReader::AnyTile(const TileId& id) {
  ASSIGN_OR_RETURN(std::optional<Bytes> stored, HashTile(id));
  if (stored.has_value()) return *std::move(stored);
  ASSIGN_OR_RETURN(const Bytes bundle, EntryBundle(id.index, id.width));
  ASSIGN_OR_RETURN(const std::vector<ByteView> entries, SplitBundle(bundle));
  TreeHasher hasher;
  Bytes hashes;
  for (const ByteView entry : entries) Append(hashes, hasher.Leaf(entry));
  return hashes;
}

}  // namespace signet::crypto
