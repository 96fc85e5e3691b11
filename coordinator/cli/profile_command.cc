// `signet profile STEP`: statistics of columns for engineers who may see no rows.

#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "coordinator/binding/disclosure_book.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/embedded_run.h"
#include "coordinator/cli/noise_options.h"
#include "coordinator/cli/state_access.h"
#include "coordinator/disclosure/profile.h"
#include "coordinator/disclosure/profile_report.h"
#include "coordinator/requests/run_names.h"
#include "crypto/base/clock.h"
#include "crypto/base/file.h"

namespace signet::coordinator {
namespace {

struct ProfileOptions {
  ProfileRequest request;
  std::string state = "./.signet";
  std::string format = "text";
  std::string out;
};

std::string Shown(const ProfileOptions& options, const Json& profile, Timestamp now) {
  if (options.format == "text") return ProfileText(profile);
  if (options.format == "json") return profile.Dump() + "\n";
  const policies::ReportDocument document = ProfileReport(profile, TimestampText(now));
  return options.format == "html" ? document.ToHtml() : document.ToCsv();
}

Result<Json> Statistics(StateFolder& state,
                        LedgerBook& ledger,
                        const ProfileSubject& subject,
                        const ProfileRequest& request) {
  EmbeddedOptions embedded;
  embedded.workers = 1;
  embedded.left = LeftRuns::kFinish;
  ASSIGN_OR_RETURN(const std::unique_ptr<EmbeddedRunner> runner,
                   EmbeddedRunner::Start(state, ledger, embedded));
  ASSIGN_OR_RETURN(ProfileTask task, ProfileTaskOf(ledger, subject, request));
  ProfileBinder binder(state, std::move(task), NewRunId(state));
  ASSIGN_OR_RETURN(const RunView view, runner->Run(binder.Spec(), binder));
  if (view.state != RunState::kSucceeded || binder.statistics() == nullptr) {
    return view.failure.ok() ? Internal("the profile failed without a reason") : view.failure;
  }
  return *binder.statistics();
}

Status Profile(const ProfileOptions& options) {
  SystemClock clock;
  SystemEntropy entropy;
  ASSIGN_OR_RETURN(const std::unique_ptr<StateFolder> state,
                   OpenExistingState(options.state, clock, entropy));
  LedgerBook ledger(*state);
  TRY(ledger.LoadVersion());
  DisclosureBook book(*state);
  TRY(book.Load());
  ASSIGN_OR_RETURN(const ProfileSubject subject, FindProfileSubject(*state, options.request));
  ASSIGN_OR_RETURN(const Json statistics, Statistics(*state, ledger, subject, options.request));
  ASSIGN_OR_RETURN(const Json profile,
                   TellProfile(book, options.request, subject, statistics, clock.Now()));
  const std::string text = Shown(options, profile, clock.Now());
  if (!options.out.empty()) return WriteFileAtomically(options.out, AsBytes(text));
  PrintData(text);
  return OkStatus();
}

}  // namespace

void AddProfileCommand(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<ProfileOptions>();
  CLI::App* profile = app.add_subcommand(
      "profile", "Statistics of a step's columns, through the disclosure gate: no rows are shown");
  profile->footer("signet profile crm --quasi country,birth_date --sensitive tier");
  ProfileRequest& request = options->request;
  profile->add_option("step", request.dataset, "A source or step whose rows rest")->required();
  profile->add_option("--pipeline", request.pipeline, "The pipeline, if several have it");
  profile->add_option("--purpose", request.purpose, "Whose columns and subjects are looked at");
  profile
      ->add_option("--quasi", request.quasi, "Columns that others may know: people alike in them")
      ->delimiter(',');
  profile->add_option(
      "--sensitive", request.sensitive, "Measure l-diversity and t-closeness of it");
  profile
      ->add_option("--suppress",
                   request.suppressed_max,
                   "Search the least generalisation of --quasi that leaves classes of the policy's "
                   "size, with at most this share of people suppressed")
      ->check(CLI::Range(0.0, 1.0));
  profile->add_option("--recipient", request.recipient, "Who is told");
  AddNoiseOptions(*profile, request.noise, "A noisy number of people; costs privacy budget");
  profile->add_option("--state", options->state, "Folder of keys, log, ledger and artifacts");
  profile->add_option("--format", options->format, "text, json, html or csv")
      ->check(CLI::IsMember({"text", "json", "html", "csv"}));
  profile->add_option("-o,--out", options->out, "Write to this file (mode 0600), not to stdout");
  profile->callback([options, &outcome] {
    const Status status = Profile(*options);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace signet::coordinator
