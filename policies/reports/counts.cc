#include "policies/reports/counts.h"

#include <algorithm>
#include <utility>

#include "crypto/base/text.h"

namespace signet::policies {
namespace {

constexpr int64_t kDaySeconds = 86'400;

std::string PeopleText(const ReportedCount& count) {
  if (!count.people.has_value()) return "withheld";
  return (count.within_95 < 0 ? "" : "about ") + WithThousands(*count.people);
}

std::string HowText(const ReportedCount& count) {
  if (!count.people.has_value()) return count.why;
  if (count.within_95 < 0) return "exact";
  return "with noise: within " + WithThousands(count.within_95) + " in 95 % of answers";
}

ReportSection Counts(const CountFacts& facts) {
  ReportSection section;
  section.heading = "People in the published segments";
  section.article = "GDPR recital 26";
  section.paragraphs.push_back("Told to: " + facts.recipient + ".");
  ReportTable table{"Segments of the newest run", {"pipeline", "segment", "people", "how"}, {}};
  for (const ReportedCount& count : facts.counts) {
    table.rows.push_back({count.pipeline, count.segment, PeopleText(count), HowText(count)});
  }
  section.tables.push_back(std::move(table));
  return section;
}

ReportSection Earlier(const CountFacts& facts) {
  ReportSection section;
  section.heading = "What was told before";
  section.article = "GDPR Art. 5(1)(f)";
  section.paragraphs.emplace_back(
      "Recipients are taken to talk to each other: what one was told counts for all. The size of a "
      "member list is known to who was given it.");
  ReportTable table{"Differencing ledger", {"recipient", "question", "people", "first told"}, {}};
  for (const EarlierCount& one : facts.earlier) {
    table.rows.push_back({one.recipient, one.group, WithThousands(one.people), one.when});
  }
  section.tables.push_back(std::move(table));
  return section;
}

ReportSection Budgets(const PublicationRule& rule, const CountFacts& facts) {
  ReportSection section;
  section.heading = "Privacy budgets of noisy counts";
  section.article = rule.article;
  section.paragraphs.push_back("Each recipient may cost " + FixedText(rule.epsilon_max, 2) +
                               " (epsilon, added up) within " +
                               std::to_string(rule.budget_period_s / kDaySeconds) + " days.");
  const bool gaussian = std::any_of(facts.budgets.begin(),
                                    facts.budgets.end(),
                                    [](const ReportedBudget& one) { return one.delta > 0; });
  if (gaussian) {
    section.paragraphs.emplace_back(
        "Of answers with Gaussian noise the losses (rho, zero-concentrated differential privacy) "
        "are added up, and stated as the epsilon that holds but for a probability of one in a "
        "million (delta).");
  }
  ReportTable table{
      "Gauges",
      {"recipient", "spent", "limit", "of it Gaussian (rho)", "gauge", "first loss forgotten"},
      {}};
  for (const ReportedBudget& budget : facts.budgets) {
    table.rows.push_back({budget.recipient,
                          FixedText(budget.spent, 3),
                          FixedText(budget.limit, 3),
                          FixedText(budget.rho, 6),
                          budget.gauge,
                          budget.renews});
  }
  section.tables.push_back(std::move(table));
  return section;
}

Json FactsJson(const PublicationRule& rule, const CountFacts& facts) {
  Json counts{Json::Array()};
  for (const ReportedCount& count : facts.counts) {
    Json one = Json::Of({{"pipeline", count.pipeline}, {"segment", count.segment}});
    one.Set("people", count.people.has_value() ? Json(*count.people) : Json());
    if (count.within_95 >= 0) one.Set("within_95", count.within_95);
    if (!count.people.has_value()) one.Set("why", count.why);
    counts.Push(std::move(one));
  }
  Json budgets{Json::Array()};
  for (const ReportedBudget& budget : facts.budgets) {
    budgets.Push(Json::Of({{"recipient", budget.recipient},
                           {"spent", budget.spent},
                           {"limit", budget.limit},
                           {"rho", budget.rho},
                           {"delta", budget.delta},
                           {"gauge", budget.gauge}}));
  }
  return Json::Of({{"recipient", facts.recipient},
                   {"counts", std::move(counts)},
                   {"budgets", std::move(budgets)},
                   {"min_group", rule.min_group}});
}

}  // namespace

ReportDocument MakeCounts(const PublicationRule& rule,
                          const CountFacts& facts,
                          const std::string& made) {
  ReportDocument document;
  document.kind = "counts";
  document.title = "Counts of people, and what they may still tell";
  document.made = made;
  document.facts = FactsJson(rule, facts);
  document.sections = {Counts(facts), Earlier(facts), Budgets(rule, facts)};
  return document;
}

}  // namespace signet::policies
