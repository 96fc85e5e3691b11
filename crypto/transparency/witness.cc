#include "crypto/transparency/witness.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "crypto/transparency/decimal.h"
#include "crypto/transparency/proof.h"

namespace signet::crypto {
namespace {

constexpr std::string_view kOld = "old ";
constexpr size_t kProofLinesMax = 63;
constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr const char* kPlain = "text/plain; charset=utf-8";
constexpr const char* kSize = "text/x.tlog.size";

Status NotARequest(const std::string& what) {
  return Invalid("not an add-checkpoint request: " + what);
}

WitnessAnswer Refuse(int status, const std::string& why) {
  return {status, kPlain, why + "\n"};
}

std::string HexOf(std::string_view text) {
  return ToHex(Sha256::Of(AsBytes(text)));
}

}  // namespace

std::string AddCheckpointRequest::Text() const {
  std::string text = std::string(kOld) + std::to_string(old_size) + "\n";
  for (const Digest& hash : proof) text += ToBase64(hash) + "\n";
  return text + "\n" + checkpoint;
}

Result<AddCheckpointRequest> AddCheckpointRequest::FromText(std::string_view text) {
  const size_t gap = text.find("\n\n");
  if (gap == std::string_view::npos) return NotARequest("no empty line before the checkpoint");
  const std::vector<std::string> lines = Split(text.substr(0, gap), '\n');
  if (!lines.front().starts_with(kOld)) return NotARequest("its first line is not `old N`");
  const std::optional<uint64_t> old =
      DecimalFromText(std::string_view(lines.front()).substr(kOld.size()));
  if (!old.has_value()) return NotARequest("its old size is not a decimal number");
  if (lines.size() - 1 > kProofLinesMax) return NotARequest("more than 63 hashes");
  AddCheckpointRequest request;
  request.old_size = *old;
  for (size_t i = 1; i < lines.size(); ++i) {
    const Result<Bytes> hash = FromBase64(lines[i]);
    Digest digest{};
    if (!hash.ok() || hash->size() != digest.size()) {
      return NotARequest("a hash line is not base64 of 32 bytes");
    }
    std::copy(hash->begin(), hash->end(), digest.begin());
    request.proof.push_back(digest);
  }
  request.checkpoint = std::string(text.substr(gap + 2));
  return request;
}

Result<std::optional<std::string>> FolderWitnessStore::Load(const std::string& origin) {
  const Result<Bytes> note = ReadFile(folder_ / (HexOf(origin) + ".note"));
  if (note.status().code() == StatusCode::kNotFound) return std::optional<std::string>();
  if (!note.ok()) return note.status();
  return std::optional<std::string>(AsText(*note));
}

Status FolderWitnessStore::Save(const std::string& origin, const std::string& note) {
  TRY(MakeFolders(folder_));
  return WriteFileAtomically(folder_ / (HexOf(origin) + ".note"), AsBytes(note), 0644);
}

Status FolderWitnessStore::KeepEvidence(const std::string& origin, const std::string& note) {
  TRY(MakeFolders(folder_ / "evidence"));
  const std::string name = HexOf(origin) + "-" + HexOf(note) + ".note";
  return WriteFileAtomically(folder_ / "evidence" / name, AsBytes(note), 0644);
}

Witness::Witness(VerifierKey verifier,
                 Ed25519PrivateKey key,
                 std::vector<VerifierKey> logs,
                 WitnessStore& store,
                 Clock& clock)
    : verifier_(std::move(verifier)),
      key_(std::move(key)),
      logs_(std::move(logs)),
      store_(store),
      clock_(clock) {}

Result<std::unique_ptr<Witness>> Witness::Create(std::string name,
                                                 Ed25519PrivateKey key,
                                                 std::vector<VerifierKey> logs,
                                                 WitnessStore& store,
                                                 Clock& clock) {
  ASSIGN_OR_RETURN(VerifierKey verifier,
                   VerifierKey::Create(std::move(name), key.PublicKey(), KeyType::kWitness));
  for (size_t i = 0; i < logs.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (logs[i].name() == logs[j].name()) return Invalid("two logs have one name");
    }
  }
  return std::unique_ptr<Witness>(
      new Witness(std::move(verifier), std::move(key), std::move(logs), store, clock));
}

WitnessAnswer Witness::AddCheckpoint(std::string_view body) {
  const Result<AddCheckpointRequest> request = AddCheckpointRequest::FromText(body);
  if (!request.ok()) return Refuse(400, request.status().message());
  const Result<SignedNote> note = SignedNote::FromText(request->checkpoint);
  if (!note.ok()) return Refuse(400, note.status().message());
  const Result<Checkpoint> next = Checkpoint::FromText(note->text);
  if (!next.ok()) return Refuse(400, next.status().message());
  const auto log = std::find_if(logs_.begin(), logs_.end(), [&next](const VerifierKey& known) {
    return known.name() == next->origin;
  });
  if (log == logs_.end()) return Refuse(404, "this witness does not know that log");
  if (!VerifyNote(*note, *log).ok()) {
    return Refuse(403, "the checkpoint has no valid signature of the log's key");
  }
  if (request->old_size > next->size) return Refuse(400, "old is beyond the checkpoint's size");
  const std::lock_guard lock(mutex_);
  return Extend(*log, *request, *note, *next);
}

Result<Checkpoint> Witness::Last(const VerifierKey& log) {
  ASSIGN_OR_RETURN(const std::optional<std::string> note, store_.Load(log.name()));
  if (!note.has_value()) return Checkpoint{log.name(), 0, TreeHasher::EmptyRoot()};
  return OpenCheckpoint(*note, log);
}

WitnessAnswer Witness::Extend(const VerifierKey& log,
                              const AddCheckpointRequest& request,
                              const SignedNote& note,
                              const Checkpoint& next) {
  const Result<Checkpoint> last = Last(log);
  if (!last.ok()) return Refuse(500, "the witness cannot read what it keeps");
  if (request.old_size != last->size) return {409, kSize, std::to_string(last->size) + "\n"};
  const bool same_size = next.size == last->size;
  const bool forked = same_size && next.root != last->root;
  // From size 0 every tree grows, so there is nothing to prove; nor between equal sizes.
  const bool superfluous = (same_size || last->size == 0) && !request.proof.empty();
  if (forked || superfluous ||
      (last->size > 0 && !same_size &&
       !VerifyConsistency(last->size, next.size, last->root, next.root, request.proof).ok())) {
    // Two trees of one size, both signed: that alone convicts the log. A bad proof does not, for
    // anyone may send one with an honest checkpoint.
    if (forked && !store_.KeepEvidence(log.name(), request.checkpoint).ok()) {
      return Refuse(500, "the witness cannot keep evidence");
    }
    return Refuse(422, "the checkpoint does not extend the last one cosigned");
  }
  const auto now_s = static_cast<uint64_t>(clock_.Now().micros / kMicrosPerSecond);
  Result<NoteSignature> line = Cosign(note.text, verifier_.name(), key_, now_s);
  if (!line.ok()) return Refuse(500, "the witness cannot sign");
  if (!same_size && !store_.Save(log.name(), request.checkpoint).ok()) {
    return Refuse(500, "the witness cannot keep its state");
  }
  SignedNote cosigned{note.text, {*std::move(line)}};
  const std::string text = cosigned.Text();
  return {200, kPlain, text.substr(note.text.size() + 1)};
}

}  // namespace signet::crypto
