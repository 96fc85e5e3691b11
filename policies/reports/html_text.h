/// Text as HTML or SVG, for the pages that we write.
#pragma once

#include <string>
#include <string_view>

namespace signet::policies {

/// `text` as content or as an attribute in double quotes.
std::string HtmlText(std::string_view text);

}  // namespace signet::policies
