/// What a document's bytes must satisfy before a parser sees them.
#pragma once

#include <memory>
#include <string_view>

#include "policies/document/diagnostic.h"
#include "policies/document/mark.h"

namespace signet::policies {

/// Reports the first byte that is not UTF-8, or the first control or bidirectional-override
/// character; true when there is none.
bool CheckText(const std::shared_ptr<const SourceText>& source,
               std::string_view text,
               Diagnostics& diagnostics);

/// True if `text` (UTF-8) has a control character other than tab and line feed. Also finds what an
/// escape in a quoted scalar made.
bool HasControlCharacter(std::string_view text);

/// The mark of a line and byte column that count from 0; the column becomes one of characters.
Mark PlaceOf(const std::shared_ptr<const SourceText>& source,
             int line,
             int byte_column,
             int length);

/// Characters (code points) of UTF-8 text.
int CountCharacters(std::string_view text);

}  // namespace signet::policies
