// A worker whose payloads are small programs: "echo:TEXT", "spin:MS", "sleep", "crash",
// "fail:CODE".
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unistd.h>

#include "crypto/base/bytes.h"
#include "crypto/base/clock.h"
#include "crypto/base/status.h"
#include "crypto/base/text.h"
#include "workers/agent/worker_main.h"

namespace {

using signet::AsText;
using signet::Bytes;
using signet::ByteView;
using signet::Result;

Result<Bytes> Interpret(ByteView payload, const signet::workers::ProgressFn& progress) {
  const std::string_view text = AsText(payload);
  const std::string_view argument = text.substr(text.find(':') + 1);
  if (text.substr(0, 5) == "echo:") return signet::ToBytes(argument);
  if (text == "crash") std::abort();
  if (text == "sleep") {
    while (true) ::pause();
  }
  if (text.substr(0, 5) == "fail:") {
    return signet::Status(signet::StatusCodeFromName(argument), "as it was told");
  }
  if (text.substr(0, 5) == "spin:") {
    signet::SystemClock clock;
    const int64_t micros = signet::IntegerFromText(argument).value() * 1'000;
    const int64_t began = clock.MonotonicMicros();
    while (clock.MonotonicMicros() - began < micros) {
      progress(static_cast<double>(clock.MonotonicMicros() - began) / static_cast<double>(micros));
    }
    return signet::ToBytes("spun");
  }
  return signet::Invalid("unknown program");
}

}  // namespace

int main(int argc, char** argv) {
  return signet::workers::WorkerMain(argc, argv, &Interpret);
}
