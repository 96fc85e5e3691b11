/// Unicode normalisation of short texts; the only user of utf8proc.
#pragma once

#include <string>
#include <string_view>

namespace signet::crypto::unicode {

enum class Folding { kKeepCase, kFoldCase };

/// Whether every byte is ASCII.
bool IsAscii(std::string_view text);

/// NFKC, and full case folding if asked; default-ignorable code points (zero-width spaces, soft
/// hyphens) go. White space (Unicode's separators too) is removed at both ends. Returns false for
/// invalid UTF-8 and when a control character is inside.
bool Clean(std::string_view text, Folding folding, std::string& out);

}  // namespace signet::crypto::unicode
