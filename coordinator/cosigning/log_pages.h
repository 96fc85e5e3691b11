/// The log over HTTP in the layout of C2SP tlog-tiles, read from an exported folder.
#pragma once

#include <filesystem>
#include <string_view>

#include "coordinator/web/http_message.h"

namespace signet::coordinator {

/// Answers GET of `/checkpoint` and `/tile/...` from `folder` (written by `signet audit export`).
/// Only names that tlog-tiles knows are looked at: nothing else in the folder, and nothing outside
/// of it, can be reached. A partial tile whose full one exists is 404, as the layout allows.
HttpAnswer AnswerLogPage(const std::filesystem::path& folder, const HttpRequest& request);

/// Whether `path` (without a leading '/') names a checkpoint, tile or entry bundle.
bool IsLogPath(std::string_view path);

}  // namespace signet::coordinator
