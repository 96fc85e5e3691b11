#include "coordinator/cli/noise_options.h"

#include "policies/disclosure/noisy_count.h"

namespace signet::coordinator {

void AddNoiseOptions(CLI::App& command, NoiseChoice& noise, const std::string& help) {
  command.add_option("--epsilon", noise.epsilon, help)->check(CLI::Range(0.001, 20.0));
  NoiseChoice* const to = &noise;
  command
      .add_option_function<std::string>(
          "--noise",
          [to](const std::string& name) {
            to->kind =
                name == "gaussian" ? policies::NoiseKind::kGaussian : policies::NoiseKind::kLaplace;
          },
          "laplace (nearest for one count) or gaussian (nearest for many: their losses add up more "
          "slowly, at a delta of one in a million)")
      ->check(CLI::IsMember({"laplace", "gaussian"}));
}

}  // namespace signet::coordinator
