#include "coordinator/keys/state_backup.h"

#include <fstream>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "crypto/base/file.h"
#include "crypto/keys/custody_settings.h"
#include "crypto/keys/key_derivation.h"
#include "crypto/primitives/sealed_stream.h"
#include "crypto/primitives/sha256.h"
#include "crypto/transparency/checkpoint.h"
#include "crypto/transparency/signed_note.h"

namespace signet::coordinator {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kContext = "signet/backup/v1";
constexpr const char* kKeyName = "backup";
constexpr size_t kBatchEntries = 1'000;
/// The coordinator's network key: workers elsewhere know it. It is copied with custody.
constexpr const char* kNetworkKey = "coordinator.key";
/// Copied as they are.
constexpr const char* kFolders[] = {"blobs", "receipts", "runs"};
/// Beside what the log and custody need: who may join, and what the operator laid down.
constexpr const char* kSettings[] = {"workers", "log-policy", "log-retention", "test-state"};
constexpr size_t kEntryBytesMax = size_t{1} << 30;

Status Unwritable(const fs::path& path) {
  return Unavailable("cannot write " + path.string())
      .WithRemedy("check the disk's space and rights");
}

Status CheckEmpty(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_empty(folder, error)) {
    return Conflict(folder.string() + " holds something already").WithRemedy("name a new folder");
  }
  return MakeFolders(folder, 0700);
}

/// Copies what is there; returns how many files.
Result<int64_t> CopyTree(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (!fs::exists(from, error)) return int64_t{0};
  TRY(MakeFolders(to, 0700));
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing, error);
  if (error) return Unavailable("cannot copy " + from.string() + ": " + error.message());
  int64_t files = 0;
  for (fs::recursive_directory_iterator at(to, error), end; !error && at != end;
       at.increment(error)) {
    files += at->is_regular_file(error) ? 1 : 0;
  }
  if (error) return Unavailable("cannot list " + to.string());
  return files;
}

Status CopyFileIfThere(const fs::path& from, const fs::path& to) {
  const Result<Bytes> bytes = ReadFile(from);
  if (!bytes.ok() && bytes.status().code() == StatusCode::kNotFound) return OkStatus();
  if (!bytes.ok()) return bytes.status();
  return WriteFileAtomically(to, *bytes, 0600);
}

/// Every entry of the store, sealed; the file's SHA-256.
Result<std::string> DumpStore(StateFolder& state, const fs::path& path) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  crypto::Sha256 digest;
  const SecretBytes key = state.vault().Derive(crypto::KeyUse::kStore, kKeyName);
  crypto::StreamSealer sealer(
      key, state.entropy(), AsBytes(kContext), [&](ByteView bytes) -> Status {
        digest.Update(bytes);
        file.write(AsText(bytes).data(), static_cast<std::streamsize>(bytes.size()));
        return file.good() ? OkStatus() : Unwritable(path);
      });
  Bytes entry;
  TRY(state.store().Scan("", [&](std::string_view name, ByteView value) {
    entry.clear();
    AppendField(entry, name);
    AppendField(entry, value);
    Status appended = sealer.Append(entry);
    Wipe(entry.data(), entry.size());
    return appended;
  }));
  TRY(sealer.Finish());
  file.close();
  if (file.fail()) return Unwritable(path);
  return ToHex(digest.Finish());
}

/// Takes fields off the front of a stream that arrives in pieces, and writes them in batches.
class EntryWriter {
 public:
  explicit EntryWriter(crypto::KvStore& store) : store_(store) {}

  Status Take(ByteView bytes) {
    Append(rest_, bytes);
    size_t at = 0;
    while (true) {
      const size_t key_end = FieldEnd(at);
      const size_t value_end = key_end == 0 ? 0 : FieldEnd(key_end);
      if (value_end == 0) break;
      const ByteView key = ByteView(rest_).subspan(at + 4, key_end - at - 4);
      const ByteView value = ByteView(rest_).subspan(key_end + 4, value_end - key_end - 4);
      batch_.Put(std::string(AsText(key)), Bytes(value.begin(), value.end()));
      at = value_end;
      if (batch_.size() >= kBatchEntries) TRY(Flush());
    }
    rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(at));
    if (rest_.size() > kEntryBytesMax) return Corrupt("the backup holds an entry that is none");
    return OkStatus();
  }
  Status Finish() {
    if (!rest_.empty()) return Corrupt("the backup of the store ends within an entry");
    return Flush();
  }

 private:
  /// Where the field that begins at `at` ends; 0 when it is not whole yet.
  [[nodiscard]] size_t FieldEnd(size_t at) const {
    if (rest_.size() < at + 4) return 0;
    size_t size = 0;
    for (size_t i = 0; i < 4; ++i) size = size << 8 | rest_[at + i];
    return rest_.size() < at + 4 + size ? 0 : at + 4 + size;
  }
  Status Flush() {
    TRY(store_.Write(batch_, crypto::Durability::kSync));
    batch_.Clear();
    return OkStatus();
  }

  crypto::KvStore& store_;
  crypto::WriteBatch batch_;
  Bytes rest_;
};

