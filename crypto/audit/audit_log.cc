#include "crypto/audit/audit_log.h"

#include <algorithm>
#include <string>
#include <utility>

#include "crypto/audit/event_catalog.h"
#include "crypto/audit/evidence.h"
#include "crypto/base/check.h"
#include "crypto/base/file.h"
#include "crypto/base/log.h"

namespace signet::crypto {
namespace {

/// How often checkpoints of receipts reach the remembered file.
constexpr int64_t kRememberMicros = 1'000'000;

}  // namespace

Result<std::unique_ptr<AuditLog>> AuditLog::Open(KvStore& store,
                                                 Ed25519PrivateKey key,
                                                 std::string origin,
                                                 Clock& clock,
                                                 std::filesystem::path remembered,
                                                 std::filesystem::path evidence) {
  ASSIGN_OR_RETURN(const VerifierKey verifier,
                   VerifierKey::Create(std::move(origin), key.PublicKey()));
  std::unique_ptr<AuditLog> log(new AuditLog(store, std::move(key), clock, std::move(remembered)));
  log->evidence_ = std::move(evidence);
  log->verifier_text_ = verifier.Text();
  const Status started = log->Start(verifier);
  if (!started.ok()) return log->Convict(started);
  return log;
}

AuditLog::~AuditLog() {
  if (unremembered_.empty() || has_pending_) return;
  const Status remembered = Remember(std::string(unremembered_));
  if (!remembered.ok()) {
    Log(LogLevel::kWarning,
        "the last checkpoint is not remembered outside the store",
        Json::Of({{"status", remembered.ToString()}}));
  }
}

Status AuditLog::Convict(const Status& found, const std::string& witnessed) {
  if (evidence_.empty() || found.code() != StatusCode::kCorrupt) return found;
  LogEvidence kept;
  kept.key = verifier_text_;
  kept.origin = kept.key.substr(0, kept.key.find('+'));
  kept.witnessed = witnessed;
  if (const Result<Bytes> note = ReadFile(remembered_); note.ok()) {
    kept.remembered = std::string(AsText(*note));
  }
  if (const auto note = store_.Get(kAuditCheckpointKey); note.ok() && note->has_value()) {
    kept.stored = std::string(AsText(**note));
  }
  if (const auto stored = store_.Get(kAuditStateKey); stored.ok() && stored->has_value()) {
    kept.facts = Json::Of({{"state", ToHex(**stored)}});
  }
  return WithEvidence(found, evidence_, std::move(kept), clock_.Now());
}

Status AuditLog::Start(const VerifierKey& verifier) {
  ASSIGN_OR_RETURN(reader_, AuditReader::Open(store_, verifier));
  TRY(CheckRemembered());
  return Load();
}

Result<uint64_t> AuditLog::Append(const AuditEvent& event, WriteBatch& batch) {
  const uint64_t index = state_.range.size();
  // The wall clock may jump back; the log's times do not.
  const Timestamp time = std::max(clock_.Now(), state_.last_time);
  std::string_view why = event.why;
  if (why.empty()) {
    if (const EventDoc* const type = FindEvent(event.type); type != nullptr) why = type->why;
  }
  ASSIGN_OR_RETURN(const std::string entry, AuditEntryText(event, index, time, why));
  CHECK_FACTS(!has_pending_ || batch.ValueAt(state_operation_, kAuditStateKey) != nullptr,
              "entries are pending in another batch: call Committed first");
  state_.last_time = time;
  PutEntry(AsBytes(entry), batch);
  PutTree(AsBytes(entry), batch);
  PutState(batch);
  has_pending_ = true;
  return index;
}

Status AuditLog::Committed(const Status& written) {
  if (!written.ok()) {
    unremembered_.clear();
    TRY(reader_->Refresh());
    return Load();
  }
  reader_->range_ = state_.range;
  has_pending_ = false;
  fragment_is_open_ = false;
  if (unremembered_.empty()) return OkStatus();
  // Each file costs two syncs; a rollback by less than a second is what may go unnoticed here.
  const int64_t since = clock_.MonotonicMicros() - remembered_at_micros_;
  if (remembered_at_micros_ != 0 && since < kRememberMicros) return OkStatus();
  return Remember(std::string(unremembered_));
}

Result<uint64_t> AuditLog::Record(const AuditEvent& event, WriteBatch batch) {
  ASSIGN_OR_RETURN(const uint64_t index, Append(event, batch));
  const Status written = store_.Write(batch, Durability::kSync);
  TRY(Committed(written));
  TRY(written);
  return index;
}

Result<std::string> AuditLog::SignCheckpoint() {
  const Checkpoint checkpoint{key().name(), size(), reader_->range_.Root(hasher_)};
  const Result<std::string> last = reader_->LastCheckpoint();
  std::string note;
  if (last.ok()) {
    ASSIGN_OR_RETURN(const Checkpoint before, OpenCheckpoint(*last, key()));
    if (before == checkpoint) note = *last;
  } else if (last.status().code() != StatusCode::kNotFound) {
    return last.status();
  }
  if (note.empty()) {
    ASSIGN_OR_RETURN(const SignedNote made, SignNote(checkpoint.Text(), key().name(), key_));
    note = made.Text();
    // Synced: what a checkpoint promises is on disk before anyone may see it.
    TRY(store_.Put(std::string(kAuditCheckpointKey), ToBytes(note), Durability::kSync));
  }
  TRY(Remember(note));
  return note;
}

Status AuditLog::SignPending(WriteBatch& batch) {
  const Checkpoint checkpoint{key().name(), state_.range.size(), state_.range.Root(hasher_)};
  ASSIGN_OR_RETURN(const SignedNote made, SignNote(checkpoint.Text(), key().name(), key_));
  unremembered_ = made.Text();
  batch.Put(std::string(kAuditCheckpointKey), ToBytes(unremembered_));
  return OkStatus();
}

Status AuditLog::AddCosignatures(const SignedNote& cosigned) {
  ASSIGN_OR_RETURN(const std::string last, reader_->LastCheckpoint());
  ASSIGN_OR_RETURN(SignedNote note, SignedNote::FromText(last));
  if (note.text != cosigned.text) return Invalid("the cosigned checkpoint is not the last one");
  for (const NoteSignature& line : cosigned.signatures) {
    if (line.name == key().name() && line.id == key().id()) continue;
    std::erase_if(note.signatures, [&line](const NoteSignature& old) {
      return old.name == line.name && old.id == line.id;
    });
    note.signatures.push_back(line);
  }
  const std::string text = note.Text();
  if (text == last) return OkStatus();
  TRY(store_.Put(std::string(kAuditCheckpointKey), ToBytes(text), Durability::kSync));
  return Remember(text);
}

Status AuditLog::Prune(uint64_t minimum, const AuditEvent& event) {
  const uint64_t before = reader_->pruned_below();
  ASSIGN_OR_RETURN(const std::string checkpoint, SignCheckpoint());
  CHECK(!checkpoint.empty());
  if (minimum % kTileWidth != 0 || minimum > size() || minimum <= before) {
    return Invalid("a log is pruned below a multiple of 256 between " + std::to_string(before) +
                   " and " + std::to_string(size()));
  }
  WriteBatch batch;
  TRY(Append(event, batch).status());
  for (uint64_t first = before; first < minimum; first += kTileWidth) {
    batch.Delete(AuditEntriesKey(first));
  }
  Bytes stored;
  AppendU64(stored, minimum);
  batch.Put(std::string(kAuditPrunedKey), std::move(stored));
  const Status written = store_.Write(batch, Durability::kSync);
  TRY(Committed(written));
  TRY(written);
  return reader_->Refresh();
}

Status AuditLog::Remember(const std::string& note) {
  unremembered_.clear();
  if (remembered_.empty()) return OkStatus();
  const Result<Bytes> there = ReadFile(remembered_);
  if (there.ok() && AsText(*there) == note) return OkStatus();
  remembered_at_micros_ = clock_.MonotonicMicros();
  return WriteFileAtomically(remembered_, AsBytes(note));
}

Status AuditLog::VerifyAll() {
  Status found = CheckRemembered();
  if (found.ok()) found = reader_->VerifyAll().status();
  return found.ok() ? found : Convict(found);
}

Status AuditLog::CheckRemembered() {
  if (remembered_.empty()) return OkStatus();
  const Result<Bytes> note = ReadFile(remembered_);
  if (note.status().code() == StatusCode::kNotFound) return OkStatus();
  if (!note.ok()) return note.status();
  const Result<Checkpoint> checkpoint = OpenCheckpoint(AsText(*note), key());
  if (!checkpoint.ok()) {
    return Corrupt(remembered_.string() + ": " + checkpoint.status().message());
  }
  return reader_->CheckExtends(*checkpoint).WithContext(remembered_.string());
}

Status AuditLog::Load() {
  has_pending_ = false;
  fragment_is_open_ = false;
  state_ = AuditState();
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, store_.Get(kAuditStateKey));
  if (stored.has_value()) {
    ASSIGN_OR_RETURN(state_, AuditState::Decode(*stored));
  }
  TRY(LoadOpenBundle());
  return LoadOpenTiles();
}

