#include "pipelines/snapshots/withdrawals.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <tuple>
#include <utility>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "crypto/primitives/sealed_stream.h"
#include "crypto/primitives/sha256.h"

namespace signet::pipelines {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "SGNTWDR1";
constexpr std::string_view kTitle = "signet withdrawals v1";

Bytes ContextOf(const std::string& recipient, uint64_t sequence) {
  Bytes context;
  AppendField(context, kTitle);
  AppendField(context, std::string_view(recipient));
  AppendU64(context, sequence);
  return context;
}

/// "SGNTWDR1" | u64 count | count x (token 16 | time 8 | u16 length | purpose), integers
/// big-endian.
Bytes Encode(const std::vector<Withdrawal>& entries) {
  Bytes bytes = ToBytes(kMagic);
  AppendU64(bytes, entries.size());
  for (const Withdrawal& entry : entries) {
    Append(bytes, entry.token);
    AppendU64(bytes, static_cast<uint64_t>(entry.time.micros));
    AppendU16(bytes, static_cast<uint16_t>(entry.purpose.size()));
    Append(bytes, AsBytes(entry.purpose));
  }
  return bytes;
}

Result<std::vector<Withdrawal>> Decode(ByteView bytes) {
  ByteReader reader(bytes);
  ASSIGN_OR_RETURN(const ByteView magic, reader.Take(kMagic.size()));
  if (AsText(magic) != kMagic) return Corrupt("these are not withdrawals");
  ASSIGN_OR_RETURN(const uint64_t count, reader.U64());
  std::vector<Withdrawal> entries;
  for (uint64_t i = 0; i < count; ++i) {
    Withdrawal entry;
    ASSIGN_OR_RETURN(const ByteView token, reader.Take(entry.token.size()));
    std::memcpy(entry.token.data(), token.data(), token.size());
    ASSIGN_OR_RETURN(const uint64_t micros, reader.U64());
    entry.time.micros = static_cast<int64_t>(micros);
    ASSIGN_OR_RETURN(const uint16_t length, reader.U16());
    ASSIGN_OR_RETURN(const ByteView purpose, reader.Take(length));
    entry.purpose = AsText(purpose);
    entries.push_back(std::move(entry));
  }
  return entries;
}

/// The sequence in the note, once it is about this recipient and these sealed bytes.
Result<uint64_t> SequenceOf(const std::string& note,
                            const std::string& recipient,
                            ByteView sealed) {
  const std::vector<std::string> lines = Split(note, '\n');
  const Result<int64_t> sequence =
      lines.size() > 3 ? IntegerFromText(lines[2]) : Result<int64_t>(Corrupt("no sequence"));
  if (!sequence.ok() || *sequence < 0) return Corrupt("the withdrawals' note is damaged");
  const auto number = static_cast<uint64_t>(*sequence);
  if (note.find(WithdrawalsNoteText(recipient, number, sealed)) != 0) {
    return Corrupt("the withdrawals of '" + recipient + "' are not those of their note");
  }
  return number;
}

}  // namespace

std::string WithdrawalsNoteText(const std::string& recipient, uint64_t sequence, ByteView sealed) {
  return std::string(kTitle) + "\n" + recipient + "\n" + std::to_string(sequence) + "\n" +
         ToHex(crypto::Sha256::Of(sealed)) + "\n";
}

Status AddWithdrawals(const ServingFolder& folder,
                      const std::string& recipient,
                      const std::vector<Withdrawal>& more,
                      Entropy& entropy,
                      const NoteSigner& sign) {
  ASSIGN_OR_RETURN(Withdrawals all, ReadWithdrawals(folder, recipient));
  all.entries.insert(all.entries.end(), more.begin(), more.end());
  const auto order = [](const Withdrawal& a, const Withdrawal& b) {
    return std::tie(a.token, a.purpose, a.time) < std::tie(b.token, b.purpose, b.time);
  };
  const auto same = [](const Withdrawal& a, const Withdrawal& b) {
    return a.token == b.token && a.purpose == b.purpose;
  };
  std::sort(all.entries.begin(), all.entries.end(), order);
  all.entries.erase(std::unique(all.entries.begin(), all.entries.end(), same), all.entries.end());
  ++all.sequence;
  ASSIGN_OR_RETURN(const Bytes sealed,
                   crypto::SealStream(folder.DeriveKey("withdrawn"),
                                      entropy,
                                      ContextOf(recipient, all.sequence),
                                      Encode(all.entries)));
  std::string note = WithdrawalsNoteText(recipient, all.sequence, sealed);
  if (sign) {
    ASSIGN_OR_RETURN(note, sign(std::move(note)));
  }
  // One file holds both, so that a reader never meets one without the other.
  Bytes both;
  AppendField(both, std::string_view(note));
  Append(both, sealed);
  TRY(MakeFolders(folder.root() / recipient));
  return WriteFileAtomically(folder.root() / recipient / "withdrawn.sealed", both);
}

Result<Withdrawals> ReadWithdrawals(const ServingFolder& folder, const std::string& recipient) {
  const fs::path path = folder.root() / recipient / "withdrawn.sealed";
  Withdrawals all;
  if (!fs::exists(path)) return all;
  ASSIGN_OR_RETURN(const Bytes bytes, ReadFile(path));
  ByteReader reader(bytes);
  ASSIGN_OR_RETURN(const ByteView note, reader.Field());
  all.note = AsText(note);
  ASSIGN_OR_RETURN(all.sequence, SequenceOf(all.note, recipient, reader.rest()));
  ASSIGN_OR_RETURN(
      const Bytes plain,
      crypto::OpenStream(
          folder.DeriveKey("withdrawn"), ContextOf(recipient, all.sequence), reader.rest()));
  ASSIGN_OR_RETURN(all.entries, Decode(plain));
  return all;
}

}  // namespace signet::pipelines
