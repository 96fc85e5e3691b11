#include "crypto/base/line_text.h"

#include <string>

#include <gtest/gtest.h>

namespace signet {
namespace {

TEST(LineText, TakesTextOfAnyScriptOnOneLine) {
  for (const std::string text : {"",
                                 "loyalty-2026",
                                 "s\xC3\xA4\xC3\xA4nt\xC3\xB6 \xE2\x80\x94 x",
                                 "\xE6\x97\xA5\xE6\x9C\xAC",
                                 "\xF0\x9F\x99\x82"}) {
    EXPECT_TRUE(IsOneLine(text));
    EXPECT_EQ(ShownOnOneLine(text), text);
  }
}

TEST(LineText, RefusesAndShowsWhatBreaksOrDisguisesALine) {
  struct Case {
    const char* name;
    std::string text;
    const char* shown;
  };
  for (const Case& c :
       {Case{"line feed", "a\nb", "a\\u{a}b"},
        Case{"carriage return", "a\rb", "a\\u{d}b"},
        Case{"tab", "\t", "\\u{9}"},
        Case{"ANSI", "\x1B[2J", "\\u{1b}[2J"},
        Case{"zero", std::string("a\0b", 3), "a\\u{0}b"},
        Case{"delete", "\x7F", "\\u{7f}"},
        Case{"next line (C1)", "\xC2\x85", "\\u{85}"},
        Case{"CSI (C1)", "\xC2\x9B", "\\u{9b}"},
        Case{"line separator", "\xE2\x80\xA8", "\\u{2028}"},
        Case{"paragraph separator", "\xE2\x80\xA9", "\\u{2029}"},
        Case{"right-to-left override", "\xE2\x80\xAE", "\\u{202e}"},
        Case{"isolate", "\xE2\x81\xA6", "\\u{2066}"},
        Case{"byte order mark", "\xEF\xBB\xBF", "\\u{feff}"},
        Case{"overlong", "\xC0\x80", "\\x{c0}\\x{80}"},
        Case{"surrogate", "\xED\xA0\x80", "\\x{ed}\\x{a0}\\x{80}"},
        Case{"cut short", "\xE2\x80", "\\x{e2}\\x{80}"},
        Case{"beyond Unicode", "\xF4\x90\x80\x80", "\\x{f4}\\x{90}\\x{80}\\x{80}"}}) {
    SCOPED_TRACE(c.name);
    EXPECT_FALSE(IsOneLine(c.text));
    EXPECT_EQ(ShownOnOneLine(c.text), c.shown);
    EXPECT_TRUE(IsOneLine(ShownOnOneLine(c.text)));
  }
}

}  // namespace
}  // namespace signet
