#include "policies/reports/breach.h"

#include "crypto/base/text.h"
#include "policies/reports/activity.h"

namespace signet::policies {
namespace {

std::string NumbersText(const std::vector<uint64_t>& numbers) {
  constexpr size_t kShown = 20;
  std::vector<std::string> texts;
  for (size_t i = 0; i < numbers.size() && i < kShown; ++i) {
    texts.push_back(std::to_string(numbers[i]));
  }
  if (numbers.size() > kShown) texts.push_back("and " + std::to_string(numbers.size() - kShown));
  return texts.empty() ? "none" : Join(texts, ", ");
}

std::string PartitionsText(const std::set<int>& partitions) {
  std::vector<std::string> texts;
  texts.reserve(partitions.size());
  for (const int partition : partitions) {
    texts.push_back(partition < 0 ? "all" : std::to_string(partition));
  }
  return Join(texts, ", ");
}

bool NamesPersons(const ReadableDataset& dataset) {
  return dataset.identifiability.count("direct") != 0;
}

ReportTable ReadableTable(const BreachScope& scope) {
  ReportTable table{"What was readable",
                    {"dataset",
                     "kind",
                     "purpose of the lease",
                     "label classes",
                     "columns",
                     "categories",
                     "partitions",
                     "rows",
                     "persons (at most)",
                     "log entries"},
                    {}};
  for (const ReadableDataset& dataset : scope.datasets) {
    table.rows.push_back(
        {dataset.pipeline + "/" + dataset.dataset,
         dataset.kind,
         dataset.purpose.empty() ? "none: at rest" : dataset.purpose,
         ListText(dataset.label_classes),
         ListText(dataset.columns),
         ListText(dataset.categories),
         PartitionsText(dataset.partitions),
         (dataset.rows_exact ? "" : "at most ") + WithThousands(static_cast<int64_t>(dataset.rows)),
         WithThousands(static_cast<int64_t>(dataset.subjects_max)),
         NumbersText(dataset.log_entries)});
  }
  return table;
}

}  // namespace

ReportDocument MakeBreach(const Policy& policy, const BreachScope& scope, const std::string& made) {
  ReportDocument document;
  document.kind = "breach";
  document.title = "Scope of a breach: " + scope.what;
  document.made = made;
  std::set<std::string> categories;
  std::set<std::string> special;
  bool direct = false;
  for (const ReadableDataset& dataset : scope.datasets) {
    categories.insert(dataset.categories.begin(), dataset.categories.end());
    special.insert(dataset.special.begin(), dataset.special.end());
    direct = direct || NamesPersons(dataset);
  }
  const std::string when = scope.since.empty() ? "since the state began" : "since " + scope.since;
  document.sections = {
      {"Nature of the breach",
       "GDPR Art. 33(3)(a)",
       {"What " + scope.what + " could read " + when + ": at most " +
            WithThousands(static_cast<int64_t>(scope.subjects_max)) + " persons, categories " +
            ListText(categories) + "; special or sensitive: " + ListText(special) + ".",
        "The log proves which keys were leased; that they were used to read everything is "
        "assumed. Rows without 'at most' are those that the log, or the registry, counted. Persons "
        "are at most those of the partitions, as the ledger knows them now."},
       {ReadableTable(scope)},
       {"When did the controller become aware (the 72 hours begin then)?"}},
      {"Contact", "GDPR Art. 33(3)(b)", {}, {}, {}},
      {"Likely consequences",
       "GDPR Art. 33(3)(c)",
       {direct ? "Identifiers in the clear were readable: persons can be named."
               : "No identifier in the clear was readable: rows are under random ids."},
       {},
       {"Which consequences are likely for the persons?"}},
      {"Measures",
       "GDPR Art. 33(3)(d), Art. 34(3)",
       {"Destroy what was exposed: signet keys revoke, signet keys shred, signet keys rotate "
        "--all."},
       {},
       {"Which measures were taken, and must the persons be told (Art. 34)?"}}};
  const Organisation& us = policy.organisation();
  document.sections[1].tables.push_back({"Who to ask",
                                         {"role", "name", "contact"},
                                         {{"data protection officer", us.dpo, us.dpo_contact}}});
  document.facts = Json::Of({{"what", scope.what},
                             {"since", scope.since},
                             {"datasets", scope.datasets.size()},
                             {"subjects_max", scope.subjects_max},
                             {"categories", Json::Strings({categories.begin(), categories.end()})},
                             {"special", Json::Strings({special.begin(), special.end()})},
                             {"direct_identifiers", direct}});
  return document;
}

}  // namespace signet::policies
