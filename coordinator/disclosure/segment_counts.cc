#include "coordinator/disclosure/segment_counts.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "coordinator/binding/run_memory.h"
#include "coordinator/requests/policy_in_force.h"
#include "policies/disclosure/noisy_count.h"

namespace signet::coordinator {
namespace {

constexpr char kWithheld[] =
    "it would tell about fewer people than the minimum group, alone or beside what was told before";

policies::CountStatement StatementOf(const SegmentCount& count,
                                     const TellingNote& note,
                                     int64_t at_micros) {
  return {note.recipient, SegmentGroup(count.pipeline, count.segment), count.people, at_micros};
}

void AddOnce(SegmentCount count, std::vector<SegmentCount>& counts) {
  const bool known = std::any_of(counts.begin(), counts.end(), [&count](const SegmentCount& one) {
    return one.pipeline == count.pipeline && one.segment == count.segment &&
           one.people == count.people;
  });
  if (!known) counts.push_back(std::move(count));
}

/// The people that a segment step's tasks counted; nothing for steps of another kind.
bool CountedBy(const Json& tasks, int64_t& people) {
  people = 0;
  for (const Json& figures : tasks.items()) {
    if (!figures.Has("members") || !figures.Has("considered")) return false;
    people += figures["members"].AsInt();
  }
  return tasks.size() > 0;
}

Json WithoutCounts(const Json& tasks) {
  Json list{Json::Array()};
  for (const Json& figures : tasks.items()) {
    Json one = figures;
    one.Set("members", Json());
    one.Set("considered", Json());
    list.Push(std::move(one));
  }
  return list;
}

/// The snapshots with the sizes that are not `told` left null; `next` walks through `told`.
Json ToldSnapshots(const Json& snapshots, const std::vector<bool>& told, size_t& next) {
  Json list{Json::Array()};
  for (const Json& snapshot : snapshots.items()) {
    bool all = true;
    Json segments{Json::Array()};
    for (const Json& segment : snapshot["segments"].items()) {
      Json one = segment;
      const bool may = told[next++];
      if (!may) one.Set("members", Json());
      all = all && may;
      segments.Push(std::move(one));
    }
    Json one = snapshot;
    one.Set("segments", std::move(segments));
    if (!all) one.Set("members", Json());
    list.Push(std::move(one));
  }
  return list;
}

}  // namespace

Result<std::vector<SegmentCount>> PublishedCounts(StateFolder& state) {
  std::vector<SegmentCount> counts;
  std::set<std::string> seen;
  for (const FrozenRun& frozen : FrozenRuns(state)) {
    const std::string& pipeline = frozen.run.planned.plan.pipeline;
    const Result<Json> report = RunMemory::Report(state, frozen.id);
    if (!report.ok() || (*report)["snapshots"].size() == 0) continue;
    if (!seen.insert(pipeline).second) continue;
    for (const Json& snapshot : (*report)["snapshots"].items()) {
      for (const Json& segment : snapshot["segments"].items()) {
        AddOnce({pipeline, segment["name"].AsString(), segment["members"].AsInt()}, counts);
      }
    }
  }
  return counts;
}

Result<std::vector<policies::ReportedCount>> TellSegments(DisclosureBook& book,
                                                          const std::vector<SegmentCount>& counts,
                                                          const NoiseChoice& noise,
                                                          const policies::PublicationRule& rule,
                                                          const TellingNote& note) {
  std::vector<policies::ReportedCount> reported;
  reported.reserve(counts.size());
  for (const SegmentCount& count : counts) {
    reported.push_back({count.pipeline, count.segment, std::nullopt, -1, kWithheld});
  }
  if (noise.epsilon > 0) {
    for (size_t i = 0; i < counts.size(); ++i) {
      const Result<int64_t> noisy = book.TellNoisy(counts[i].people, noise, rule, note);
      if (!noisy.ok() && noisy.status().code() != StatusCode::kDenied) return noisy.status();
      if (!noisy.ok()) {
        reported[i].why = noisy.status().message();
        continue;
      }
      reported[i].people = *noisy;
      reported[i].within_95 = policies::NoiseBound95(noise.kind, noise.epsilon);
    }
    return reported;
  }
  std::vector<policies::CountStatement> statements;
  statements.reserve(counts.size());
  for (const SegmentCount& count : counts) {
    statements.push_back(StatementOf(count, note, book.now_micros()));
  }
  ASSIGN_OR_RETURN(const std::vector<bool> told, book.Tell(statements, rule, note));
  for (size_t i = 0; i < counts.size(); ++i) {
    if (told[i]) reported[i].people = counts[i].people;
  }
  return reported;
}

Result<policies::CountFacts> GatherCounts(StateFolder& state,
                                          const NoiseChoice& noise,
                                          const policies::PublicationRule& rule,
                                          const TellingNote& note) {
  DisclosureBook book(state);
  TRY(book.Load());
  policies::CountFacts facts;
  facts.recipient = note.recipient;
  for (const policies::CountStatement& one : book.ledger().Told("")) {
    facts.earlier.push_back(
        {one.recipient, one.group, DateText(Timestamp{one.at_micros}), one.count});
  }
  ASSIGN_OR_RETURN(const std::vector<SegmentCount> counts, PublishedCounts(state));
  ASSIGN_OR_RETURN(facts.counts, TellSegments(book, counts, noise, rule, note));
  std::vector<std::string> recipients = book.budget().Recipients();
  if (std::find(recipients.begin(), recipients.end(), note.recipient) == recipients.end()) {
    recipients.push_back(note.recipient);
  }
  for (const std::string& recipient : recipients) {
    const policies::BudgetGauge gauge = book.budget().Gauge(recipient, book.now_micros(), rule);
    const bool spent = gauge.renews_at_micros > 0;
    facts.budgets.push_back({recipient,
                             policies::GaugeText(gauge),
                             spent ? DateText(Timestamp{gauge.renews_at_micros}) : "nothing spent",
                             gauge.spent,
                             gauge.limit,
                             gauge.rho,
                             gauge.delta});
  }
  return facts;
}

Result<Json> TellRunReport(DisclosureBook& book,
                           Json report,
                           const policies::PublicationRule& rule,
                           const TellingNote& note) {
  const std::string pipeline = report["pipeline"].AsString();
  std::vector<policies::CountStatement> statements;
  // The published sizes first: what a list shows already may be said of it.
  for (const Json& snapshot : report["snapshots"].items()) {
    for (const Json& segment : snapshot["segments"].items()) {
      statements.push_back(
          StatementOf({pipeline, segment["name"].AsString(), segment["members"].AsInt()},
                      note,
                      book.now_micros()));
    }
  }
  std::vector<std::string> steps;
  for (const auto& [step, tasks] : report["figures"].fields()) {
    int64_t people = 0;
    if (!CountedBy(tasks, people)) continue;
    steps.push_back(step);
    statements.push_back(StatementOf({pipeline, step, people}, note, book.now_micros()));
  }
  if (statements.empty()) return report;
  ASSIGN_OR_RETURN(const std::vector<bool> told, book.Tell(statements, rule, note));
  size_t next = 0;
  report.Set("snapshots", ToldSnapshots(report["snapshots"], told, next));
  Json figures = report["figures"];
  for (const std::string& step : steps) {
    if (!told[next++]) figures.Set(step, WithoutCounts(figures[step]));
  }
  report.Set("figures", std::move(figures));
  return report;
}

}  // namespace signet::coordinator
