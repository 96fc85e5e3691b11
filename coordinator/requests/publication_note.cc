#include "coordinator/requests/publication_note.h"

#include "coordinator/binding/run_memory.h"
#include "coordinator/requests/run_folder.h"

namespace signet::coordinator {

std::string PublicationNote(const pipelines::PlannedStep& step, int task, const Json& report) {
  const auto index = static_cast<size_t>(task);
  if (step.op != "publish" || task < 0 || index >= step.task_options.size()) return "";
  const Json& options = step.task_options[index];
  std::string note;
  for (const Json& manifest : report["snapshots"].items()) {
    if (manifest["name"] != options["publish"]["snapshot"]) continue;
    if (manifest["recipient"] != options["recipient"]) continue;
    for (const Json& segment : manifest["segments"].items()) {
      if (!segment.Has("additions_held_until")) continue;
      note += "; few additions to segment '" + segment["name"].AsString() +
              "' wait until they are a group, or " +
              segment["additions_held_until"].AsString().substr(0, 10);
    }
    for (const Json& segment : manifest["withheld"].items()) {
      note += "; withheld: " + segment["reason"].AsString();
    }
  }
  return note;
}

std::string PublicationNote(StateFolder& state,
                            const RunId& run,
                            const std::string& step,
                            int task) {
  const Result<Json> report = RunMemory::Report(state, run.text());
  if (!report.ok() || (*report)["snapshots"].size() == 0) return "";
  const Result<PreparedRun> prepared = RunFolder(state, run).Thaw();
  if (!prepared.ok()) return "";
  const pipelines::PlannedStep* planned = prepared->planned.plan.Find(step);
  return planned == nullptr ? "" : PublicationNote(*planned, task, *report);
}

}  // namespace signet::coordinator
