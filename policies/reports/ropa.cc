#include "policies/reports/ropa.h"

#include <map>
#include <optional>
#include <utility>

namespace signet::policies {
namespace {

ReportSection Controller(const Policy& policy) {
  const Organisation& us = policy.organisation();
  ReportSection section;
  section.heading = "Controller and data protection officer";
  section.article = "GDPR Art. 30(1)(a)";
  section.tables.push_back({"Who is responsible",
                            {"role", "name", "contact"},
                            {{"controller", us.controller + ", " + us.address, us.contact},
                             {"data protection officer", us.dpo, us.dpo_contact}}});
  if (us.dpo.empty()) {
    section.open_questions.emplace_back("Name the data protection officer, or why there is none.");
  }
  return section;
}

ReportSection Purposes(const Policy& policy, std::span<const ProcessingActivity> activities) {
  ReportSection section;
  section.heading = "Purposes of the processing";
  section.article = "GDPR Art. 30(1)(b)";
  ReportTable table{"What ran, for what",
                    {"purpose", "pipeline", "what it is for", "lawful basis", "steps", "last run"},
                    {}};
  for (const ProcessingActivity& activity : activities) {
    const PurposeRule* rule = policy.FindPurpose(activity.purpose);
    std::string steps;
    for (const std::string& step : activity.steps) steps += (steps.empty() ? "" : ", ") + step;
    table.rows.push_back({activity.purpose,
                          activity.pipeline,
                          rule == nullptr ? "" : rule->bases.front().description,
                          BasisText(policy, activity.purpose),
                          steps,
                          activity.when});
  }
  section.tables.push_back(std::move(table));
  return section;
}

ReportTable HeldTable(std::span<const HeldData> held) {
  ReportTable table{"What is held of each source, read by a purpose or not",
                    {"pipeline", "source", "categories", "special or sensitive", "treatments"},
                    {}};
  for (const HeldData& one : held) {
    table.rows.push_back({one.pipeline,
                          one.source,
                          ListText(one.categories),
                          ListText(one.special),
                          ListText(one.treatments)});
  }
  return table;
}

ReportSection Categories(std::span<const ProcessingActivity> activities,
                         std::span<const HeldData> held) {
  ReportSection section;
  section.heading = "Categories of data subjects and of personal data";
  section.article = "GDPR Art. 30(1)(c)";
  section.paragraphs.emplace_back(
      "Data subjects: customers and visitors of the controller, as the sources name them.");
  ReportTable table{"Categories that the steps of each purpose read",
                    {"purpose", "pipeline", "categories", "special or sensitive", "sources"},
                    {}};
  for (const ProcessingActivity& activity : activities) {
    table.rows.push_back({activity.purpose,
                          activity.pipeline,
                          ListText(activity.categories),
                          ListText(activity.special),
                          ListText(activity.sources)});
  }
  section.tables.push_back(std::move(table));
  section.tables.push_back(HeldTable(held));
  return section;
}

ReportSection Recipients(const Policy& policy, std::span<const ProcessingActivity> activities) {
  ReportSection section;
  section.heading = "Categories of recipients";
  section.article = "GDPR Art. 30(1)(d)";
  ReportTable table{"To whom it was disclosed", {"purpose", "pipeline", "recipients"}, {}};
  for (const ProcessingActivity& activity : activities) {
    if (activity.recipients.empty()) continue;
    table.rows.push_back(
        {activity.purpose, activity.pipeline, RecipientText(policy, activity.recipients)});
  }
  section.tables.push_back(std::move(table));
  return section;
}

bool IsTransfer(const Policy& policy, const Recipient& recipient) {
  for (const PolicyPart& part : policy.parts()) {
    if (!part.transfer_regions.empty() && part.transfer_regions.count(recipient.region) == 0) {
      return true;
    }
  }
  return false;
}

ReportSection Transfers(const Policy& policy, std::span<const ProcessingActivity> activities) {
  ReportSection section;
  section.heading = "Transfers to third countries and their safeguards";
  section.article = "GDPR Art. 30(1)(e), Art. 46";
  ReportTable table{"Transfers that happened", {"recipient", "region", "safeguard", "purpose"}, {}};
  for (const ProcessingActivity& activity : activities) {
    for (const std::string& name : activity.recipients) {
      const Recipient* recipient = policy.FindRecipient(name);
      if (recipient == nullptr || !IsTransfer(policy, *recipient)) continue;
      table.rows.push_back({name, recipient->region, recipient->safeguard, activity.purpose});
      if (recipient->safeguard.empty()) {
        section.open_questions.push_back("Which safeguard covers the transfer to " + name + "?");
      }
    }
  }
  section.tables.push_back(std::move(table));
  return section;
}

ReportSection Limits(const Policy& policy, std::span<const ProcessingActivity> activities) {
  ReportSection section;
  section.heading = "Time limits for erasure";
  section.article = "GDPR Art. 30(1)(f)";
  ReportTable table{"Retention by purpose", {"purpose", "pipeline", "retention"}, {}};
  for (const ProcessingActivity& activity : activities) {
    table.rows.push_back(
        {activity.purpose, activity.pipeline, RetentionText(policy, activity.kinds)});
  }
  section.tables.push_back(std::move(table));
  return section;
}

ReportSection Measures() {
  ReportSection section;
  section.heading = "Technical and organisational security measures";
  section.article = "GDPR Art. 30(1)(g), Art. 32(1)";
  section.tables.push_back(
      {"Measures that Signet enforces",
       {"measure", "how"},
       {{"pseudonymisation", "identifiers become keyed values (HMAC); persons are random ids"},
        {"encryption",
         "AES-256-GCM per partition and label class, keys wrapped by a generation in "
         "custody"},
        {"purpose limitation", "each plan is proved column by column before it runs"},
        {"access control", "workers hold leases for named tasks, purposes and label classes"},
        {"erasure", "by destruction of keys, with receipts"},
        {"accountability", "every step lies in a tamper-evident log (RFC 6962)"},
        {"minimum groups", "segments below the policy's minimum are not published"}}});
  section.open_questions.emplace_back(
      "Which organisational measures (training, access to premises, processors' audits) apply?");
  return section;
}

std::set<std::string> SetOf(const Json& list) {
  const std::vector<std::string> texts = list.AsStrings();
  return {texts.begin(), texts.end()};
}

/// What of one thing ran, and what was declared of it.
struct RanAndDeclared {
  const std::set<std::string>& ran;
  std::set<std::string> declared;
};

void NoteMissing(const char* what,
                 const ProcessingActivity& activity,
                 const RanAndDeclared& sets,
                 std::vector<std::string>& drift) {
  for (const std::string& text : sets.ran) {
    if (sets.declared.count(text) != 0) continue;
    std::string sentence = what;
    sentence += " '" + text + "' ran for " + activity.purpose + " in " + activity.pipeline;
    sentence += " (run " + activity.run + ") and is not declared";
    drift.push_back(std::move(sentence));
  }
}

/// Records made before they listed what is held declare nothing of it.
void NoteHeld(const Json& declared,
              std::span<const HeldData> held,
              std::vector<std::string>& drift) {
  if (!declared.is_array()) return;
  for (const HeldData& one : held) {
    std::set<std::string> known;
    for (const Json& item : declared.items()) {
      const bool same =
          item["pipeline"].AsString() == one.pipeline && item["source"].AsString() == one.source;
      if (same) known = SetOf(item["categories"]);
    }
    for (const std::string& category : one.categories) {
      if (known.count(category) != 0) continue;
      drift.push_back("category '" + category + "' is held of " + one.source + " in " +
                      one.pipeline + " and is not declared");
    }
  }
}

std::string NotAllowed(std::string sentence, const ProcessingActivity& activity) {
  sentence += " for " + activity.purpose + " in " + activity.pipeline;
  sentence += " (run " + activity.run + "), and the policies in force do not allow it";
  return sentence;
}

}  // namespace

ReportDocument MakeRopa(const Policy& policy, const RopaFacts& facts, const std::string& made) {
  const std::span<const ProcessingActivity> activities = facts.activities;
  ReportDocument document;
  document.kind = "ropa";
  document.title = "Record of processing activities";
  document.made = made;
  document.sections = {Controller(policy),
                       Purposes(policy, activities),
                       Categories(activities, facts.held),
                       Recipients(policy, activities),
                       Transfers(policy, activities),
                       Limits(policy, activities),
                       Measures()};
  Json list{Json::Array()};
  for (const ProcessingActivity& activity : activities) list.Push(activity.ToJson());
  Json held{Json::Array()};
  for (const HeldData& one : facts.held) held.Push(one.ToJson());
  document.facts =
      Json::Of({{"activities", list}, {"held", held}, {"policy_digest", policy.digest()}});
  return document;
}

Result<std::vector<std::string>> DriftFrom(const Json& declared, const RopaFacts& ran) {
  const Json& facts = declared.Has("facts") ? declared["facts"] : declared;
  if (!facts["activities"].is_array()) {
    return Invalid("the file holds no record of processing activities")
        .WithRemedy("make one with: signet report ropa --format json");
  }
  std::map<std::pair<std::string, std::string>, Json> known;
  for (const Json& item : facts["activities"].items()) {
    known[{item["pipeline"].AsString(), item["purpose"].AsString()}] = item;
  }
  std::vector<std::string> drift;
  for (const ProcessingActivity& activity : ran.activities) {
    const auto found = known.find({activity.pipeline, activity.purpose});
    if (found == known.end()) {
      drift.push_back("the purpose '" + activity.purpose + "' ran in " + activity.pipeline +
                      " (run " + activity.run + ") and is not declared");
      continue;
    }
    const Json& item = found->second;
    NoteMissing("category", activity, {activity.categories, SetOf(item["categories"])}, drift);
    NoteMissing("recipient", activity, {activity.recipients, SetOf(item["recipients"])}, drift);
    NoteMissing("source", activity, {activity.sources, SetOf(item["sources"])}, drift);
    NoteMissing("dataset kind", activity, {activity.kinds, SetOf(item["kinds"])}, drift);
  }
  NoteHeld(facts["held"], ran.held, drift);
  return drift;
}

std::vector<std::string> DriftFromPolicy(const Policy& policy,
                                         std::span<const ProcessingActivity> activities) {
  std::vector<std::string> drift;
  for (const ProcessingActivity& activity : activities) {
    if (policy.FindPurpose(activity.purpose) == nullptr) {
      drift.push_back(NotAllowed("the purpose ran", activity));
      continue;
    }
    for (const std::string& category : activity.categories) {
      if (policy.MayUse(category, activity.purpose).allowed) continue;
      drift.push_back(NotAllowed("'" + category + "' ran", activity));
    }
    for (const std::string& recipient : activity.recipients) {
      if (policy.MayReceive(recipient, activity.purpose).allowed) continue;
      drift.push_back(NotAllowed("the recipient '" + recipient + "' received", activity));
    }
  }
  return drift;
}

}  // namespace signet::policies
