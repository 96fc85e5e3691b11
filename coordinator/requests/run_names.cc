#include "coordinator/requests/run_names.h"

#include <algorithm>
#include <compare>
#include <filesystem>
#include <system_error>
#include <utility>

namespace signet::coordinator {
namespace {

struct RunAge {
  std::string second;
  std::filesystem::file_time_type frozen;
  std::string name;
  friend auto operator<=>(const RunAge&, const RunAge&) = default;
};

}  // namespace

std::vector<std::string> RunNamesNewestFirst(const StateFolder& state) {
  std::vector<RunAge> runs;
  std::error_code error;
  for (std::filesystem::directory_iterator at(state.path() / "runs", error), end;
       !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code ignored;
    const auto frozen = std::filesystem::last_write_time(at->path() / "plan.json", ignored);
    runs.push_back({name.substr(0, name.find('-')), frozen, name});
  }
  std::sort(runs.rbegin(), runs.rend());
  std::vector<std::string> names;
  names.reserve(runs.size());
  for (RunAge& run : runs) names.push_back(std::move(run.name));
  return names;
}

}  // namespace signet::coordinator
