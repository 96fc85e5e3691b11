#include <span>

#include "policies/document/error_catalog_parts.h"

namespace signet::policies {
namespace {

constexpr ErrorRow kRows[] = {
    {"SIG-2001",
     "the category is not in the taxonomy",
     "Every rule and every column names a category of taxonomy.yaml, whose keys are "
     "those of Fideslang.",
     "use a key of the taxonomy, or add the category there"},
    {"SIG-2002",
     "the purpose is not a child of a known use",
     "Purposes are declared below a Fideslang use (analytics, marketing, operations, "
     "...), so that auditors can map them.",
     "rename the purpose so that it begins with one of the uses in taxonomy.yaml"},
    {"SIG-2003",
     "the purpose is not declared",
     "A rule names a purpose that the policy does not declare.",
     "declare it under `purposes`, or correct the name"},
    {"SIG-2004",
     "the treatment is not known",
     "Treatments are keep, generalise, pseudonymise, encrypt, escrow and drop.",
     "use one of the six treatments"},
    {"SIG-2005",
     "the treatment's options are wrong",
     "generalise takes one of {band: N}, {truncate: N}, {year: true}, {hierarchy: {VALUE: PARENT}, "
     "other: TEXT}, {top: N} (top "
     "also beside another); pseudonymise may take {domain: NAME}; the others take "
     "none.",
     "write for example `treatment: {generalise: {band: 10}}`"},
    {"SIG-2006",
     "two policies conflict and neither is stricter",
     "The strictest rule wins when policies are composed. Here two rules cannot be "
     "compared, for example a band against a truncation, so somebody has to decide.",
     "make the two rules the same, or one of them stricter (for example drop)"},
    {"SIG-2007",
     "a recipient's region lacks a safeguard",
     "Data may go to the regions the policy lists. A recipient elsewhere needs a "
     "safeguard (GDPR Chapter V), for example standard contractual clauses.",
     "add `safeguard:` to the recipient, or add the region to the policy's transfers "
     "if an adequacy decision covers it"},
    {"SIG-2008",
     "a country is claimed by two jurisdictions",
     "A subject has one jurisdiction. Two jurisdictions name the same country without "
     "telling its regions apart.",
     "give one of them `regions:`, or remove the country from one"},
    {"SIG-2009",
     "a rule cites no article",
     "Each rule says where the law stands, so that a lawyer can check it and a "
     "verdict can cite it.",
     "add `article:` to the rule"},
    {"SIG-2010",
     "the policy is not found",
     "A pipeline names policies by the name of a bundle (gdpr, ccpa) or by a path.",
     "correct the name; `signet policy list` shows the bundles"},
    {"SIG-2011",
     "legitimate interests need an assessment",
     "Whoever relies on GDPR Art. 6(1)(f) has weighed the interests; the policy names "
     "that assessment.",
     "add `assessment:` with the reference of the balancing test"},
    {"SIG-2012",
     "the lawful basis is not known",
     "The basis is one of consent, contract, legal_obligation, vital_interests, "
     "public_task, legitimate_interests, or notice.",
     "use one of the bases named"},
    {"SIG-2013",
     "a special category has no explicit rule",
     "Special categories (GDPR Art. 9, CPRA sensitive personal information) may not "
     "inherit the rule of a parent.",
     "give the category its own rule, or drop it"},
    {"SIG-2014",
     "a release rule names a category that may not be released",
     "A recipient may get escrowed identifiers only if the policy calls the category "
     "releasable.",
     "add `releasable: true` to the category's rule, or remove the release"},
    {"SIG-2015",
     "the minimum group is too small",
     "Groups below the policy's minimum single people out. Smaller minimums are "
     "accepted only in a state marked as a test state.",
     "raise `min_group`, or run in a test state"},
    {"SIG-2016",
     "the dataset kind is not known",
     "Retention is stated per dataset kind: tokenised, governed, features, scores, "
     "segment, snapshot, reference, model, aggregate, identity, facts, view.",
     "use one of the kinds named"},
    {"SIG-2017",
     "consent as a basis needs opt-in",
     "A purpose whose basis is consent is allowed only while consent is given (GDPR "
     "Art. 4(11), Art. 7).",
     "write `consent: opt_in`, or choose another basis"},
    {"SIG-2018",
     "the policies declare different purposes",
     "Each composed policy must declare a purpose before its subjects can be used for "
     "it.",
     "declare the purpose in both policies"},
    {"SIG-2019",
     "the document is of another kind",
     "The file is not the kind of document asked for (policy, taxonomy, "
     "organisation).",
     "check which file the path names"},
    {"SIG-2020",
     "two policies have the same name",
     "Policies are composed by name, so each name may appear once.",
     "remove one of the two"},
    {"SIG-2021",
     "a special category without a condition",
     "Special categories (GDPR Art. 9) and sensitive personal information may serve only "
     "purposes that state why: `special: {condition: explicit_consent, article: ...}`.",
     "drop the category, leave the purpose out, or state the purpose's condition"},
    {"SIG-2022",
     "a proxy of what is no special category",
     "`proxy_for` names special categories of the taxonomy that a value may stand for.",
     "name a category that taxonomy.yaml marks `special: true`"},
};

}  // namespace

std::span<const ErrorRow> PolicyErrors() {
  return kRows;
}

}  // namespace signet::policies
