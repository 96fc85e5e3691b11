#include "crypto/verify/verify_command.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "crypto/transparency/decimal.h"
#include "crypto/transparency/log_policy.h"
#include "crypto/transparency/log_verifier.h"
#include "crypto/transparency/published_proof.h"
#include "crypto/transparency/receipt.h"

namespace signet::crypto {
namespace {

constexpr int kUsageExit = 2;

constexpr const char* kUsage =
    R"(usage: signet-verify DIR TRUST [--since CHECKPOINT] [--pruned-below N]
       signet-verify proof FILE.tlog-proof TRUST --entry FILE
       signet-verify snapshot FOLDER TRUST
       signet-verify plan PLAN.json TRUST --proof FILE.tlog-proof --entry FILE

Verifies what Signet's audit log says, without Signet's state and without a network.

  DIR                 a log written by `signet audit export --out DIR`
  proof FILE          a receipt (`signet audit prove`): the entry lies in the log
  snapshot FOLDER     a served version (STATE/serving/RECIPIENT/SNAPSHOT/VERSION): its manifest is
                      signed, and is the one that the log announces
  plan PLAN.json      `signet plan --json`: it is the plan that the log's entry names

TRUST is one of
  --key K             the verifier key NAME+HEX+BASE64 (`signet audit key`), or a file with it
  --policy FILE       a C2SP tlog-policy: checkpoints need its quorum of witnesses

  --since CHECKPOINT  a file with an older checkpoint: the log must extend it
  --pruned-below N    entries below N were removed by retention (the log has an entry log.pruned)
  --entry FILE        the entry's bytes
  --proof FILE        the entry's receipt

exit codes: 0 verified, 1 unreadable input, 2 usage, 5 verification failed
)";

/// The arguments by name.
struct Arguments {
  std::vector<std::string> words;  ///< without dashes
  std::map<std::string, std::string, std::less<>> options;
  bool help = false;

  [[nodiscard]] bool Has(const char* name) const { return options.contains(name); }
  [[nodiscard]] const std::string& Of(const char* name) const { return options.at(name); }
};

const std::vector<std::string>& KnownOptions() {
  static const std::vector<std::string> kKnown = {
      "--key", "--policy", "--since", "--pruned-below", "--entry", "--proof", "--help"};
  return kKnown;
}

/// The first word of a command, how many words follow it, and which options belong to it.
struct Form {
  const char* name;  ///< empty: a folder alone
  std::vector<std::string> required;
  std::vector<std::string> allowed;
};

const Form& FormOf(const std::string& word) {
  static const std::vector<Form> kForms = {{"proof", {"--entry"}, {}},
                                           {"snapshot", {}, {}},
                                           {"plan", {"--entry", "--proof"}, {}},
                                           {"", {}, {"--since", "--pruned-below"}}};
  for (const Form& form : kForms) {
    if (word == form.name) return form;
  }
  return kForms.back();
}

Status UnknownOption(const std::string& name) {
  const std::string nearest = NearestName(name, KnownOptions());
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
    const std::vector<std::string>& known = KnownOptions();
    if (std::find(known.begin(), known.end(), name) == known.end()) return UnknownOption(name);
    if (parsed.options.contains(name)) return Invalid(name + " is given twice");
    if (equals != std::string::npos) {
      parsed.options[name] = word.substr(equals + 1);
    } else if (i + 1 < given.size()) {
      parsed.options[name] = given[++i];
    } else {
      return Invalid(name + " needs a value");
    }
  }
  return parsed;
}

/// Whether the words and options are those of one command.
Status CheckForm(const Arguments& arguments) {
  if (arguments.words.empty()) return Invalid("which log? give the folder of an exported log");
  const Form& form = FormOf(arguments.words.front());
  const bool folder = std::string_view(form.name).empty();
  if (arguments.words.size() != (folder ? 1U : 2U)) {
    return Invalid(folder ? "give one folder"
                          : std::string("give one file to `") + form.name + "`");
  }
  if (arguments.Has("--key") == arguments.Has("--policy")) {
    return Invalid("--key or --policy: give one of them");
  }
  for (const std::string& name : form.required) {
    if (!arguments.options.contains(name)) return Invalid(name + " is missing");
  }
  for (const auto& [name, value] : arguments.options) {
    const auto names = {&form.required, &form.allowed};
    const bool fits = name == "--key" || name == "--policy" ||
                      std::any_of(names.begin(), names.end(), [&name = name](const auto* list) {
                        return std::find(list->begin(), list->end(), name) != list->end();
                      });
    if (!fits) return Invalid(name + " does not belong here");
  }
  return OkStatus();
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

Result<std::string> ReadText(const std::string& path) {
  ASSIGN_OR_RETURN(const Bytes bytes, ReadFile(path));
  return std::string(AsText(bytes));
}

Result<LogPolicy> ReadTrust(const Arguments& arguments) {
  if (arguments.Has("--key")) {
    ASSIGN_OR_RETURN(VerifierKey key, ReadKey(arguments.Of("--key")));
    return LogPolicy::OfKey(std::move(key));
  }
  ASSIGN_OR_RETURN(const std::string text, ReadText(arguments.Of("--policy")));
  Result<LogPolicy> policy = LogPolicy::FromText(text);
  if (!policy.ok()) return policy.status().WithContext(arguments.Of("--policy"));
  return policy;
}

std::string Entries(uint64_t n) {
  return WithThousands(static_cast<int64_t>(n)) + (n == 1 ? " entry" : " entries");
}

Result<std::string> VerifyFolder(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const LogPolicy trust, ReadTrust(arguments));
  LogVerifyOptions options;
  if (arguments.Has("--since")) {
    ASSIGN_OR_RETURN(options.since, ReadText(arguments.Of("--since")));
  }
  if (arguments.Has("--pruned-below")) {
    const std::optional<uint64_t> minimum = DecimalFromText(arguments.Of("--pruned-below"));
    if (!minimum.has_value()) return Invalid("--pruned-below takes a number");
    options.pruned_below = *minimum;
  }
  FolderLog log(arguments.words.front());
  ASSIGN_OR_RETURN(const std::string note, log.CheckpointNote());
  ASSIGN_OR_RETURN(const Checkpoint trusted, trust.Open(note));
  const auto signer =
      std::find_if(trust.logs().begin(), trust.logs().end(), [&](const LogPolicy::Log& known) {
        return known.key.name() == trusted.origin;
      });
  ASSIGN_OR_RETURN(const LogVerification verified, VerifyLog(log, signer->key, options));
  std::string out = "verified: " + Entries(verified.checkpoint.size) + ", " +
                    WithThousands(static_cast<int64_t>(verified.tiles)) + " tiles\n";
  out += "origin:   " + verified.checkpoint.origin + "\n";
  out += "root:     " + ToBase64(verified.checkpoint.root) + "\n";
  if (verified.since.has_value()) {
    out += "extends:  the checkpoint over " + Entries(verified.since->size) + "\n";
  }
  if (options.pruned_below > 0) {
    out += "pruned:   entries below " + WithThousands(static_cast<int64_t>(options.pruned_below)) +
           " by their hashes only\n";
  }
  if (trust.needs_witnesses()) out += "quorum:   reached\n";
  return out;
}

