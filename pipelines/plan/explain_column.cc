#include "pipelines/plan/explain_column.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/plan/pipeline_document.h"
#include "pipelines/plan/publish_planning.h"
#include "policies/compile/compile.h"
#include "policies/document/reader.h"

namespace signet::pipelines {
namespace {

using policies::Policy;
using policies::Verdict;

struct Read {
  PipelineDocument document;
  Policy policy;
};

Result<Read> ReadBoth(const PlanRequest& request) {
  ASSIGN_OR_RETURN(const policies::Node root, policies::ReadDocument(request.file));
  policies::Diagnostics diagnostics;
  std::optional<PipelineDocument> document =
      ReadPipeline(root, request.params, request.now, diagnostics);
  TRY(policies::ToStatus(diagnostics));
  CHECK(document.has_value());
  ASSIGN_OR_RETURN(
      const policies::PolicySources sources,
      policies::FindPolicies(document->policies, request.file.parent_path(), request.bundles));
  ASSIGN_OR_RETURN(Policy policy, policies::CompilePolicies(sources));
  return Read{*std::move(document), std::move(policy)};
}

Json VerdictJson(const Verdict& verdict) {
  return Json::Of({{"allowed", verdict.allowed},
                   {"rule", verdict.rule},
                   {"article", verdict.article},
                   {"message", verdict.message}});
}

Json TreatmentJson(const policies::Treatment& treatment) {
  return Json::Of({{"kind", policies::TreatmentName(treatment.kind)},
                   {"options", treatment.options},
                   {"rule", treatment.rule},
                   {"article", treatment.article}});
}

/// What each policy says of the category, by its own or an inherited rule.
void PushRules(const Policy& policy, const std::string& category, Json& rules) {
  for (const policies::PolicyPart& part : policy.parts()) {
    const policies::CategoryRule* rule = part.RuleOf(policy.taxonomy(), category);
    Json json = Json::Of({{"policy", part.name}, {"category", category}});
    if (rule == nullptr) {
      json.Set("treatment", "drop");
      json.Set("rule", policies::RulePlace(part.mark) + " (no rule)");
      json.Set("article", part.law);
    } else {
      json.Set("treatment", policies::TreatmentName(rule->treatment.kind));
      json.Set("rule", rule->treatment.rule);
      json.Set("article", rule->article);
      json.Set("releasable", rule->releasable);
    }
    rules.Push(std::move(json));
  }
}

/// Per declared purpose the first rule that denies, or the basis that allows.
Json PurposesJson(const Policy& policy, const policies::Label& label) {
  Json list{Json::Array()};
  for (const std::string& purpose : policy.PurposeNames()) {
    Verdict verdict = Verdict::Allow("", "", "it is about nobody");
    for (const std::string& category : label.categories) {
      verdict = policy.MayUse(category, purpose);
      if (!verdict.allowed) break;
    }
    for (const std::string& special : label.special) {
      if (!verdict.allowed) break;
      const Verdict condition = policy.MayUseSpecial(special, purpose);
      if (!condition.allowed) verdict = condition;
    }
    Json json = VerdictJson(verdict);
    json.Set("purpose", purpose);
    list.Push(std::move(json));
  }
  return list;
}

const Json* DerivedColumn(const Json& derivation, const std::string& column) {
  const size_t dot = column.find('.');
  for (const Json& dataset : derivation.items()) {
    if (dot == std::string::npos || dataset["dataset"].AsString() != column.substr(0, dot)) {
      continue;
    }
    for (const Json& one : dataset["columns"].items()) {
      if (one["name"].AsString() == column.substr(dot + 1)) return &one;
    }
  }
  return nullptr;
}

/// The step that makes the column, and where it is written.
Json LinkOf(const Plan& plan, const std::string& column) {
  Json link = Json::Of({{"column", column}});
  const std::string dataset = column.substr(0, column.find('.'));
  for (const Json& entry : plan.derivation.items()) {
    if (entry["dataset"].AsString() != dataset) continue;
    link.Set("step", entry["step"]);
    link.Set("operator", entry["operator"]);
  }
  if (const PlannedStep* step = plan.Find(link["step"].AsString()); step != nullptr) {
    link.Set("place", step->file + ":" + std::to_string(step->line));
  }
  return link;
}

/// From the column back to the sources, nearest first, each column once.
Json ChainOf(const Plan& plan, const std::string& column) {
  Json chain{Json::Array()};
  std::vector<std::string> queue = {column};
  std::set<std::string> seen = {column};
  for (size_t i = 0; i < queue.size(); ++i) {
    const Json* derived = DerivedColumn(plan.derivation, queue[i]);
    if (derived == nullptr) continue;
    Json link = LinkOf(plan, queue[i]);
    for (const char* how : {"from", "indirect"}) {
      link.Set(how, (*derived)[how].is_null() ? Json(Json::Array()) : (*derived)[how]);
      for (const Json& source : (*derived)[how].items()) {
        if (seen.insert(source.AsString()).second) queue.push_back(source.AsString());
      }
    }
    chain.Push(std::move(link));
  }
  return chain;
}

/// Steps that read the column itself.
Json ReadersOf(const Plan& plan, const std::string& column) {
  Json readers{Json::Array()};
  const size_t dot = column.find('.');
  for (const PlannedStep& step : plan.steps) {
    if (step.purpose.empty()) continue;
    for (const PlannedInput& input : step.inputs) {
      if (input.dataset != column.substr(0, dot)) continue;
      if (input.schema.Find(column.substr(dot + 1)) == nullptr) continue;
      readers.Push(Json::Of({{"step", step.id},
                             {"operator", step.op},
                             {"purpose", step.purpose},
                             {"place", step.file + ":" + std::to_string(step.line)}}));
      break;
    }
  }
  return readers;
}

Json RecipientsOf(const Planned& planned, const std::string& column, const policies::Label& label) {
  Json list{Json::Array()};
  for (const PlannedPublication& publication : planned.plan.publications) {
    const PlannedStep* step = planned.plan.Find(publication.step);
    const policies::Recipient* recipient = planned.policy.FindRecipient(publication.recipient);
    if (step == nullptr || recipient == nullptr) continue;
    const bool released = step->options["identify_by"].AsString() == column;
    const policies::Label members = MemberLabel(*step);
    const bool defines =
        std::any_of(label.origins.begin(), label.origins.end(), [&](const std::string& origin) {
          return members.origins.count(origin) != 0;
        });
    if (!released && !defines) continue;
    Verdict verdict = planned.policy.MayReceive(recipient->name, publication.purpose);
    for (const std::string& category : label.categories) {
      if (!released) break;
      verdict = planned.policy.MayRelease(category, recipient->name, publication.purpose);
    }
    Json json = VerdictJson(verdict);
    json.Set("recipient", recipient->name);
    json.Set("relation", publication.relation);
    json.Set("region", recipient->region);
    json.Set("how", released ? "the value itself" : "through who is in a segment");
    json.Set("transfer", planned.policy.MayTransfer(recipient->name, label.regions).message);
    list.Push(std::move(json));
  }
  return list;
}

Status NoSuchColumn(const Read& read, const Result<Planned>& planned, const std::string& column) {
  std::vector<std::string> known;
  for (const SourceDecl& source : read.document.sources) {
    for (const ColumnDecl& decl : source.columns) known.push_back(source.name + "." + decl.name);
  }
  if (planned.ok()) {
    for (const Json& dataset : planned->plan.derivation.items()) {
      for (const Json& one : dataset["columns"].items()) {
        known.push_back(dataset["dataset"].AsString() + "." + one["name"].AsString());
      }
    }
  }
  const std::string nearest = NearestName(column, known);
  return NotFound("the pipeline has no column '" + column + "'")
      .WithRemedy(nearest.empty() ? "write SOURCE.COLUMN or STEP.COLUMN"
                                  : "did you mean '" + nearest + "'?");
}

const ColumnDecl* DeclOf(const PipelineDocument& document, const std::string& column) {
  const size_t dot = column.find('.');
  for (const SourceDecl& source : document.sources) {
    if (dot == std::string::npos || source.name != column.substr(0, dot)) continue;
    return source.Find(column.substr(dot + 1));
  }
  return nullptr;
}

std::string LineOf(const Json& verdict) {
  std::string line = verdict["allowed"].AsBool() ? "may    " : "may not";
  line += "  " + verdict["message"].AsString();
  if (!verdict["rule"].AsString().empty()) line += "  [" + verdict["rule"].AsString() + "]";
  if (!verdict["article"].AsString().empty()) line += "  " + verdict["article"].AsString();
  return line;
}

}  // namespace

Result<Json> ExplainColumn(const PlanRequest& request, const std::string& column) {
  ASSIGN_OR_RETURN(const Read read, ReadBoth(request));
  const Result<Planned> planned = MakePlan(request);
  const ColumnDecl* decl = DeclOf(read.document, column);
  const Json* derived = planned.ok() ? DerivedColumn(planned->plan.derivation, column) : nullptr;
  if (decl == nullptr && derived == nullptr) return NoSuchColumn(read, planned, column);
  Json json = Json::Of({{"column", column}, {"pipeline", read.document.name}});
  policies::Label label;
  json.Set("kind", decl != nullptr ? "source" : "derived");
  if (decl != nullptr && !decl->category.empty()) {
    label = read.policy.LabelOf(decl->category, column);
    label.special.insert(decl->proxy_for.begin(), decl->proxy_for.end());
    json.Set("category", decl->category);
    json.Set("treatment", TreatmentJson(read.policy.TreatmentOf(decl->category)));
    json.Set("place", decl->mark.file + ":" + std::to_string(decl->mark.line));
  } else if (derived != nullptr) {
    ASSIGN_OR_RETURN(label, policies::Label::FromJson((*derived)["label"]));
  }
  json.Set("label", label.ToJson());
  Json rules{Json::Array()};
  for (const std::string& category : label.categories) PushRules(read.policy, category, rules);
  json.Set("rules", std::move(rules));
  json.Set("purposes", PurposesJson(read.policy, label));
  if (planned.ok()) {
    json.Set("derivation", ChainOf(planned->plan, column));
    json.Set("used_by", ReadersOf(planned->plan, column));
    json.Set("recipients", RecipientsOf(*planned, column, label));
  } else {
    json.Set("refused", planned.status().message());
  }
  return json;
}

std::string ExplanationText(const Json& e) {
  std::string text = "column " + e["column"].AsString() + " of pipeline " +
                     e["pipeline"].AsString() + " (" + e["kind"].AsString() + ")\n";
  if (e.Has("category")) {
    text += "  category  " + e["category"].AsString() + "\n  treatment " +
            e["treatment"]["kind"].AsString() + "  [" + e["treatment"]["rule"].AsString() + "]\n";
  }
  for (const Json& rule : e["rules"].items()) {
    text += "  rule      " + rule["policy"].AsString() + ": " + rule["treatment"].AsString() +
            "  [" + rule["rule"].AsString() + "]  " + rule["article"].AsString() + "\n";
  }
  text += "purposes\n";
  for (const Json& purpose : e["purposes"].items()) {
    text += "  " + purpose["purpose"].AsString() + ": " + LineOf(purpose) + "\n";
  }
  if (e.Has("refused")) return text + "the pipeline is refused:\n" + e["refused"].AsString() + "\n";
  text += "derivation\n";
  for (const Json& link : e["derivation"].items()) {
    text += "  " + link["column"].AsString() + "  made by " + link["step"].AsString();
    const std::vector<std::string> from = link["from"].AsStrings();
    const std::vector<std::string> indirect = link["indirect"].AsStrings();
    if (!from.empty()) text += " from " + Join(from, ", ");
    if (!indirect.empty()) text += "; rows decided by " + Join(indirect, ", ");
    text += "\n";
  }
  text += "used by\n";
  for (const Json& step : e["used_by"].items()) {
    text += "  " + step["step"].AsString() + " (" + step["operator"].AsString() + ", for " +
            step["purpose"].AsString() + ")  " + step["place"].AsString() + "\n";
  }
  text += "recipients\n";
  for (const Json& recipient : e["recipients"].items()) {
    text += "  " + recipient["recipient"].AsString() + " (" + recipient["relation"].AsString() +
            ", " + recipient["region"].AsString() + "), " + recipient["how"].AsString() + ": " +
            LineOf(recipient) + "; " + recipient["transfer"].AsString() + "\n";
  }
  return text;
}

}  // namespace signet::pipelines
