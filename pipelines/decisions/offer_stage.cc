#include "pipelines/decisions/offer_stage.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/ids.h"
#include "crypto/base/text.h"
#include "pipelines/decisions/next_best_offer.h"
#include "pipelines/math/intervals.h"
#include "pipelines/models/training_set.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

struct Pairs {
  std::vector<Uuid> subjects;  ///< by customer number, ascending
  std::vector<OfferCandidate> candidates;
};

struct Decision {
  size_t pair = 0;
  double propensity = 1;
  bool explored = false;
};

Result<std::vector<OfferTerms>> ReadOffers(query::Connection& connection,
                                           const NextBestOfferOptions& o) {
  const std::string cost = o.cost.empty() ? "0" : SqlName(o.cost);
  const std::string uses = o.limit.empty() ? "NULL" : SqlName(o.limit);
  ASSIGN_OR_RETURN(
      const std::unique_ptr<query::Rows> rows,
      connection.Query("SELECT CAST(" + SqlName(o.name) + " AS VARCHAR) AS n, CAST(" + cost +
                       " AS DOUBLE), CAST(" + uses + " AS DOUBLE) FROM " + SqlName(o.offers) +
                       " WHERE " + SqlName(o.name) + " IS NOT NULL ORDER BY n"));
  std::vector<OfferTerms> offers;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return offers;
    for (size_t r = 0; r < chunk.size(); ++r) {
      OfferTerms terms;
      terms.name = std::string(chunk.Text(0, r));
      terms.cost = chunk.IsNull(1, r) ? 0 : chunk.Double(1, r);
      if (!chunk.IsNull(2, r)) terms.uses_max = chunk.Double(2, r);
      if (!offers.empty() && offers.back().name == terms.name) {
        return Invalid("next_best_offer: offer '" + terms.name + "' is listed twice");
      }
      offers.push_back(std::move(terms));
    }
  }
}

Result<Pairs> ReadPairs(query::Connection& connection,
                        const NextBestOfferOptions& o,
                        const std::vector<OfferTerms>& offers) {
  std::string sql = "SELECT subject, CAST(" + SqlName(o.offer) + " AS VARCHAR) AS n, max(CAST(" +
                    SqlName(o.value) + " AS DOUBLE)) FROM " + SqlName(o.candidates) +
                    " WHERE subject IS NOT NULL AND " + SqlName(o.offer) + " IS NOT NULL";
  if (!o.contacts.empty()) {
    sql += " AND coalesce(" + SqlName(o.contacts) + ", 0) < " + std::to_string(o.contacts_max);
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   connection.Query(sql + " GROUP BY subject, n ORDER BY subject, n"));
  Pairs pairs;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return pairs;
    for (size_t r = 0; r < chunk.size(); ++r) {
      const Uuid subject = chunk.GetUuid(0, r);
      if (pairs.subjects.empty() || pairs.subjects.back() != subject) {
        pairs.subjects.push_back(subject);
      }
      const std::string_view name = chunk.Text(1, r);
      const auto found = std::lower_bound(
          offers.begin(), offers.end(), name, [](const OfferTerms& terms, std::string_view n) {
            return terms.name < n;
          });
      if (found == offers.end() || found->name != name) {
        return Invalid("next_best_offer: a candidate names an offer that 'offers' lacks");
      }
      if (chunk.IsNull(2, r)) return Invalid("next_best_offer: a candidate's value is missing");
      pairs.candidates.push_back({static_cast<uint32_t>(pairs.subjects.size() - 1),
                                  static_cast<uint32_t>(found - offers.begin()),
                                  chunk.Double(2, r)});
    }
  }
}

/// Each explorer's drawn pair, and the pairs of all others for the allocation.
void Explore(const Pairs& pairs,
             double exploration,
             uint64_t seed,
             std::vector<Decision>& explored,
             std::vector<size_t>& rest) {
  const std::vector<OfferCandidate>& all = pairs.candidates;
  for (size_t first = 0; first < all.size();) {
    size_t last = first;
    while (last < all.size() && all[last].customer == all[first].customer) ++last;
    const SubjectId subject{pairs.subjects[all[first].customer]};
    if (FoldOf(subject, seed) < exploration) {
      const auto count = static_cast<double>(last - first);
      const auto pick = static_cast<size_t>(FoldOf(subject, seed ^ 0x5DEECE66DULL) * count);
      explored.push_back({first + std::min(pick, last - first - 1), 0, true});
    } else {
      for (size_t i = first; i < last; ++i) rest.push_back(i);
    }
    first = last;
  }
}

