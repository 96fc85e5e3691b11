#include "crypto/audit/operation_events.h"

namespace signet::crypto {
namespace {

constexpr const char* kWhy = "key management; GDPR Art. 32";
constexpr const char* kKind = "kind name worker, client or officer";
constexpr const char* kMember = "name name the member";
constexpr const char* kKey = "key name its public key, or its certificate's SHA-256";
constexpr const char* kKeys = "keys count how many keys it has now";

void AddMemberEvents(EventRows& rows) {
  rows.Add("key.invited",
           "A worker, client or officer was invited by a one-time token.",
           kWhy,
           EventNames::kNothing,
           {kKind,
            kMember,
            "labels names what it may be used for",
            "valid_s count seconds until the invitation ends"});
  rows.Add("key.denied",
           "An invitation was not accepted.",
           kWhy,
           EventNames::kNothing,
           {"reason text why it was refused"});
  rows.Add("key.enrolled",
           "A member's key was pinned.",
           kWhy,
           EventNames::kNothing,
           {kKind, kMember, kKey, kKeys});
  rows.Add("key.retired",
           "One of two keys of a member was given up.",
           kWhy,
           EventNames::kNothing,
           {kKind, kMember, kKey, kKeys});
  rows.Add("key.revoked",
           "A member is let in no longer.",
           kWhy,
           EventNames::kNothing,
           {kKind, kMember, "keys count how many keys it had"});
}

}  // namespace

void AddKeyEvents(EventRows& rows) {
  rows.Kind("key operation");
  rows.Add("key.custody_made",
           "Custody of the root was set up.",
           kWhy,
           EventNames::kNothing,
           {"custody name where the root is kept",
            "kek_generation count the first generation",
            "log_key name the log's verifier key"});
  rows.Add("key.rotated",
           "Live keys got a new generation, and the old one was destroyed.",
           kWhy,
           EventNames::kNothing,
           {"kek_generation count the generation from now on",
            "deks? count keys wrapped anew",
            "rewritten count datasets sealed anew under fresh keys",
            "datasets? object rows sealed anew, by dataset",
            "suppressed_links? count values of the suppression list under a new cover",
            "requests? count open requests of persons sealed anew"});
  rows.Add("key.root_replaced",
           "Everything got a new root: the log goes on under the key named here.",
           "emergency re-key of everything; GDPR Art. 32",
           EventNames::kNothing,
           {"root_epoch count how many roots this state has had",
            "log_key name the verifier key of the entries' next checkpoints",
            "kek_generation count the generation from now on",
            "rewritten count datasets sealed anew under fresh keys",
            "tokens flag whether recipients get other tokens",
            "network_key? name the coordinator's new key, which workers trust (--server-key)"});
  rows.Add("key.shredded",
           "Keys of a dataset were destroyed.",
           kWhy,
           EventNames::kNothing,
           {"dataset name the dataset",
            "run name the run that made it",
            "partitions counts its partitions; none: all",
            "pieces count pieces that became unreadable",
            "keys count how many keys",
            "kek_generation count the generation from now on"});
  AddMemberEvents(rows);
  rows.Add("key.backed_up",
           "The state was backed up, without its generations.",
           kWhy,
           EventNames::kNothing,
           {"entries? count entries of the log that the backup holds",
            "kek_generation? count the generation that opens it",
            "made? time when the backup was made"});
  rows.Add("key.restored",
           "The state was restored from a backup.",
           kWhy,
           EventNames::kNothing,
           {"entries? count entries of the log that the backup held",
            "kek_generation? count the generation that opened it",
            "made? time when the backup was made"});
  rows.Add("reidentification.released",
           "Pseudonyms were turned back into identifiers, under dual control.",
           "the ground that two roles signed for",
           EventNames::kNothing,
           {"request name the request",
            "recipient? name for whom",
            "columns? names what was released",
            "roles? names who signed",
            "count? count identifiers released",
            "digest? digest of the signed request"});
}

void AddOperationEvents(EventRows& rows) {
  rows.Kind("login");
  rows.Add("login.succeeded",
           "Somebody was let in.",
           "a valid certificate, or the state's own user",
           EventNames::kNothing,
           {"role name operator, member or worker", "by name certificate, socket or curve key"});
  rows.Add("login.refused",
           "Somebody was not let in.",
           "no certificate or key that may",
           EventNames::kNothing,
           {"by name certificate, socket or curve key",
            "count count how often since the last entry",
            "keys? count how many different keys of workers (at most 64 are told apart)",
            "revoked? names the revoked workers whose keys were among them"});
  rows.Kind("configuration");
  rows.Add("configuration.changed",
           "A setting was changed.",
           "asked for by an operator",
           EventNames::kNothing,
           {"setting name which",
            "old_digest? digest of the value before",
            "digest? digest of the value now; absent: it was taken away"});
  rows.Add("state.opened",
           "A standing coordinator took hold of the state.",
           "a command was run",
           EventNames::kNothing,
           {"version? name Signet's version", "runs? count runs taken up"});
  rows.Add("schedule.missed",
           "A scheduled run did not start in time.",
           "no coordinator was there",
           EventNames::kNothing,
           {"pipeline name the pipeline",
            "due time when it was due",
            "action? name run or reported",
            "count? count how many moments, from the first on"});
  rows.Kind("log");
  rows.Add("log.pruned",
           "Entries below a minimum index were removed; their hashes stay.",
           "the retention that the written policy states",
           EventNames::kNothing,
           {"minimum count the first entry that stays",
            "before time entries older than this went",
            "retention_days count the written retention",
            "policy_file_digest digest of that policy"});
}

}  // namespace signet::crypto