/// The size that a signed checkpoint speaks of; none when there is no file.
Result<std::optional<uint64_t>> SizeIn(const fs::path& path) {
  const Result<Bytes> bytes = ReadFile(path);
  if (!bytes.ok() && bytes.status().code() == StatusCode::kNotFound) {
    return std::optional<uint64_t>();
  }
  if (!bytes.ok()) return bytes.status();
  ASSIGN_OR_RETURN(const crypto::SignedNote note, crypto::SignedNote::FromText(AsText(*bytes)));
  ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint, crypto::Checkpoint::FromText(note.text));
  return std::optional<uint64_t>(checkpoint.size);
}

/// Refuses what would undo something that happened after the backup was taken.
Status CheckNotOlder(const Json& facts, const RestoreRequest& request, crypto::Custody& custody) {
  ASSIGN_OR_RETURN(const uint32_t current, custody.CurrentKek());
  const int64_t generation = facts["kek_generation"].AsInt();
  if (generation < current) {
    return Corrupt("this backup knows KEK generation " + std::to_string(generation) +
                   ", custody is at " + std::to_string(current) +
                   ": keys were rotated, and perhaps persons erased, after it was taken")
        .WithRemedy("restore a backup that was taken since; this one cannot be opened any more");
  }
  const int64_t entries = facts["entries"].AsInt();
  for (const fs::path& path : {request.state / "checkpoint.note", request.checkpoint}) {
    if (path.empty()) continue;
    ASSIGN_OR_RETURN(const std::optional<uint64_t> known, SizeIn(path));
    if (known && *known > static_cast<uint64_t>(entries)) {
      return Corrupt("this backup ends at log entry " + std::to_string(entries) +
                     "; the checkpoint " + path.string() + " knows " + std::to_string(*known))
          .WithRemedy("restore the newest backup: what was withdrawn since must not come back");
    }
  }
  return OkStatus();
}

Status FillStore(const RestoreRequest& request, crypto::Custody& custody, Entropy& entropy) {
  ASSIGN_OR_RETURN(const SecretBytes base, custody.BaseKey());
  ASSIGN_OR_RETURN(
      const std::unique_ptr<crypto::KvStore> store,
      crypto::OpenRocksStore(
          request.state / "store", crypto::DeriveKey(base, crypto::KeyUse::kStore, ""), entropy));
  ASSIGN_OR_RETURN(const Bytes sealed, ReadFile(request.from / "store.sealed"));
  EntryWriter writer(*store);
  TRY(crypto::OpenStreamTo(crypto::DeriveKey(base, crypto::KeyUse::kStore, kKeyName),
                           AsBytes(kContext),
                           sealed,
                           [&writer](ByteView bytes) { return writer.Take(bytes); }));
  return writer.Finish();
}

Status PlaceCustody(const RestoreRequest& request) {
  std::error_code ignored;
  if (!fs::exists(request.state / "custody.json", ignored)) {
    TRY(CopyFileIfThere(request.from / "custody.json", request.state / "custody.json"));
  }
  if (!request.custody.empty()) {
    if (fs::exists(request.state / "custody", ignored)) {
      return Conflict("the state has a custody already")
          .WithRemedy("leave --custody-from away: today's custody is the one that counts");
    }
    const fs::path custody = request.state / "custody";
    TRY(CopyTree(request.custody, custody).status());
    fs::permissions(custody, fs::perms::owner_all, ignored);
    TRY(CopyFileIfThere(custody / kNetworkKey, request.state / kNetworkKey));
    fs::remove(custody / kNetworkKey, ignored);
  }
  ASSIGN_OR_RETURN(const crypto::CustodySettings settings,
                   crypto::ReadCustodySettings(request.state));
  if (settings.kind == crypto::CustodyKind::kFile &&
      !fs::exists(request.state / "custody" / "root.key", ignored)) {
    return NotFound("there is no root key in " + (request.state / "custody").string())
        .WithRemedy("put custody there, or name its copy with --custody-from");
  }
  return OkStatus();
}

