/// The strict YAML reader: one document per file, every refusal located.
///
/// Refused: duplicate keys, keys that are not text, tags, merge keys, several documents, unknown or
/// cyclic aliases, text that is not UTF-8, control and bidirectional-override characters, documents
/// above the limits below (aliases count as often as they are used, so a bomb is refused).
/// Aliases of finished anchors are allowed. The one room that includes yaml-cpp.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/base/status.h"
#include "policies/document/diagnostic.h"
#include "policies/document/node.h"

namespace signet::policies {

inline constexpr size_t kDocumentBytesMax = size_t{1} << 20;
inline constexpr uint64_t kDocumentNodesMax = 100'000;
inline constexpr int kDocumentDepthMax = 32;
inline constexpr size_t kScalarBytesMax = size_t{64} << 10;

/// Reads `path`; marks carry it as given. kNotFound or kUnavailable when it cannot be read, else
/// kInvalid with the rendered diagnostics.
Result<Node> ReadDocument(const std::filesystem::path& path);
/// Reads `text`; `name` stands for the file in marks.
Result<Node> ReadDocumentText(const std::string& name, std::string_view text);
/// Reads `text`; adds what is wrong to `diagnostics` and then returns nothing.
std::optional<Node> ReadDocumentText(const std::string& name,
                                     std::string_view text,
                                     Diagnostics& diagnostics);

}  // namespace signet::policies
