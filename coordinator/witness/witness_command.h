/// The program signet-witness: a C2SP tlog-witness over HTTP.
#pragma once

#include "coordinator/web/http_message.h"
#include "crypto/transparency/witness.h"

namespace signet::coordinator {

/// Runs `signet-witness ARGUMENTS...`:
///
///   signet-witness init --dir DIR --name NAME        makes DIR/witness.key (0600), prints the key
///   signet-witness key --dir DIR                     prints the verifier key (for a log policy)
///   signet-witness serve --dir DIR --log VKEY... [--address A] [--port P]
///
/// The exit code of DESIGN section 10. `serve` ends on SIGTERM or SIGINT.
int RunWitnessCommand(int argc, char** argv);

/// One HTTP request: POST /add-checkpoint.
HttpAnswer AnswerWitness(crypto::Witness& witness, const HttpRequest& request);

}  // namespace signet::coordinator