Status AuditLog::LoadOpenBundle() {
  open_bundle_.clear();
  fragments_.clear();
  const uint64_t size = state_.range.size();
  const uint64_t first = size - size % kTileWidth;
  uint64_t next = first;
  TRY(store_.Scan(kAuditEntriesPrefix,
                  AuditEntriesKey(first),
                  [&](std::string_view key, ByteView piece) -> Status {
                    ASSIGN_OR_RETURN(const uint64_t at, FirstIndexOfKey(key));
                    ASSIGN_OR_RETURN(const std::vector<ByteView> entries, SplitBundle(piece));
                    if (at != next || entries.empty()) return Corrupt("the log has a hole");
                    next += entries.size();
                    fragments_.push_back(at);
                    signet::Append(open_bundle_, piece);
                    return OkStatus();
                  }));
  if (next != size) return Corrupt("the log's entries do not fit its state");
  return OkStatus();
}

Status AuditLog::LoadOpenTiles() {
  open_tiles_.clear();
  for (uint64_t hashes = state_.range.size() / kTileWidth; hashes > 0; hashes /= kTileWidth) {
    OpenTile tile;
    tile.index = hashes / kTileWidth;
    const TileId id{static_cast<unsigned>(open_tiles_.size()) + 1, tile.index, hashes % kTileWidth};
    if (id.width > 0) {
      ASSIGN_OR_RETURN(tile.hashes, reader_->AnyTile(id));
    }
    open_tiles_.push_back(std::move(tile));
  }
  return OkStatus();
}

