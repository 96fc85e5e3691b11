#include "crypto/verify/verify_command.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "crypto/transparency/log_verifier.h"
#include "crypto/transparency/receipt.h"

namespace signet::crypto {
namespace {

constexpr int kUsageExit = 2;

constexpr const char* kUsage =
    R"(usage: signet-verify DIR --key K [--since CHECKPOINT]
       signet-verify proof FILE.tlog-proof --key K --entry FILE

Verifies Signet's audit log with its public key alone.

  DIR                 a log written by `signet audit export --out DIR`
  --key K             the verifier key NAME+HEX+BASE64 (`signet audit key`), or a file with it
  --since CHECKPOINT  a file with an older checkpoint: the log must extend it
  proof FILE          a receipt (`signet audit prove`): the entry lies in the log
  --entry FILE        the entry's bytes

exit codes: 0 verified, 1 unreadable input, 2 usage, 5 verification failed
)";

/// The arguments by name; `key`, `since`, `entry` take a value.
struct Arguments {
  std::vector<std::string> words;  ///< without dashes
  std::optional<std::string> key;
  std::optional<std::string> since;
  std::optional<std::string> entry;
  bool help = false;

  /// Where the value of option `name` goes; nullptr for an option that nobody knows.
  std::optional<std::string>* SlotOf(const std::string& name) {
    if (name == "--key") return &key;
    if (name == "--since") return &since;
    return name == "--entry" ? &entry : nullptr;
  }
};

Status UnknownOption(const std::string& name) {
  const std::string nearest = NearestName(name, {"--key", "--since", "--entry", "--help"});
  return Invalid("unknown option " + name +
                 (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
}

Result<Arguments> ParseArguments(const std::vector<std::string>& given) {
  Arguments parsed;
  for (size_t i = 0; i < given.size(); ++i) {
    const std::string& word = given[i];
    if (word == "--help" || word == "-h") {
      parsed.help = true;
      continue;
    }
    if (!word.starts_with("-")) {
      parsed.words.push_back(word);
      continue;
    }
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    std::optional<std::string>* const slot = parsed.SlotOf(name);
    if (slot == nullptr) return UnknownOption(name);
    if (slot->has_value()) return Invalid(name + " is given twice");
    if (equals != std::string::npos) {
      *slot = word.substr(equals + 1);
    } else if (i + 1 < given.size()) {
      *slot = given[++i];
    } else {
      return Invalid(name + " needs a value");
    }
  }
  return parsed;
}

/// The verifier key itself, or the content of the file it names.
Result<VerifierKey> ReadKey(const std::string& text) {
  Result<VerifierKey> key = VerifierKey::FromText(text);
  std::error_code ignored;
  if (key.ok() || !std::filesystem::is_regular_file(text, ignored)) return key;
  ASSIGN_OR_RETURN(const Bytes content, ReadFile(text));
  Result<VerifierKey> from_file = VerifierKey::FromText(AsText(content));
  if (!from_file.ok()) return from_file.status().WithContext(text);
  return from_file;
}

std::string Entries(uint64_t n) {
  return WithThousands(static_cast<int64_t>(n)) + (n == 1 ? " entry" : " entries");
}

Result<std::string> VerifyFolder(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const VerifierKey key, ReadKey(*arguments.key));
  LogVerifyOptions options;
  if (arguments.since.has_value()) {
    ASSIGN_OR_RETURN(const Bytes note, ReadFile(*arguments.since));
    options.since = std::string(AsText(note));
  }
  FolderLog log(arguments.words.front());
  ASSIGN_OR_RETURN(const LogVerification verified, VerifyLog(log, key, options));
  std::string out = "verified: " + Entries(verified.checkpoint.size) + ", " +
                    WithThousands(static_cast<int64_t>(verified.tiles)) + " tiles\n";
  out += "origin:   " + verified.checkpoint.origin + "\n";
  out += "root:     " + ToBase64(verified.checkpoint.root) + "\n";
  if (verified.since.has_value()) {
    out += "extends:  the checkpoint over " + Entries(verified.since->size) + "\n";
  }
  return out;
}

Result<std::string> VerifyProof(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const VerifierKey key, ReadKey(*arguments.key));
  ASSIGN_OR_RETURN(const Bytes text, ReadFile(arguments.words.back()));
  const Result<Receipt> receipt = Receipt::FromText(AsText(text));
  if (!receipt.ok()) return receipt.status().WithContext(arguments.words.back());
  ASSIGN_OR_RETURN(const Bytes entry, ReadFile(*arguments.entry));
  Result<Checkpoint> checkpoint = VerifyReceipt(*receipt, entry, key);
  // An editor's line feed at the end of the entry's file is not the entry's.
  if (!checkpoint.ok() && !entry.empty() && entry.back() == '\n') {
    checkpoint = VerifyReceipt(*receipt, ByteView(entry).first(entry.size() - 1), key);
  }
  if (!checkpoint.ok()) return checkpoint.status();
  return "verified: the entry is number " + WithThousands(static_cast<int64_t>(receipt->index)) +
         " of " + Entries(checkpoint->size) + "\norigin:   " + checkpoint->origin + "\n";
}

VerifyOutcome Usage(const std::string& what) {
  return {kUsageExit, {}, "error: " + what + "\n" + kUsage};
}

}  // namespace

VerifyOutcome RunVerifyCommand(const std::vector<std::string>& arguments) {
  const Result<Arguments> parsed = ParseArguments(arguments);
  if (!parsed.ok()) return Usage(parsed.status().message());
  if (parsed->help) return {0, kUsage, {}};
  if (parsed->words.empty()) return Usage("which log? give the folder of an exported log");
  const bool proof = parsed->words.front() == "proof";
  if (parsed->words.size() != (proof ? 2U : 1U)) {
    return Usage(proof ? "give one receipt" : "give one folder");
  }
  if (!parsed->key.has_value()) return Usage("--key is missing");
  if (proof != parsed->entry.has_value()) {
    return Usage(proof ? "--entry is missing" : "--entry belongs to `proof`");
  }
  if (proof && parsed->since.has_value()) return Usage("--since belongs to a folder");
  const Result<std::string> verified = proof ? VerifyProof(*parsed) : VerifyFolder(*parsed);
  if (verified.ok()) return {0, *verified, {}};
  std::string error = "error: " + verified.status().message() + "\n";
  if (!verified.status().remedy().empty()) error += "help: " + verified.status().remedy() + "\n";
  return {ExitCode(verified.status().code()), {}, error};
}

}  // namespace signet::crypto
