/// Text as HTML or SVG, for the pages that commands write.
#pragma once

#include <string>
#include <string_view>

namespace signet::coordinator {

/// `text` as content or as an attribute in double quotes.
std::string HtmlText(std::string_view text);

}  // namespace signet::coordinator
