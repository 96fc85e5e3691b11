/// SubjectFinder: who a person is in this state, what it holds about them, and how the log names
/// them. All of it is asked of workers.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "coordinator/requests/identifiers.h"
#include "coordinator/requests/rights_binder.h"
#include "coordinator/scheduler/run_spec.h"
#include "crypto/base/json.h"

namespace signet::coordinator {

/// A person as the state knows them.
struct LocatedSubject {
  SubjectId subject;
  std::vector<SubjectId> subjects;  ///< with aliases
  std::vector<Uuid> links;

  [[nodiscard]] bool Is(const SubjectId& id) const;
  /// It names the person: seal it.
  [[nodiscard]] Json ToJson() const;
  static Result<LocatedSubject> FromJson(const Json& json);
};

/// Runs its tasks on workers through `run`. Belongs to one thread; the references must outlive it.
class SubjectFinder {
 public:
  using Runner = std::function<Result<RunView>(const RunSpec& spec, RunBinder& binder)>;
  using NewRun = std::function<RunId()>;

  /// People whom one task looks for.
  static constexpr size_t kPeopleAtOnce = 100'000;

  SubjectFinder(StateFolder& state, Runner run, NewRun new_run)
      : state_(state), run_(std::move(run)), new_run_(std::move(new_run)) {}

  /// kNotFound when nobody is known by these identifiers, kConflict when they name several persons.
  Result<LocatedSubject> Locate(const std::vector<Identifier>& identifiers,
                                const std::string& default_region);
  /// Each of `people` in turn; one without subjects is unknown, ambiguous, or cannot be read.
  struct ManyOptions {
    std::string default_region;
    bool with_links = true;  ///< false: `subject` alone is filled
  };
  Result<std::vector<LocatedSubject>> LocateAll(std::span<const std::vector<Identifier>> people,
                                                const ManyOptions& options);

  /// The partitions in which the person's rows lie, ascending.
  Result<std::vector<int>> PartitionsOf(std::span<const LocatedSubject> people);

  /// `n` references for log entries about each person, made under the person's log key; empty texts
  /// when there is no such key.
  Result<std::vector<std::vector<std::string>>> References(std::span<const LocatedSubject> people,
                                                           size_t n);
  /// Those of `refs`, references in entries of the log, that name this person.
  Result<std::vector<std::string>> ReferencesTo(const LocatedSubject& person,
                                                const std::vector<std::string>& refs);

  /// What the live datasets hold: [{owner, dataset, kind, run, rows: [{column: value}],
  /// unreadable}]. Values are text; the caller wipes what it can.
  Result<Json> Collect(const LocatedSubject& person);

  /// The link values of identifiers; kInvalid for one that cannot identify anyone.
  Result<std::vector<Uuid>> LinksOf(const std::vector<Identifier>& identifiers,
                                    const std::string& default_region);
  /// Runs the steps to their end; kInternal, or why, when one has no result.
  Result<std::map<std::string, pipelines::TaskResult>> RunSteps(std::vector<RightsStep> steps);

 private:
  Result<LiveDataset> Identities();
  /// Runs what `make` makes of the state's dataset `name`; again where a run replaced the dataset
  /// while it was being read.
  using Make = std::function<Result<std::vector<RightsStep>>(LiveDataset dataset)>;
  Result<std::map<std::string, pipelines::TaskResult>> RunOnState(const std::string& name,
                                                                  const Make& make);
  void LocateSteps(std::span<const std::vector<Identifier>> people,
                   const ManyOptions& options,
                   const LiveDataset& identity,
                   std::vector<RightsStep>& steps);

  StateFolder& state_;
  Runner run_;
  NewRun new_run_;
};

}  // namespace signet::coordinator
