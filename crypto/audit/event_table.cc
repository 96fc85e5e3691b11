// The table behind event_catalog.h. One line a fact: "name type meaning"; `?` behind the name:
// may be absent.
#include "crypto/audit/event_table.h"

#include <string>
#include <utility>
#include <vector>

#include "crypto/base/check.h"

namespace signet::crypto {
namespace {

FactType TypeOf(const std::string& name) {
  const std::pair<const char*, FactType> names[] = {{"name", FactType::kName},
                                                    {"text", FactType::kText},
                                                    {"digest", FactType::kDigest},
                                                    {"count", FactType::kCount},
                                                    {"number", FactType::kNumber},
                                                    {"time", FactType::kTime},
                                                    {"flag", FactType::kFlag},
                                                    {"names", FactType::kNames},
                                                    {"counts", FactType::kCounts},
                                                    {"object", FactType::kObject},
                                                    {"objects", FactType::kObjects}};
  for (const auto& [known, type] : names) {
    if (name == known) return type;
  }
  CHECK_FACTS(false, name);
  return FactType::kName;
}

FactDoc FactFrom(const std::string& line) {
  const size_t first = line.find(' ');
  const size_t second = line.find(' ', first + 1);
  CHECK(second != std::string::npos);
  FactDoc fact;
  fact.name = line.substr(0, first);
  fact.required = !fact.name.ends_with('?');
  if (!fact.required) fact.name.pop_back();
  fact.type = TypeOf(line.substr(first + 1, second - first - 1));
  fact.meaning = line.substr(second + 1);
  return fact;
}

enum class Names { kNothing, kPolicy, kRun, kBoth };

/// Builds the table, kind by kind.
class Table {
 public:
  void Kind(const char* kind) { kind_ = kind; }
  void Add(const char* type,
           const char* meaning,
           const char* why,
           Names names,
           const std::vector<const char*>& facts) {
    EventDoc event{type, kind_, meaning, why, false, false, {}};
    event.policy = names == Names::kPolicy || names == Names::kBoth;
    event.run = names == Names::kRun || names == Names::kBoth;
    for (const char* fact : facts) event.facts.push_back(FactFrom(fact));
    events_.push_back(std::move(event));
  }
  std::vector<EventDoc> Take() { return std::move(events_); }