Result<Json> RestoreInto(const RestoreRequest& request, Clock& clock, Entropy& entropy) {
  ASSIGN_OR_RETURN(const Bytes text, ReadFile(request.from / "backup.json"));
  ASSIGN_OR_RETURN(const Json facts, Json::Parse(AsText(text)));
  if (facts["format"].AsInt() != 1) return Invalid("this is no backup, or one of a newer Signet");
  TRY(PlaceCustody(request));
  {
    ASSIGN_OR_RETURN(const std::unique_ptr<crypto::Custody> custody,
                     crypto::OpenCustody(request.state, entropy));
    TRY(CheckNotOlder(facts, request, *custody));
    TRY(FillStore(request, *custody, entropy));
  }
  for (const char* name : kFolders) {
    TRY(CopyTree(request.from / name, request.state / name).status());
  }
  for (const char* name : kSettings) {
    TRY(CopyFileIfThere(request.from / name, request.state / name));
  }
  TRY(CopyFileIfThere(request.from / "checkpoint.note", request.state / "checkpoint.note"));
  // Opening compares vault, custody, log and checkpoint; the rest is checked hash by hash.
  ASSIGN_OR_RETURN(const std::unique_ptr<StateFolder> state,
                   StateFolder::Open(request.state, clock, entropy));
  TRY(state->audit().VerifyAll());
  crypto::AuditEvent event;
  event.type = "key.restored";
  event.actor = request.actor;
  event.action = "restored";
  event.facts = Json::Of({{"entries", facts["entries"]}, {"made", facts["made"]}});
  event.why = "a backup was restored";
  ASSIGN_OR_RETURN(const uint64_t index, state->audit().Record(event));
  TRY(state->audit().SignCheckpoint().status());
  Json done = facts;
  done.Set("audit_index", index);
  return done;
}

}  // namespace

Result<Json> BackUp(StateFolder& state, const fs::path& out, const std::string& actor) {
  TRY(CheckEmpty(out));
  crypto::AuditEvent event;
  event.type = "key.backed_up";
  event.actor = actor;
  event.action = "backed_up";
  event.facts = Json::Of({{"kek_generation", state.vault().kek_generation()}});
  event.why = "a backup was taken";
  ASSIGN_OR_RETURN(const uint64_t index, state.audit().Record(event));
  TRY(state.audit().SignCheckpoint().status());
  ASSIGN_OR_RETURN(const std::string digest, DumpStore(state, out / "store.sealed"));
  ASSIGN_OR_RETURN(const int64_t blobs, CopyTree(state.blobs_path(), out / "blobs"));
  for (const char* name : {"receipts", "runs"}) {
    TRY(CopyTree(state.path() / name, out / name).status());
  }
  for (const char* name : {"audit.vkey", "checkpoint.note", "custody.json"}) {
    TRY(CopyFileIfThere(state.path() / name, out / name));
  }
  for (const char* name : kSettings) TRY(CopyFileIfThere(state.path() / name, out / name));
  const Json facts = Json::Of({{"format", 1},
                               {"made", TimestampText(state.clock().Now())},
                               {"entries", index + 1},
                               {"kek_generation", state.vault().kek_generation()},
                               {"store", digest},
                               {"blobs", blobs}});
  const std::string text = facts.Dump() + "\n";
  ASSIGN_OR_RETURN(const std::string note, state.SignNote(text));
  TRY(WriteFileAtomically(out / "backup.json", AsBytes(text), 0600));
  TRY(WriteFileAtomically(out / "backup.note", AsBytes(note), 0600));
  Json done = facts;
  done.Set("audit_index", index);
  return done;
}

Status BackUpCustody(const fs::path& state, const fs::path& out) {
  ASSIGN_OR_RETURN(const crypto::CustodySettings settings, crypto::ReadCustodySettings(state));
  if (settings.kind == crypto::CustodyKind::kPkcs11) {
    return Invalid("this state's keys are in a token and cannot be copied out of it")
        .WithRemedy("use the token's own backup");
  }
  TRY(CheckEmpty(out));
  TRY(CopyTree(state / "custody", out).status());
  return CopyFileIfThere(state / kNetworkKey, out / kNetworkKey);
}

Result<Json> Restore(const RestoreRequest& request, Clock& clock, Entropy& entropy) {
  std::error_code ignored;
  if (fs::exists(request.state / "store", ignored)) {
    return Conflict("there is a state in " + request.state.string() + " already")
        .WithRemedy("move its store/ and blobs/ away; leave custody/ and checkpoint.note");
  }
  if (!fs::exists(request.from / "backup.json", ignored)) {
    return NotFound("there is no backup in " + request.from.string());
  }
  TRY(MakeFolders(request.state, 0700));
  const bool had_custody = fs::exists(request.state / "custody", ignored);
  // So that no custody is made anew here: see OpenCustody.
  TRY(MakeFolders(request.state / "store", 0700));
  Result<Json> done = RestoreInto(request, clock, entropy);
  if (!done.ok()) {
    // Nothing half restored may be taken for a state.
    fs::remove_all(request.state / "store", ignored);
    for (const char* name : kFolders) fs::remove_all(request.state / name, ignored);
    if (!had_custody) fs::remove_all(request.state / "custody", ignored);
  }
  return done;
}

}  // namespace signet::coordinator
