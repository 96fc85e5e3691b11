#include "coordinator/journal/journal.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace signet::coordinator {

namespace {

constexpr uint16_t kFormat = 1;
constexpr size_t kChunkBytes = size_t{1} << 20U;
constexpr char kHead[] = "sched/head";
constexpr char kLog[] = "sched/log/";
constexpr char kSnapshot[] = "sched/snap/";

std::string Number(uint64_t value) {
  Bytes raw;
  AppendU64(raw, value);
  return ToHex(raw);
}

/// FNV-1a: the store seals values in earnest; this check also covers stores that do not, and ties
/// an entry to its number.
uint64_t CheckOf(uint64_t number, ByteView records) {
  uint64_t hash = 0xcbf29ce484222325U;
  Bytes prefix;
  AppendU64(prefix, number);
  for (const uint8_t byte : prefix) hash = (hash ^ byte) * 0x100000001b3U;
  for (const uint8_t byte : records) hash = (hash ^ byte) * 0x100000001b3U;
  return hash;
}

Status Damaged(const std::string& what) {
  return Corrupt("the coordinator's journal is damaged: " + what)
      .WithRemedy("restore the state folder from a backup; nothing was changed");
}

}  // namespace

Status Journal::Open(Scheduler& scheduler, Now now) {
  TRY(ReadHead());
  TRY(ReadSnapshot(scheduler, now));
  TRY(ReadEntries(scheduler, now));
  ++term_;
  crypto::WriteBatch batch;
  PutHead(batch);
  TRY(store_.Write(batch, crypto::Durability::kSync));
  usable_ = true;
  return OkStatus();
}

Status Journal::ReadHead() {
  ASSIGN_OR_RETURN(const std::optional<Bytes> head, store_.Get(kHead));
  if (!head) return OkStatus();
  ByteReader from(*head);
  const Result<uint16_t> format = from.U16();
  if (!format.ok()) return Damaged("its head is too short");
  if (*format != kFormat) {
    return Invalid("the state folder has journal format " + std::to_string(*format) +
                   ", this program reads " + std::to_string(kFormat))
        .WithRemedy("use the signet version that wrote it");
  }
  const Result<uint64_t> term = from.U64();
  const Result<uint64_t> entry = from.U64();
  const Result<uint32_t> chunks = from.U32();
  if (!term.ok() || !entry.ok() || !chunks.ok() || !from.empty()) {
    return Damaged("its head has a wrong size");
  }
  term_ = *term;
  snapshot_entry_ = *entry;
  snapshot_chunks_ = *chunks;
  next_ = snapshot_entry_ + 1;
  return OkStatus();
}

Status Journal::ReadSnapshot(Scheduler& scheduler, Now now) {
  if (snapshot_entry_ == 0) return OkStatus();
  Bytes whole;
  const std::string prefix = kSnapshot + Number(snapshot_entry_) + "/";
  for (uint32_t i = 0; i < snapshot_chunks_; ++i) {
    ASSIGN_OR_RETURN(const std::optional<Bytes> chunk, store_.Get(prefix + Number(i)));
    if (!chunk) return Damaged("a part of its snapshot is missing");
    signet::Append(whole, *chunk);
  }
  ByteReader from(whole);
  const Result<uint64_t> check = from.U64();
  if (!check.ok() || *check != CheckOf(snapshot_entry_, from.rest())) {
    return Damaged("its snapshot does not match its check");
  }
  const Status restored = scheduler.Restore(from.rest(), now);
  return restored.ok() ? restored : Damaged(restored.message());
}

Status Journal::ReadEntries(Scheduler& scheduler, Now now) {
  uint64_t last = 0;
  if (forget_newest_) {
    TRY(store_.Scan(kLog, [&last](std::string_view, ByteView) { return ++last, OkStatus(); }));
    last += snapshot_entry_;
  }
  const std::string from = kLog + Number(next_);
  return store_.Scan(kLog, from, [&](std::string_view key, ByteView value) -> Status {
    if (key != kLog + Number(next_)) {
      return Damaged("entry " + std::to_string(next_) + " is missing");
    }
    if (next_ != last) TRY(ReplayEntry(next_, value, scheduler, now));
    ++next_;
    return OkStatus();
  });
}

Status Journal::ReplayEntry(uint64_t number, ByteView value, Scheduler& scheduler, Now now) {
  const std::string name = "entry " + std::to_string(number);
  ByteReader from(value);
  const Result<uint64_t> check = from.U64();
  if (!check.ok() || *check != CheckOf(number, from.rest())) {
    return Damaged(name + " does not match its check");
  }
  while (!from.empty()) {
    const Result<Record> record = DecodeRecord(from);
    if (!record.ok()) return Damaged(name + ": " + record.status().message());
    if (const Status replayed = scheduler.Replay(*record, now); !replayed.ok()) {
      return Damaged(name + ": " + replayed.message());
    }
  }
  return OkStatus();
}

void Journal::PutHead(crypto::WriteBatch& batch) const {
  Bytes head;
  AppendU16(head, kFormat);
  AppendU64(head, term_);
  AppendU64(head, snapshot_entry_);
  AppendU32(head, snapshot_chunks_);
  batch.Put(kHead, std::move(head));
}

void Journal::PutSnapshot(const Scheduler& scheduler, crypto::WriteBatch& batch) {
  const std::string old = kSnapshot + Number(snapshot_entry_) + "/";
  for (uint32_t i = 0; i < snapshot_chunks_; ++i) batch.Delete(old + Number(i));
  for (uint64_t entry = snapshot_entry_ + 1; entry < next_; ++entry) {
    batch.Delete(kLog + Number(entry));
  }
  snapshot_entry_ = next_ - 1;
  const Bytes state = scheduler.Snapshot();
  Bytes whole;
  AppendU64(whole, CheckOf(snapshot_entry_, state));
  signet::Append(whole, state);
  snapshot_chunks_ = 0;
  const std::string prefix = kSnapshot + Number(snapshot_entry_) + "/";
  for (size_t at = 0; at < whole.size(); at += kChunkBytes) {
    const size_t size = std::min(kChunkBytes, whole.size() - at);
    const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(at);
    batch.Put(prefix + Number(snapshot_chunks_),
              Bytes(begin, begin + static_cast<std::ptrdiff_t>(size)));
    ++snapshot_chunks_;
  }
  PutHead(batch);
}

void Journal::Append(const std::vector<Record>& records,
                     const Scheduler& scheduler,
                     crypto::WriteBatch& batch) {
  CHECK(usable_);
  if (records.empty()) return;
  Bytes body;
  for (const Record& record : records) EncodeRecord(record, body);
  Bytes entry;
  entry.reserve(body.size() + 8);
  AppendU64(entry, CheckOf(next_, body));
  signet::Append(entry, body);
  batch.Put(kLog + Number(next_), std::move(entry));
  ++next_;
  if (next_ - 1 - snapshot_entry_ >= static_cast<uint64_t>(entries_max_)) {
    PutSnapshot(scheduler, batch);
  }
}

void Journal::Written(bool durable) {
  usable_ = usable_ && durable;
}

}  // namespace signet::coordinator
