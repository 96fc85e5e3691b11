#include "coordinator/cosigning/log_pages.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "crypto/transparency/decimal.h"
#include "crypto/transparency/tiles.h"

namespace signet::coordinator {
namespace {

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kBinary = "application/octet-stream";

bool IsThreeDigits(std::string_view text) {
  return text.size() == 3 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The tile's number in its groups: "x001", "x234", "067", perhaps "067.p" with a width behind.
bool IsTileNumber(std::vector<std::string> parts) {
  if (parts.size() > 1 && parts[parts.size() - 2].ends_with(".p")) {
    const std::optional<uint64_t> width = crypto::DecimalFromText(parts.back());
    if (!width.has_value() || *width == 0 || *width >= crypto::kTileWidth) return false;
    parts.pop_back();
    parts.back().resize(parts.back().size() - 2);
  }
  constexpr size_t kGroupsMax = 7;  // 2^64 / 256 has 17 digits
  if (parts.empty() || parts.size() > kGroupsMax || !IsThreeDigits(parts.back())) return false;
  parts.pop_back();
  return std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
    return part.starts_with('x') && IsThreeDigits(std::string_view(part).substr(1));
  });
}

}  // namespace

bool IsLogPath(std::string_view path) {
  if (path == "checkpoint") return true;
  std::vector<std::string> parts = Split(path, '/');
  if (parts.size() < 3 || parts[0] != "tile") return false;
  const std::optional<uint64_t> level = crypto::DecimalFromText(parts[1]);
  constexpr uint64_t kLevelMax = 7;
  if (parts[1] != "entries" && (!level.has_value() || *level > kLevelMax)) return false;
  parts.erase(parts.begin(), parts.begin() + 2);
  return IsTileNumber(std::move(parts));
}

HttpAnswer AnswerLogPage(const std::filesystem::path& folder, const HttpRequest& request) {
  if (request.method != "GET") return {405, kText, "only GET\n", {{"Allow", "GET"}}};
  const bool rooted = request.path.starts_with('/');
  const std::string_view path = std::string_view(request.path).substr(rooted ? 1 : 0);
  if (!rooted || !IsLogPath(path)) return {404, kText, "there is no such page\n", {}};
  const std::filesystem::path file = folder / path;
  std::error_code ignored;
  // A link could lead out of the folder.
  if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(file, ignored))) {
    return {404, kText, "there is no such page\n", {}};
  }
  const Result<Bytes> bytes = ReadFile(file);
  if (!bytes.ok()) return {500, kText, "the page cannot be read\n", {}};
  const bool checkpoint = path == "checkpoint";
  return {200,
          checkpoint ? kText : kBinary,
          std::string(AsText(*bytes)),
          {{"Cache-Control", checkpoint ? "no-cache" : "public, max-age=31536000, immutable"}}};
}

}  // namespace signet::coordinator
