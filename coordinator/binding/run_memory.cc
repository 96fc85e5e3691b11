#include "coordinator/binding/run_memory.h"

#include <string>
#include <vector>

#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

constexpr char kMemory[] = "runmem/";
constexpr char kReport[] = "runreport/";
constexpr size_t kTaskDigits = 8;

std::string Digits(int task) {
  std::string text = std::to_string(task);
  return std::string(text.size() < kTaskDigits ? kTaskDigits - text.size() : 0, '0') + text;
}

}  // namespace

std::string RunMemory::KeyOf(char kind, const TaskRef& task) const {
  return kMemory + run_ + "/" + kind + "/" + task.step.text() + "/" + Digits(task.task);
}

void RunMemory::PutResult(const TaskRef& task, ByteView encoded, crypto::WriteBatch& batch) const {
  batch.Put(KeyOf('t', task), Bytes(encoded.begin(), encoded.end()));
}

void RunMemory::PutManifest(const TaskRef& task,
                            const Json& manifest,
                            crypto::WriteBatch& batch) const {
  batch.Put(KeyOf('m', task), manifest.Dump());
}

Status RunMemory::ForEachResult(
    const std::function<Status(const std::string& step, int task, ByteView result)>& visit) {
  const std::string prefix = kMemory + run_ + "/t/";
  return state_.store().Scan(prefix, [&](std::string_view key, ByteView value) -> Status {
    const std::string_view rest = key.substr(prefix.size());
    const size_t slash = rest.rfind('/');
    if (slash == std::string_view::npos) return Corrupt("a kept result has no task");
    ASSIGN_OR_RETURN(const int64_t task, IntegerFromText(rest.substr(slash + 1)));
    return visit(std::string(rest.substr(0, slash)), static_cast<int>(task), value);
  });
}

Status RunMemory::ForEachManifest(const std::function<Status(const Json& manifest)>& visit) {
  const std::string prefix = kMemory + run_ + "/m/";
  return state_.store().Scan(prefix, [&](std::string_view, ByteView value) -> Status {
    ASSIGN_OR_RETURN(const Json manifest, Json::Parse(AsText(value)));
    return visit(manifest);
  });
}

Status RunMemory::Finish(const Json& report, crypto::WriteBatch& batch) {
  TRY(state_.store().Scan(kMemory + run_ + "/", [&batch](std::string_view key, ByteView) {
    batch.Delete(std::string(key));
    return OkStatus();
  }));
  // What this batch itself put is not in the store yet.
  std::vector<std::string> pending;
  for (const crypto::WriteBatch::Operation& operation : batch.operations()) {
    const bool ours = operation.key.rfind(kMemory + run_ + "/", 0) == 0;
    if (ours && operation.value) pending.push_back(operation.key);
  }
  for (std::string& key : pending) batch.Delete(std::move(key));
  batch.Put(kReport + run_, report.Dump());
  return OkStatus();
}

Result<Json> RunMemory::Report(StateFolder& state, const std::string& run) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state.store().Get(kReport + run));
  if (!stored) return NotFound("there is no report of run '" + run + "'");
  return Json::Parse(AsText(*stored));
}

}  // namespace signet::coordinator
