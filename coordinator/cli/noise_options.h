/// `--epsilon` and `--noise`: how noisy the counts of a command are.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "coordinator/binding/disclosure_book.h"

namespace signet::coordinator {

/// `noise` must outlive the command; `help` is that of --epsilon.
void AddNoiseOptions(CLI::App& command, NoiseChoice& noise, const std::string& help);

}  // namespace signet::coordinator
