/// What is asked about persons, as calls: by the command line on a state of its own, and by clients
/// of a standing coordinator. One place, so that both do the same.
#pragma once

#include <string>

#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/requests/rights_desk.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "policies/compile/policy.h"

namespace signet::coordinator {

/// What a call acts on; all must outlive it.
struct RightsWorld {
  StateFolder& state;
  LedgerBook& ledger;
  RightsDesk& desk;
  const policies::Policy& policy;
};

/// Performs `verb` with its `arguments`. A person is `people`: the text of an identifier file
/// (identifiers.h), with `region` for phone numbers without +. Answers are the desks':
///
///   ask          {right, people, region, purpose, lift, law, channel, out, corrections,
///                 withdraw_only, received}; corrections: [{pipeline, dataset, column, value}];
///                received: when the person asked, if earlier (a letter): the law's clock begins
///                there
///   erase_many   {people, region, law, channel, withdraw_only, received}: an empty line between
///                two persons
///   status       {people, region}      extend, refuse   {request, reason}
///   consent_set  {people, region, purpose, to: "given" | "withdrawn", channel}
///   consent_show {people, region}      gpc              {people, region, channel}
///   import       {text, source, as_of, region, tcf: ["PURPOSE=N+N"]}
///   sweep        {dry_run}, and the settings of retention_calls.h
///
/// kInvalid for another verb or a purpose that no policy declares; kNotFound for nobody.
Result<Json> PerformRightsCall(RightsWorld& world, const std::string& verb, const Json& arguments);

/// Whether the call reads or rewrites whole datasets, so that no run may change them meanwhile. An
/// erasure is withdrawn at any time; its destruction is what waits.
bool NeedsQuiet(const std::string& verb, const Json& arguments);

}  // namespace signet::coordinator