void AuditLog::PutEntry(ByteView entry, WriteBatch& batch) {
  AppendBundleEntry(open_bundle_, entry);
  const uint64_t index = state_.range.size();
  if (fragment_is_open_) {
    Bytes* const fragment = batch.ValueAt(fragment_operation_, fragment_key_);
    CHECK(fragment != nullptr);
    AppendBundleEntry(*fragment, entry);
  } else {
    Bytes fragment;
    AppendBundleEntry(fragment, entry);
    fragment_operation_ = batch.size();
    fragment_key_ = AuditEntriesKey(index);
    batch.Put(fragment_key_, std::move(fragment));
    fragments_.push_back(index);
    fragment_is_open_ = true;
  }
  if (index % kTileWidth == kTileWidth - 1) CloseBundle(batch);
}

void AuditLog::CloseBundle(WriteBatch& batch) {
  if (fragments_.size() > 1) {
    for (size_t i = 1; i < fragments_.size(); ++i) batch.Delete(AuditEntriesKey(fragments_[i]));
    batch.Put(AuditEntriesKey(fragments_.front()), open_bundle_);
  }
  fragments_.clear();
  open_bundle_.clear();
  fragment_is_open_ = false;
}

void AuditLog::PutTree(ByteView entry, WriteBatch& batch) {
  state_.range.Append(
      hasher_.Leaf(entry), hasher_, [&](unsigned level, uint64_t /*index*/, const Digest& hash) {
        if (level == 0 || level % kTileHeight != 0) return;
        const unsigned tile_level = level / kTileHeight;
        if (open_tiles_.size() < tile_level) open_tiles_.resize(tile_level);
        OpenTile& tile = open_tiles_[tile_level - 1];
        signet::Append(tile.hashes, hash);
        batch.Put(AuditTileKey(tile_level, tile.index), tile.hashes);
        if (tile.hashes.size() == kTileWidth * hash.size()) {
          ++tile.index;
          tile.hashes.clear();
        }
      });
}

void AuditLog::PutState(WriteBatch& batch) {
  if (has_pending_) {
    state_.EncodeTo(*batch.ValueAt(state_operation_, kAuditStateKey));
    return;
  }
  Bytes state;
  state_.EncodeTo(state);
  state_operation_ = batch.size();
  batch.Put(std::string(kAuditStateKey), std::move(state));
}

}  // namespace signet::crypto
