/// Text that stays on one line, whatever shows it: for names, log entries and terminals.
#pragma once

#include <string>
#include <string_view>

namespace signet {

/// Whether `text` is UTF-8 without anything that breaks or disguises a line: C0 and C1 control
/// characters (CR, LF, ESC, ...), DEL, U+2028 and U+2029, the bidirectional controls U+061C,
/// U+200E, U+200F, U+202A-U+202E, U+2066-U+2069, and U+FEFF. Source: Unicode Technical Report 36,
/// section 3.1; "Trojan Source", Boucher and Anderson 2021.
bool IsOneLine(std::string_view text);

/// `text` with each such character as \u{HEX}, and bytes that are not UTF-8 as \x{HEX}: what a
/// terminal or log may show of a text that somebody else wrote.
std::string ShownOnOneLine(std::string_view text);

}  // namespace signet
