#include "coordinator/cosigning/cosigner.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "crypto/base/line_text.h"
#include "crypto/base/text.h"
#include "crypto/transparency/cosignature.h"
#include "crypto/transparency/decimal.h"
#include "crypto/transparency/witness.h"

namespace signet::coordinator {
namespace {

constexpr char kWitnessPrefix[] = "audit/witness/";
constexpr size_t kShownMax = 200;

/// Where the size that a witness cosigned last is kept; by its key, for names may be reused.
std::string SizeKey(const crypto::LogPolicy::Witness& witness) {
  return kWitnessPrefix + ToHex(witness.key.id()) + ToHex(witness.key.key().bytes());
}

std::string UrlOf(const crypto::LogPolicy::Witness& witness) {
  return witness.url + (witness.url.ends_with('/') ? "" : "/") + "add-checkpoint";
}

/// The first line of what somebody else wrote.
std::string Shown(const std::string& body) {
  return ShownOnOneLine(body.substr(0, std::min(body.find('\n'), kShownMax)));
}

}  // namespace

Result<Cosigning> Cosigner::Cosign() {
  Cosigning result;
  ASSIGN_OR_RETURN(const std::string note, log_.SignCheckpoint());
  for (const crypto::LogPolicy::Witness& witness : policy_.witnesses()) {
    if (witness.url.empty()) {
      result.failed.push_back(witness.name + ": the policy gives no URL");
      continue;
    }
    const Result<crypto::SignedNote> cosigned = Ask(witness, note);
    if (cosigned.status().code() == StatusCode::kCorrupt) return cosigned.status();
    if (!cosigned.ok()) {
      result.failed.push_back(witness.name + ": " + cosigned.status().message());
      continue;
    }
    TRY(log_.AddCosignatures(*cosigned));
    result.cosigned.push_back(witness.name);
  }
  ASSIGN_OR_RETURN(result.checkpoint, log_.reader().LastCheckpoint());
  result.quorum = policy_.Open(result.checkpoint).status();
  return result;
}

Result<HttpAnswer> Cosigner::Send(const crypto::LogPolicy::Witness& witness,
                                  uint64_t old_size,
                                  const std::string& note) {
  crypto::AddCheckpointRequest request;
  request.old_size = old_size;
  ASSIGN_OR_RETURN(request.proof, log_.reader().ProveConsistencyFrom(old_size));
  // Witnesses judge the log's own signature: others' lines are no business of theirs.
  ASSIGN_OR_RETURN(crypto::SignedNote own, crypto::SignedNote::FromText(note));
  std::erase_if(own.signatures, [this](const crypto::NoteSignature& line) {
    return line.name != log_.key().name() || line.id != log_.key().id();
  });
  request.checkpoint = own.Text();
  return post_(UrlOf(witness), request.Text());
}

Result<crypto::SignedNote> Cosigner::Ask(const crypto::LogPolicy::Witness& witness,
                                         const std::string& note) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, store_.Get(SizeKey(witness)));
  uint64_t old_size = 0;
  if (stored.has_value()) old_size = crypto::DecimalFromText(AsText(*stored)).value_or(0);
  old_size = std::min(old_size, log_.size());
  ASSIGN_OR_RETURN(HttpAnswer answer, Send(witness, old_size, note));
  if (answer.status == 409) {
    const std::optional<uint64_t> known = crypto::DecimalFromText(Trim(answer.body));
    if (!known.has_value()) return Unavailable("answered 409 without a size");
    if (*known > log_.size()) {
      return log_.Convict(
          Corrupt("the witness '" + witness.name + "' has cosigned this log at " +
                  WithThousands(static_cast<int64_t>(*known)) + " entries, but it has " +
                  WithThousands(static_cast<int64_t>(log_.size())) + ": the state was rolled back")
              .WithRemedy("bring back the newest copy of the state"),
          answer.body);
    }
    ASSIGN_OR_RETURN(answer, Send(witness, *known, note));
  }
  if (answer.status == 422) {
    return log_.Convict(
        Corrupt("the witness '" + witness.name +
                "' has cosigned another log under this name and key: one of them is a fork"),
        answer.body);
  }
  if (answer.status != 200) {
    return Unavailable("answered " + std::to_string(answer.status) + ": " + Shown(answer.body));
  }
  ASSIGN_OR_RETURN(crypto::SignedNote signed_note, crypto::SignedNote::FromText(note));
  const Result<crypto::SignedNote> cosigned =
      crypto::SignedNote::FromText(signed_note.text + "\n" + answer.body);
  if (!cosigned.ok()) return Unavailable("answered with what is no cosignature");
  const Result<uint64_t> time = crypto::VerifyCosignature(*cosigned, witness.key);
  if (!time.ok()) return Unavailable("answered with a cosignature that is not good");
  crypto::SignedNote lines{cosigned->text, {}};
  for (const crypto::NoteSignature& line : cosigned->signatures) {
    if (line.name == witness.key.name() && line.id == witness.key.id()) {
      lines.signatures.push_back(line);
    }
  }
  TRY(store_.Put(SizeKey(witness), ToBytes(std::to_string(log_.size()))));
  return lines;
}

}  // namespace signet::coordinator
