// `signet segments list|show`: published snapshots, from their signed manifests.

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/state_access.h"
#include "crypto/base/text.h"
#include "pipelines/snapshots/serving_folder.h"

namespace signet::coordinator {
namespace {

struct SegmentOptions {
  std::string state = "./.signet";
  std::string recipient;
  std::string snapshot;
  std::string format = "text";
};

Status List(const SegmentOptions& options) {
  ASSIGN_OR_RETURN(
      const pipelines::ServingFolder folder,
      pipelines::ServingFolder::OpenForServing(std::filesystem::path(options.state) / "serving"));
  ASSIGN_OR_RETURN(const std::vector<pipelines::SnapshotName> names, folder.Snapshots());
  Json list{Json::Array()};
  std::string text;
  for (const pipelines::SnapshotName& name : names) {
    ASSIGN_OR_RETURN(const std::string version, folder.CurrentVersion(name));
    ASSIGN_OR_RETURN(const pipelines::SnapshotManifest manifest,
                     folder.ReadManifest(name, version));
    for (const pipelines::SegmentEntry& segment : manifest.segments) {
      Json one = Json::Of({{"recipient", name.recipient},
                           {"snapshot", name.snapshot},
                           {"version", version},
                           {"segment", segment.name},
                           {"members", segment.members}});
      text += name.recipient + "  " + name.snapshot + "  " + segment.name + "  " +
              WithThousands(static_cast<int64_t>(segment.members));
      if (segment.additions_held_until) {
        one.Set("additions_held_until", TimestampText(*segment.additions_held_until));
        text += "  additions held until they are a group, or " +
                DateText(*segment.additions_held_until);
      }
      list.Push(std::move(one));
      text += "\n";
    }
  }
  if (options.format == "json") {
    PrintJson(list);
  } else {
    PrintData(text);
  }
  return OkStatus();
}

Status Show(const SegmentOptions& options) {
  ASSIGN_OR_RETURN(
      const pipelines::ServingFolder folder,
      pipelines::ServingFolder::OpenForServing(std::filesystem::path(options.state) / "serving"));
  const pipelines::SnapshotName name{options.recipient, options.snapshot};
  ASSIGN_OR_RETURN(const std::string version, folder.CurrentVersion(name));
  ASSIGN_OR_RETURN(const pipelines::SnapshotManifest manifest, folder.ReadManifest(name, version));
  PrintData(manifest.ToJson().Pretty() + "\n");
  return OkStatus();
}

}  // namespace

void AddSegmentCommands(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<SegmentOptions>();
  CLI::App* segments = app.add_subcommand("segments", "Look at published segments");
  segments->require_subcommand(1);
  const auto add =
      [&](const char* name, const char* help, Status (*action)(const SegmentOptions&)) {
        CLI::App* command = segments->add_subcommand(name, help);
        command->add_option("--state", options->state, "The state folder");
        command->callback([options, action, &outcome] {
          const Status status = action(*options);
          if (!status.ok()) PrintError(status);
          outcome.exit_code = ExitCode(status.code());
        });
        return command;
      };
  CLI::App* list = add("list", "List segments of all current snapshots", List);
  list->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  CLI::App* show = add("show", "Print a snapshot's manifest", Show);
  show->add_option("recipient", options->recipient, "The recipient")->required();
  show->add_option("snapshot", options->snapshot, "The snapshot")->required();
}

}  // namespace signet::coordinator