/// How many eligible pairs each customer has.
std::vector<double> PairCounts(const Pairs& pairs) {
  std::vector<double> counts(pairs.subjects.size(), 0);
  for (const OfferCandidate& c : pairs.candidates) ++counts[c.customer];
  return counts;
}

/// Exploration at the final prices: what the rule would have taken keeps 1 - exploration of its
/// chance; every eligible offer gets exploration / count.
void SetPropensities(const Pairs& pairs,
                     const std::vector<OfferTerms>& offers,
                     const Allocation& allocation,
                     double exploration,
                     std::vector<Decision>& decisions) {
  const std::vector<double> counts = PairCounts(pairs);
  std::vector<double> best(pairs.subjects.size(), 0);
  const auto reduced = [&](const OfferCandidate& c) {
    return c.value - offers[c.offer].cost * (1 + allocation.budget_price) -
           allocation.prices[c.offer];
  };
  for (const OfferCandidate& c : pairs.candidates) {
    best[c.customer] = std::max(best[c.customer], reduced(c));
  }
  for (Decision& decision : decisions) {
    const OfferCandidate& c = pairs.candidates[decision.pair];
    const bool rule = !decision.explored || (reduced(c) > 0 && reduced(c) >= best[c.customer]);
    decision.propensity = (rule ? 1 - exploration : 0) + exploration / counts[c.customer];
  }
}

Status WriteDecisions(query::Connection& connection,
                      const Schema& schema,
                      const Pairs& pairs,
                      const std::vector<OfferTerms>& offers,
                      const std::vector<Decision>& decisions) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  size_t r = 0;
  for (const Decision& decision : decisions) {
    const OfferCandidate& c = pairs.candidates[decision.pair];
    writer->column(0).SetUuid(r, pairs.subjects[c.customer]);
    writer->column(1).SetText(r, offers[c.offer].name);
    writer->column(2).SetDouble(r, c.value - offers[c.offer].cost);
    writer->column(3).SetDouble(r, decision.propensity);
    writer->column(4).SetBool(r, decision.explored);
    if (++r < query::kChunkRows) continue;
    TRY(writer->Flush(r));
    r = 0;
  }
  TRY(writer->Flush(r));
  return writer->Finish();
}

Json FiguresOf(const Pairs& pairs,
               const std::vector<OfferTerms>& offers,
               const Allocation& allocation,
               size_t explored) {
  Json json = Json::Of({{"pairs", pairs.candidates.size()},
                        {"subjects", pairs.subjects.size()},
                        {"explored", explored},
                        {"value", Rounded(allocation.value)},
                        {"cost", Rounded(allocation.cost)},
                        {"bound", Rounded(allocation.bound)},
                        {"budget_price", Rounded(allocation.budget_price)}});
  for (size_t o = 0; o < offers.size(); ++o) {
    json.Field("offers").Set(
        offers[o].name,
        Json::Of({{"uses", allocation.uses[o]}, {"price", Rounded(allocation.prices[o])}}));
  }
  return json;
}

}  // namespace

Result<NextBestOfferOptions> NextBestOfferOptions::FromJson(const Json& json) {
  OptionReader reader("next_best_offer", json);
  NextBestOfferOptions o;
  o.candidates = reader.Text("candidates", o.candidates);
  o.offer = reader.Text("offer", o.offer);
  o.value = reader.Text("value", o.value);
  o.contacts = reader.Text("contacts");
  o.contacts_max = reader.Integer("contacts_max", 0, 0, 1'000'000);
  o.offers = reader.Text("offers", o.offers);
  o.name = reader.Text("name", o.name);
  o.cost = reader.Text("cost");
  o.limit = reader.Text("limit");
  o.budget = reader.Number("budget", 0, 0, 1e15);
  o.per_subject = static_cast<int>(reader.Integer("per_subject", 1, 1, 100));
  o.exploration = reader.Number("exploration", o.exploration, 0, 0.5);
  if (o.contacts.empty() != (o.contacts_max == 0)) {
    reader.Fail("'contacts' and 'contacts_max' belong together");
  }
  if (o.budget > 0 && o.cost.empty()) reader.Fail("'budget' needs 'cost', a column of offers");
  if (o.exploration > 0 && o.per_subject > 1) {
    reader.Fail("'exploration' needs one offer per subject: set one of the two");
  }
  TRY(reader.Finish());
  return o;
}

