/// LabColumns: the numeric columns of a plain file, for `signet lab cluster` and `project`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/status.h"

namespace CLI {
class App;
}  // namespace CLI

namespace signet::coordinator {

struct LabColumnsOptions {
  std::string in;
  std::string where;
  std::vector<std::string> columns;  ///< as given; each may be SQL over the file's columns
  bool log = false;
  bool standardise = false;
  uint64_t seed = 1;
  int threads = 2;
  std::string format = "text";
};

struct LabColumns {
  std::vector<std::string> names;
  std::vector<std::vector<double>> values;  ///< [column][row], NaN where missing
};

/// Adds --in, --where, --columns, --log, --standardise, --seed, --threads and --format.
void AddLabColumnsOptions(CLI::App& command, LabColumnsOptions& options);
/// kInvalid for a column that does not exist or holds text.
Result<LabColumns> ReadLabColumns(const LabColumnsOptions& options);

}  // namespace signet::coordinator