 private:
  const char* kind_ = "";
  std::vector<EventDoc> events_;
};

void AddRuns(Table& t) {
  t.Kind("policy");
  t.Add("policy.bound",
        "A policy document came into force for runs.",
        "GDPR Art. 24: the controller's measures",
        Names::kPolicy,
        {"policies names the documents, in their order"});
  t.Kind("plan");
  t.Add("plan.bound",
        "A pipeline was bound to its policies and proved.",
        "a run was asked for; GDPR Art. 25: data protection by design",
        Names::kBoth,
        {"pipeline name the pipeline", "plan_digest digest SHA-256 of the plan's canonical JSON"});
  t.Kind("run");
  t.Add("run.started",
        "A run was accepted.",
        "asked for by a person or a schedule",
        Names::kBoth,
        {"pipeline name the pipeline",
         "plan_digest digest the plan that it follows",
         "as_of time the moment that the run looks at",
         "steps count steps of the plan",
         "trigger? name what started it: a person, a schedule, a backfill"});
  t.Add("run.resumed",
        "A coordinator took up a run that an earlier one had left.",
        "the earlier coordinator ended",
        Names::kRun,
        {"pipeline? name the pipeline", "tasks? count tasks already done"});
  t.Add("run.finished",
        "A run reached its end.",
        "all its tasks ended",
        Names::kBoth,
        {"state name succeeded, failed or cancelled",
         "snapshots objects what it published: snapshot, content_digest"});
  t.Add("run.cancelled",
        "A run was told to stop.",
        "asked for by a person",
        Names::kRun,
        {"pipeline? name the pipeline", "reason? text why"});
  t.Kind("task");
  t.Add("task.finished",
        "A task committed its result.",
        "the plan",
        Names::kRun,
        {"step name the step",
         "task count its number",
         "rows? count rows made",
         "worker? name who computed it"});
  t.Add("task.failed",
        "A task failed for good.",
        "its attempts are used up",
        Names::kRun,
        {"step name the step",
         "task count its number",
         "code? name the diagnostic code",
         "attempts? count how often it was tried"});
  t.Kind("lease");
  t.Add("lease.granted",
        "Workers got keys for tasks.",
        "the plan: these tasks, for these purposes",
        Names::kBoth,
        {"leases objects step, task, attempt, fence, label classes, purpose"});
  t.Add("lease.released",
        "Workers gave keys back.",
        "their tasks ended",
        Names::kRun,
        {"leases objects step, task, attempt, uses"});
}

void AddDecisions(Table& t) {
  t.Kind("denial");
  t.Add("lease.denied",
        "Keys were refused to a worker.",
        "the worker or purpose is not allowed",
        Names::kRun,
        {"step? name the step",
         "task? count its number",
         "worker? name who asked",
         "code? name the diagnostic code",
         "reason? text the rule"});
  t.Add("access.denied",
        "Something was refused.",
        "the policy or role does not allow it",
        Names::kNothing,
        {"what name the operation",
         "code? name the diagnostic code",
         "role? name the role",
         "count? count how often"});
  t.Kind("consent");
  t.Add("consent.changed",
        "The ledger took statements of persons: a bulk commits to its Merkle root.",
        "GDPR Art. 7; CCPA 1798.120, 1798.121",
        Names::kNothing,
        {"partition? count the ledger's partition",
         "changes count facts that changed the ledger",
         "ignored? count facts that did not",
         "moved? count facts that came with a person found to be the same",
         "delta_root? digest Merkle root of the changes",
         "purpose? name the purpose, for one person's statement",
         "ledger_version count the ledger's version afterwards",
         "sealed_delta? digest the sealed changes",
         "source? name where the statement came from"});
}

void AddRights(Table& t) {
  t.Kind("right");
  t.Add("right.requested",
        "A person used a right.",
        "GDPR Art. 12",
        Names::kNothing,
        {"request name the request",
         "right name access, export, erasure, restriction, objection",
         "due? time the last day to answer"});
  t.Add("right.identified",
        "The person behind a request was found.",
        "GDPR Art. 12(6)",
        Names::kNothing,
        {"request name the request", "right? name the right"});
  t.Add("right.withdrawn",
        "First stage of erasure: nothing is served or used from now on.",
        "GDPR Art. 17",
        Names::kNothing,
        {"request name the request", "suppressed_links count values on the suppression list"});
  t.Add("right.destroyed",
        "Second stage of erasure: data and keys are gone.",
        "GDPR Art. 17",
        Names::kNothing,
        {"request name the request",
         "kek_generation count the generation that replaces the old",
         "datasets? object rows rewritten, by dataset"});
  t.Add("right.answered",
        "A person got the answer to a request.",
        "GDPR Art. 12(3)",
        Names::kNothing,
        {"request name the request",
         "right? name the right",
         "outcome? name done or refused",
         "digest? digest SHA-256 of what was handed over",
         "rows? count rows handed over"});
  t.Add("right.refused",
        "A request was refused.",
        "GDPR Art. 12(4), 12(5)",
        Names::kNothing,
        {"request name the request", "right? name the right", "reason? text the ground"});
  t.Add("right.restricted",
        "Processing of a person's data was restricted, or no longer is.",
        "GDPR Art. 18",
        Names::kNothing,
        {"request? name the request", "restricted? flag the new state"});
}

void AddPublications(Table& t) {
  t.Kind("publication");
  t.Add("snapshot.published",
        "A snapshot of segments was made for a recipient.",
        "the recipient's purpose",
        Names::kBoth,
        {"snapshot name its name",
         "recipient name who may read it",
         "version name its version",
         "members count persons in it",
         "content_digest digest keyed digest of its content",
         "members_blob digest SHA-256 of the sealed members",
         "plan_digest digest the plan that made it"});
  t.Add("snapshot.withheld",
        "Segments were not published.",
        "disclosure control",
        Names::kBoth,
        {"snapshot name its name", "recipient? name for whom", "segments objects name, reason"});
  t.Add("snapshot.withdrawn",
        "Persons were taken from what is served.",
        "GDPR Art. 7(3), 17, 21",
        Names::kNothing,
        {"recipients? names whose overlays were changed", "tokens? count tokens withdrawn"});
  t.Add("snapshot.expired",
        "A version was removed from the serving folder.",
        "retention",
        Names::kNothing,
        {"snapshot name its name", "recipient name whose", "version name its version"});
  t.Add("snapshot.delivered",
        "A snapshot was handed to a destination.",
        "the recipient's purpose",
        Names::kNothing,
        {"snapshot name its name",
         "recipient? name whose",
         "destination name where to",
         "version? name its version",
         "members? count persons handed over",
         "state? name delivered, partial or failed"});
  t.Kind("access");
  t.Add("snapshot.read",
        "Clients read a snapshot: one entry for many calls.",
        "GDPR Art. 5(2), 32: who read what",
        Names::kNothing,
        {"recipient name whose snapshot",
         "snapshot name its name",
         "version name its version",
         "from time start of the span",
         "until time its end",
         "calls count calls answered",
         "lookups? count tokens looked up",
         "resolved? count identifiers resolved",
         "diffs? count differences read",
         "manifests? count manifests read",
         "refused? count calls refused",
         "clients count distinct certificates",
         "server name which server",
         "batch count the server's running number"});
  t.Add("snapshot.read.gap",
        "Reports of a server about reads are missing or were changed.",
        "GDPR Art. 32",
        Names::kNothing,
        {"server name which server",
         "expected count the next running number",
         "found? count the number that came",
         "reason text missing or not authentic"});
  t.Add("report.made",
        "A report was made from the state.",
        "GDPR Art. 30, 33, 35",
        Names::kNothing,
        {"report name ropa, dpia, breach, lineage", "digest? digest its SHA-256"});
}

void AddKeys(Table& t) {
  t.Kind("key operation");
  for (const auto& [type, meaning] :
       {std::pair{"key.custody_made", "Custody of the root was set up."},
        {"key.rotated", "Live keys got a new generation, and the old one was destroyed."},
        {"key.shredded", "Keys of a dataset were destroyed."},
        {"key.invited", "A worker or client was invited by a one-time token."},
        {"key.denied", "An invitation was not accepted."},
        {"key.enrolled", "A worker's or client's key was pinned."},
        {"key.retired", "One of two keys of a worker or client was given up."},
        {"key.revoked", "A worker or client is let in no longer."},
        {"key.backed_up", "The state was backed up, without its generations."},
        {"key.restored", "The state was restored from a backup."}}) {
    t.Add(type,
          meaning,
          "key management; GDPR Art. 32",
          Names::kNothing,
          {"kind? name worker or client",
           "name? name its name",
           "key? name its public key",
           "keys? count how many keys",
           "labels? names labels of a party",
           "valid_s? count seconds until an invitation ends",
           "kek_generation? count the generation from now on",
           "deks? count keys wrapped anew",
           "rewritten? count datasets rewritten under new keys",
           "datasets? object rows rewritten, by dataset",
           "dataset? name the dataset",
           "run? name the run that made it",
           "partitions? counts its partitions",
           "pieces? count pieces that became unreadable",
           "entries? count entries of the log that the backup holds",
           "made? time when the backup was made",
           "custody? name where the root is kept",
           "reason? text why it was refused"});
  }
  t.Add("reidentification.released",
        "Pseudonyms were turned back into identifiers, under dual control.",
        "the ground that two roles signed for",
        Names::kNothing,
        {"request name the request",
         "recipient? name for whom",
         "columns? names what was released",
         "roles? names who signed",
         "count? count identifiers released",
         "digest? digest of the signed request"});
}

void AddOperations(Table& t) {
  t.Kind("login");
  t.Add("login.succeeded",
        "Somebody was let in.",
        "a valid certificate or token",
        Names::kNothing,
        {"role name the role", "by? name certificate, token or password"});
  t.Add("login.refused",
        "Somebody was not let in.",
        "no valid certificate or token",
        Names::kNothing,
        {"by? name certificate, token or password", "count? count how often"});
  t.Kind("configuration");
  t.Add("configuration.changed",
        "A setting was changed.",
        "asked for by an operator",
        Names::kNothing,
        {"setting name which",
         "old_digest? digest of the value before",
         "digest? digest of the value now",
         "value? name the value, where it is a name"});
  t.Add("state.opened",
        "A coordinator took hold of the state.",
        "a command was run",
        Names::kNothing,
        {"version? name Signet's version", "fence? count its fence"});
  t.Add("schedule.missed",
        "A scheduled run did not start in time.",
        "no coordinator was there",
        Names::kNothing,
        {"pipeline name the pipeline", "due time when it was due", "action? name run or reported"});
  t.Kind("log");
  t.Add("log.pruned",
        "Entries below a minimum index were removed; their hashes stay.",
        "the retention that the written policy states",
        Names::kNothing,
        {"minimum count the first entry that stays",
         "before time entries older than this went",
         "retention_days count the written retention",
         "policy_file_digest digest of that policy"});
}

}  // namespace

std::vector<EventDoc> MakeEventTable() {
  Table table;
  AddRuns(table);
  AddDecisions(table);
  AddRights(table);
  AddPublications(table);
  AddKeys(table);
  AddOperations(table);
  return table.Take();
}

}  // namespace signet::crypto
