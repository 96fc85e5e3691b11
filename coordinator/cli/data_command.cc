// `signet data generate`: omnichannel demo data.

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "crypto/base/text.h"
#include "pipelines/synthetic/generate.h"

namespace signet::coordinator {

void AddDataCommand(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<pipelines::GenerateOptions>();
  auto out = std::make_shared<std::string>();
  CLI::App* data = app.add_subcommand("data", "Work with demo data");
  data->require_subcommand(1);
  CLI::App* generate =
      data->add_subcommand("generate", "Generate an omnichannel business, by seed");
  generate->add_option("--customers", options->customers, "How many customers");
  generate->add_option("--seed", options->seed, "The same seed gives the same bytes");
  generate->add_option("--out", *out, "Folder")->required();
  generate->add_flag(
      "--canaries", options->canaries, "Plant a marker in every identifier and free text");
  generate->callback([options, out, &outcome] {
    options->out = *out;
    const bool terminal = NotesGoToTerminal();
    const Status status = pipelines::Generate(*options, [terminal](double share) {
      if (terminal) PrintNote("\rgenerating " + FixedText(share * 100, 0) + " %");
    });
    if (terminal) PrintNote("\r\x1b[2K");
    if (!status.ok()) PrintError(status);
    if (status.ok()) {
      PrintNote("wrote " + WithThousands(static_cast<int64_t>(options->customers)) +
                " customers to " + *out + "\n");
    }
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace signet::coordinator
