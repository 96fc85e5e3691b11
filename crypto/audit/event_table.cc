// The table behind event_catalog.h; its rows about keys and operations are in operation_events.cc.
#include "crypto/audit/event_table.h"

#include <vector>

#include "crypto/audit/event_rows.h"
#include "crypto/audit/learning_events.h"
#include "crypto/audit/operation_events.h"

namespace signet::crypto {
namespace {

void AddRuns(EventRows& t) {
  t.Kind("policy");
  t.Add("policy.bound",
        "A policy document came into force for runs.",
        "GDPR Art. 24: the controller's measures",
        EventNames::kPolicy,
        {"policies names the documents, in their order"});
  t.Kind("plan");
  t.Add("plan.bound",
        "A pipeline was bound to its policies and proved.",
        "a run was asked for; GDPR Art. 25: data protection by design",
        EventNames::kBoth,
        {"pipeline name the pipeline", "plan_digest digest SHA-256 of the plan's canonical JSON"});
  t.Kind("run");
  t.Add("run.started",
        "A run was accepted.",
        "asked for by a person or a schedule",
        EventNames::kBoth,
        {"pipeline name the pipeline",
         "plan_digest digest the plan that it follows",
         "as_of time the moment that the run looks at",
         "steps count steps of the plan",
         "trigger? name what started it: a person, a schedule, a backfill"});
  t.Add("run.resumed",
        "A coordinator took up a run that an earlier one had left.",
        "the earlier coordinator ended",
        EventNames::kRun,
        {"pipeline? name the pipeline", "tasks? count tasks already done"});
  t.Add("run.finished",
        "A run reached its end.",
        "all its tasks ended",
        EventNames::kBoth,
        {"state name succeeded, failed or cancelled",
         "snapshots objects what it published: snapshot, content_digest"});
  t.Add("run.cancelled",
        "A run was told to stop.",
        "asked for by a person",
        EventNames::kRun,
        {"pipeline? name the pipeline", "reason? text why"});
}

void AddTasks(EventRows& t) {
  t.Kind("task");
  t.Add("task.finished",
        "A task committed its result.",
        "the plan",
        EventNames::kRun,
        {"step name the step",
         "task count its number",
         "rows? count rows made",
         "worker? name who computed it; absent: it was known, or needed nobody"});
  t.Add("task.failed",
        "A task failed for good.",
        "its attempts are used up",
        EventNames::kRun,
        {"step name the step",
         "task count its number",
         "code? name the diagnostic code",
         "attempts? count how often it was tried"});
  t.Kind("lease");
  t.Add("lease.granted",
        "Workers got keys for tasks.",
        "the plan: these tasks, for these purposes",
        EventNames::kBoth,
        {"leases objects step, task, attempt, fence, worker, label classes, purpose"});
  t.Add("lease.released",
        "Workers gave keys back.",
        "their tasks ended",
        EventNames::kRun,
        {"leases objects step, task, attempt, worker, uses (calls of the cipher), failed"});
  t.Add("lease.expired",
        "Keys count as taken back, though their workers did not give them back.",
        "the worker fell silent, hung, was too late, or the run ended",
        EventNames::kRun,
        {"leases objects step, task, attempt, worker, reason"});
}

void AddDecisions(EventRows& t) {
  t.Kind("denial");
  t.Add("lease.denied",
        "Keys were refused to a worker.",
        "the worker or purpose is not allowed",
        EventNames::kRun,
        {"step? name the step",
         "task? count its number",
         "worker? name who asked",
         "code? name the diagnostic code",
         "reason? text the rule"});
  t.Add("access.denied",
        "Something was refused.",
        "the policy or role does not allow it",
        EventNames::kNothing,
        {"what name the operation",
         "code? name the diagnostic code",
         "role? name the role",
         "count? count how often"});
  t.Kind("consent");
  t.Add("consent.changed",
        "The ledger took statements of persons: a bulk commits to its Merkle root.",
        "GDPR Art. 7; CCPA 1798.120, 1798.121",
        EventNames::kNothing,
        {"partition? count the ledger's partition",
         "changes count facts that changed the ledger",
         "ignored? count facts that did not",
         "moved? count facts that came with a person found to be the same",
         "delta_root? digest Merkle root of the changes",
         "purpose? name the purpose, for one person's statement",
         "ledger_version count the ledger's version afterwards",
         "sealed_delta? digest the sealed changes",
         "delta? name the sealed delta that holds them",
         "rows? count rows of an import",
         "unknown? count rows of an import that name nobody who is known",
         "source? name where the statement came from"});
}

void AddRights(EventRows& t) {
  t.Kind("right");
  t.Add("right.requested",
        "A person used a right.",
        "GDPR Art. 12",
        EventNames::kNothing,
        {"request name the request",
         "right name access, portability, erasure, restriction, objection and so on",
         "due? time the last day to answer",
         "folded_into? name the open request that answers it too"});
  t.Add("right.due",
        "The term of an open request is near its end, or over.",
        "GDPR Art. 12(3); Cal. Civ. Code 1798.130(a)(2)",
        EventNames::kNothing,
        {"request name the request",
         "right name which right",
         "due time the last day to answer",
         "late flag whether that day has passed"});
  t.Add("right.extended",
        "The answer to a request takes longer.",
        "GDPR Art. 12(3)",
        EventNames::kNothing,
        {"request name the request", "due time the last day to answer now"});
  t.Add("right.corrected",
        "Wrong values about a person were replaced.",
        "GDPR Art. 16",
        EventNames::kNothing,
        {"request name the request",
         "columns names dataset.column of each value",
         "rows count rows that held one"});
  t.Add("right.withdrawn",
        "First stage of erasure: nothing is served or used from now on.",
        "GDPR Art. 17",
        EventNames::kNothing,
        {"request name the request", "suppressed_links count values on the suppression list"});
  t.Add("right.destroyed",
        "Second stage of erasure: data and keys are gone.",
        "GDPR Art. 17",
        EventNames::kNothing,
        {"request name the request",
         "kek_generation count the generation that replaces the old",
         "datasets? object rows rewritten, by dataset"});
}

void AddRightsEnded(EventRows& t) {
  t.Add("right.answered",
        "A person got the answer to a request.",
        "GDPR Art. 12(3)",
        EventNames::kNothing,
        {"request name the request",
         "right? name the right",
         "outcome? name done or refused",
         "digest? digest SHA-256 of what was handed over",
         "rows? count rows handed over"});
  t.Add("right.refused",
        "A request was refused.",
        "GDPR Art. 12(4), 12(5)",
        EventNames::kNothing,
        {"request name the request", "right? name the right", "reason? text the ground"});
  t.Add("right.restricted",
        "Processing of a person's data was restricted, or no longer is.",
        "GDPR Art. 18",
        EventNames::kNothing,
        {"request? name the request", "restricted? flag the new state"});
  t.Kind("retention");
  t.Add("retention.swept",
        "What was due was destroyed with its keys.",
        "the policy's retention; GDPR Art. 5(1)(e)",
        EventNames::kNothing,
        {"datasets names pipeline/dataset whose keys were destroyed",
         "models names flagged models whose term was over",
         "snapshots names versions removed from the serving folder",
         "held names due, and kept by a legal hold",
         "kek_generation? count the generation from now on",
         "digest? digest SHA-256 of the receipt"});
  t.Add("retention.held",
        "A legal hold was put on data.",
        "GDPR Art. 17(3)(e)",
        EventNames::kNothing,
        {"pipeline name the pipeline", "dataset name the dataset, or *"});
  t.Add("retention.released",
        "A legal hold ended.",
        "the claim is over",
        EventNames::kNothing,
        {"pipeline name the pipeline", "dataset name the dataset, or *"});
}

void AddDisclosures(EventRows& t) {
  t.Kind("publication");
  t.Add("disclosure.told",
        "Somebody asked for counts of people, through the disclosure gate.",
        "disclosure control; DESIGN section 9",
        EventNames::kPolicy,
        {"what name profile, report, run-report or policy-diff",
         "about? text pipeline and dataset",
         "purpose? name whose columns and subjects were looked at",
         "recipient name who was told",
         "outcome name told, noisy or refused",
         "told? count counts told",
         "withheld? count counts left out",
         "epsilon_thousandths? count privacy loss spent",
         "noise? name laplace or gaussian",
         "rho_billionths? count privacy loss of Gaussian noise spent (zCDP)"});
}

void AddPublications(EventRows& t) {
  t.Kind("publication");
  t.Add("snapshot.published",
        "A snapshot of segments was made for a recipient.",
        "the recipient's purpose",
        EventNames::kBoth,
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
        EventNames::kBoth,
        {"snapshot name its name", "recipient? name for whom", "segments objects name, reason"});
  t.Add("snapshot.held",
        "Few additions to segments wait until they are a group, or went through by their age.",
        "disclosure control",
        EventNames::kBoth,
        {"snapshot name its name",
         "recipient name for whom",
         "segments objects name, until when at the latest",
         "let_by_age names segments whose additions had waited long enough"});
  t.Add("snapshot.withdrawn",
        "Persons were taken from what is served.",
        "GDPR Art. 7(3), 17, 21",
        EventNames::kNothing,
        {"recipients? names whose overlays were changed", "tokens? count tokens withdrawn"});
  t.Add("snapshot.expired",
        "A version was removed from the serving folder.",
        "retention",
        EventNames::kNothing,
        {"snapshot name its name", "recipient name whose", "version name its version"});
  t.Add("snapshot.delivered",
        "A snapshot was handed to a destination.",
        "the recipient's purpose",
        EventNames::kNothing,
        {"snapshot name its name",
         "recipient? name whose",
         "destination name where to",
         "version? name its version",
         "members? count persons handed over",
         "state? name delivered, partial or failed"});
}

void AddReads(EventRows& t) {
  t.Kind("access");
  t.Add("snapshot.read",
        "Clients read a snapshot: one entry for many calls.",
        "GDPR Art. 5(2), 32: who read what",
        EventNames::kNothing,
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
        EventNames::kNothing,
        {"server name which server",
         "expected count the next running number",
         "found? count the number that came",
         "reason text missing or not authentic"});
  t.Add("report.made",
        "A report was made from the state.",
        "GDPR Art. 30, 33, 35",
        EventNames::kNothing,
        {"report name ropa, dpia, breach, lineage", "digest? digest its SHA-256"});
}

}  // namespace

std::vector<EventDoc> MakeEventTable() {
  EventRows table;
  AddRuns(table);
  AddTasks(table);
  AddDecisions(table);
  AddRights(table);
  AddRightsEnded(table);
  AddPublications(table);
  AddReads(table);
  AddDisclosures(table);
  AddLearningEvents(table);
  AddKeyEvents(table);
  AddOperationEvents(table);
  return table.Take();
}

}  // namespace signet::crypto