std::string Shown(const std::string& what, const Checkpoint& checkpoint) {
  return "verified: " + what + " under " + Entries(checkpoint.size) +
         "\norigin:   " + checkpoint.origin + "\n";
}

Result<std::string> VerifyProof(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const LogPolicy trust, ReadTrust(arguments));
  ASSIGN_OR_RETURN(const std::string text, ReadText(arguments.words.back()));
  const Result<Receipt> receipt = Receipt::FromText(text);
  if (!receipt.ok()) return receipt.status().WithContext(arguments.words.back());
  ASSIGN_OR_RETURN(std::string entry, ReadText(arguments.Of("--entry")));
  Result<Checkpoint> checkpoint = VerifyReceiptUnder(text, entry, trust);
  // An editor's line feed at the end of the entry's file is not the entry's.
  if (!checkpoint.ok() && entry.ends_with('\n')) {
    entry.pop_back();
    checkpoint = VerifyReceiptUnder(text, entry, trust);
  }
  if (!checkpoint.ok()) return checkpoint.status();
  return "verified: the entry is number " + WithThousands(static_cast<int64_t>(receipt->index)) +
         " of " + Entries(checkpoint->size) + "\norigin:   " + checkpoint->origin + "\n";
}

Result<std::string> VerifySnapshot(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const LogPolicy trust, ReadTrust(arguments));
  const std::filesystem::path folder = arguments.words.back();
  SnapshotProof proof;
  ASSIGN_OR_RETURN(proof.manifest, ReadText(folder / "manifest.json"));
  ASSIGN_OR_RETURN(proof.note, ReadText(folder / "manifest.note"));
  ASSIGN_OR_RETURN(proof.receipt, ReadText(folder / "receipt.tlog-proof"));
  ASSIGN_OR_RETURN(proof.entry, ReadText(folder / "entry.json"));
  ASSIGN_OR_RETURN(const Checkpoint checkpoint, VerifySnapshotProof(proof, trust));
  return Shown("the snapshot is the one that the log announces,", checkpoint);
}

Result<std::string> VerifyPlan(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const LogPolicy trust, ReadTrust(arguments));
  ASSIGN_OR_RETURN(const std::string plan, ReadText(arguments.words.back()));
  ASSIGN_OR_RETURN(const std::string receipt, ReadText(arguments.Of("--proof")));
  ASSIGN_OR_RETURN(const std::string entry, ReadText(arguments.Of("--entry")));
  ASSIGN_OR_RETURN(const Checkpoint checkpoint, VerifyPlanProof(plan, receipt, Trim(entry), trust));
  return Shown("the plan is the one that the log names,", checkpoint);
}

VerifyOutcome Usage(const std::string& what) {
  return {kUsageExit, {}, "error: " + what + "\n" + kUsage};
}

}  // namespace

VerifyOutcome RunVerifyCommand(const std::vector<std::string>& arguments) {
  const Result<Arguments> parsed = ParseArguments(arguments);
  if (!parsed.ok()) return Usage(parsed.status().message());
  if (parsed->help) return {0, kUsage, {}};
  if (const Status form = CheckForm(*parsed); !form.ok()) return Usage(form.message());
  const std::string& word = parsed->words.front();
  const Result<std::string> verified = word == "proof"      ? VerifyProof(*parsed)
                                       : word == "snapshot" ? VerifySnapshot(*parsed)
                                       : word == "plan"     ? VerifyPlan(*parsed)
                                                            : VerifyFolder(*parsed);
  if (verified.ok()) return {0, *verified, {}};
  std::string error = "error: " + verified.status().message() + "\n";
  if (!verified.status().remedy().empty()) error += "help: " + verified.status().remedy() + "\n";
  // A quorum that is not reached is a verification that failed.
  const StatusCode code = verified.status().code() == StatusCode::kDenied
                              ? StatusCode::kCorrupt
                              : verified.status().code();
  return {ExitCode(code), {}, error};
}

}  // namespace signet::crypto
