/// Columns of text: a cell filled with spaces up to a width.
#pragma once

#include <cstddef>
#include <string>

namespace signet::coordinator {

/// `text` and spaces up to `width` bytes; longer text stays whole.
std::string PaddedRight(std::string text, size_t width);

/// Spaces up to `width` bytes and `text`; longer text stays whole.
std::string PaddedLeft(const std::string& text, size_t width);

}  // namespace signet::coordinator