std::vector<OptionDoc> NextBestOfferOptions::Options() {
  return {
      {"candidates", "input", "", "candidates", "Eligible pairs: one row per subject and offer."},
      {"offer", "column", "", "offer", "The candidates' offer."},
      {"value", "column", "", "value", "Expected incremental value of the pair, before costs."},
      {"contacts", "column", "", "", "The candidates' recent contacts, for the frequency cap."},
      {"contacts_max", "integer", "contacts", "", "Subjects with as many get nothing more."},
      {"offers", "input", "", "offers", "The offers' terms."},
      {"name", "column", "", "offer", "The offers' name."},
      {"cost", "column", "", "", "The offers' expected cost per subject."},
      {"limit", "column", "", "", "How often an offer may be given; empty: without limit."},
      {"budget", "number", "money", "", "Sum of costs."},
      {"per_subject", "integer", "offers", "1", "Offers per subject."},
      {"exploration",
       "number",
       "share",
       "0.05",
       "Of subjects who get an eligible offer at random, so that the system keeps learning."}};
}

Result<Schema> NextBestOfferOutputSchema(const NextBestOfferOptions& options,
                                         const std::map<std::string, Schema>& inputs) {
  ASSIGN_OR_RETURN(const Schema* pairs, InputNamed(inputs, options.candidates));
  ASSIGN_OR_RETURN(const Schema* offers, InputNamed(inputs, options.offers));
  std::vector<std::string> read = {std::string(kSubjectColumn), options.offer, options.value};
  if (!options.contacts.empty()) read.push_back(options.contacts);
  ASSIGN_OR_RETURN(policies::Label label, JoinedLabel(*pairs, read));
  std::vector<std::string> terms = {options.name};
  if (!options.cost.empty()) terms.push_back(options.cost);
  if (!options.limit.empty()) terms.push_back(options.limit);
  ASSIGN_OR_RETURN(const policies::Label of_terms, JoinedLabel(*offers, terms));
  label = policies::Label::Join(label, of_terms);
  ASSIGN_OR_RETURN(const Column* subject, ColumnNamed(*pairs, options.candidates, kSubjectColumn));
  return Schema{{{std::string(kSubjectColumn), ColumnType::kUuid, subject->label},
                 {"offer", ColumnType::kText, label},
                 {"value", ColumnType::kDouble, label},
                 {"propensity", ColumnType::kDouble, label},
                 {"explored", ColumnType::kBool, label}}};
}

Result<Json> RunNextBestOffer(query::Connection& connection,
                              const NextBestOfferOptions& options,
                              const std::map<std::string, Schema>& inputs,
                              const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, NextBestOfferOutputSchema(options, inputs));
  ASSIGN_OR_RETURN(std::vector<OfferTerms> offers, ReadOffers(connection, options));
  ASSIGN_OR_RETURN(const Pairs pairs, ReadPairs(connection, options, offers));
  std::vector<Decision> decisions;
  std::vector<size_t> rest;
  Explore(pairs, options.exploration, context.seed, decisions, rest);
  const size_t explored = decisions.size();
  AllocationOptions limits;
  limits.offers_per_customer = options.per_subject;
  double spent = 0;
  std::vector<OfferTerms> left = offers;
  for (const Decision& decision : decisions) {
    const uint32_t offer = pairs.candidates[decision.pair].offer;
    spent += offers[offer].cost;
    left[offer].uses_max = std::max(0.0, left[offer].uses_max - 1);
  }
  if (options.budget > 0) limits.budget = std::max(0.0, options.budget - spent);
  std::vector<OfferCandidate> candidates;
  candidates.reserve(rest.size());
  for (const size_t i : rest) candidates.push_back(pairs.candidates[i]);
  ASSIGN_OR_RETURN(const Allocation allocation, AllocateOffers(candidates, left, limits));
  for (const size_t chosen : allocation.chosen) decisions.push_back({rest[chosen], 1, false});
  std::sort(decisions.begin(), decisions.end(), [](const Decision& a, const Decision& b) {
    return a.pair < b.pair;
  });
  if (options.exploration > 0) {
    SetPropensities(pairs, offers, allocation, options.exploration, decisions);
  }
  TRY(WriteDecisions(connection, schema, pairs, offers, decisions));
  return FiguresOf(pairs, offers, allocation, explored);
}

}  // namespace signet::pipelines
