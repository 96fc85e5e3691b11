#include "policies/document/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "tests/policies/golden.h"
#include "tests/support/environment.h"

namespace signet::policies {
namespace {

std::string CodeOf(std::string_view text) {
  const Result<Node> node = ReadDocumentText("test.yaml", text);
  return node.ok() ? "ok" : node.status().diagnostic();
}

std::string ErrorOf(std::string_view text) {
  const Result<Node> node = ReadDocumentText("test.yaml", text);
  return node.ok() ? "ok" : node.status().message();
}

TEST(Reader, KnowsWhereKeysAndValuesStand) {
  const Result<Node> root = ReadDocumentText("test.yaml", "a: 1\nb:\n  - x\n  - {c: 'q z'}\n");
  ASSERT_TRUE(root.ok()) << root.status().message();
  EXPECT_EQ(MarkText(root->KeyMark("b")), "test.yaml:2:1");
  const Node& list = *root->Find("b");
  EXPECT_EQ(MarkText(list.items()[0].mark()), "test.yaml:3:5");
  const Node& inner = list.items()[1];
  EXPECT_EQ(MarkText(inner.KeyMark("c")), "test.yaml:4:6");
  EXPECT_EQ(MarkText(inner.Find("c")->mark()), "test.yaml:4:9");
  EXPECT_EQ(inner.Find("c")->mark().length, 5);
}

TEST(Reader, CountsColumnsInCharacters) {
  const Result<Node> root = ReadDocumentText("test.yaml", "{ä: ö, ü: x}");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(MarkText(root->Find("ü")->mark()), "test.yaml:1:11");
}

TEST(Reader, KeepsTheTextOfScalars) {
  const Result<Node> root =
      ReadDocumentText("t", "{a: no, b: off, c: 00100, d: '12', e: 1e3, f: ~, g: null, h: ''}");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(root->Find("a")->text(), "no");
  EXPECT_EQ(root->Find("a")->AsBool(), std::nullopt);
  EXPECT_EQ(root->Find("b")->text(), "off");
  EXPECT_EQ(root->Find("c")->AsInt(), std::nullopt);
  EXPECT_EQ(root->Find("d")->AsInt(), std::nullopt);
  EXPECT_EQ(root->Find("e")->AsDouble(), 1000.0);
  EXPECT_TRUE(root->Find("f")->is_null());
  EXPECT_TRUE(root->Find("g")->is_null());
  EXPECT_EQ(root->Find("h")->AsText(), "");
}

TEST(Reader, SharesAliasesOfFinishedAnchors) {
  const Result<Node> root = ReadDocumentText("t", "a: &x {k: [1, 2]}\nb: *x\n");
  ASSERT_TRUE(root.ok()) << root.status().message();
  EXPECT_EQ(root->Find("b")->Find("k")->items().size(), 2U);
}

TEST(Reader, RefusesWhatYamlWouldSilentlyAccept) {
  struct Case {
    const char* name;
    std::string text;
    const char* code;
  };
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c < 'k'; ++c) {
    const std::string last(1, static_cast<char>(c - 1));
    bomb += std::string(1, c) + ": &" + std::string(1, c) + " [";
    for (int i = 0; i < 9; ++i) bomb += (i > 0 ? ", *" : "*") + last;
    bomb += "]\n";
  }
  for (const Case& c : {
           Case{"duplicate key", "a: 1\nb: 2\na: 3\n", "SIG-1103"},
           Case{"duplicate key by quotes", "{a: 1, 'a': 2}", "SIG-1103"},
           Case{"alias bomb", bomb, "SIG-1109"},
           Case{"cycle", "a: &a [1, *a]\n", "SIG-1108"},
           Case{"cycle through a map", "&a {b: {c: *a}}", "SIG-1108"},
           Case{"unknown alias", "a: *nobody\n", "SIG-1107"},
           Case{"deep flow", std::string(40, '[') + std::string(40, ']'), "SIG-1110"},
           Case{"very deep flow", std::string(100000, '['), "SIG-1110"},
           Case{"tag", "a: !!int 3\n", "SIG-1105"},
           Case{"own tag on a map", "a: !mine {}\n", "SIG-1105"},
           Case{"merge key", "a: &x {k: 1}\nb: {<<: *x}\n", "SIG-1106"},
           Case{"list as key", "? [a]\n: 1\n", "SIG-1104"},
           Case{"null as key", "~: 1\n", "SIG-1104"},
           Case{"two documents", "a: 1\n---\nb: 2\n", "SIG-1102"},
           Case{"not closed", "a: [1, 2\n", "SIG-1101"},
           Case{"tab as indentation", "a:\n\tb: 1\n", "SIG-1101"},
           Case{"empty", "", "SIG-1005"},
           Case{"only a comment", "# nothing\n", "SIG-1005"},
           Case{"latin-1", "a: caf\xE9\n", "SIG-1002"},
           Case{"utf-16", std::string("\xFF\xFE", 2) + std::string("a\0", 2), "SIG-1002"},
           Case{"zero byte", std::string("a: b\0c", 6), "SIG-1003"},
           Case{"escape", "a: \x1B[31m\n", "SIG-1003"},
           Case{"escape in quotes", "a: \"\\x1B\"\n", "SIG-1003"},
           Case{"bidirectional override", "a: b\xE2\x80\xAE c\n", "SIG-1003"},
           Case{"long value", "a: " + std::string(70000, 'x') + "\n", "SIG-1111"},
           Case{"large document", std::string(kDocumentBytesMax + 1, '#'), "SIG-1004"},
       }) {
    EXPECT_EQ(CodeOf(c.text), c.code) << c.name << "\n" << ErrorOf(c.text).substr(0, 500);
  }
}

TEST(Reader, ErrorsShowPlaceLineCaretAndRemedy) {
  std::string all;
  for (const char* text : {
           "pipeline: loyalty\nsteps:\n  churn: {uses: train}\n  churn: {uses: score}\n",
           "a: [1, 2\nb: 3\n",
           "when: !!timestamp 2026-11-22\n",
           "a: &a [1, *a]\n",
           "name: \"caf\xC3\xA9\"\nsecret: x\x07y\n",
           "defaults: &d {k: 1}\nstep: {<<: *d, uses: sql}\n",
           "a: 1\n---\nb: 2\n",
       }) {
    all += ErrorOf(text) + "\n";
  }
  ExpectGolden("reader_errors", all);
}

TEST(Reader, SurvivesAnyBytes) {
  const std::string seed =
      "signet: 1\nsteps:\n  a: &x {uses: sql, inputs: [b, 'c', \"d\"], n: 3}\n  e: *x\n  f: |\n    "
      "t\n";
  for (uint64_t s = 0; s < 3000; ++s) {
    SeededEntropy entropy(s);
    std::string text = seed;
    for (uint64_t n = 1 + entropy.Next() % 4; n > 0; --n) {
      const char pool[] = "[]{}:,&*!|>'\"#-?%@`\n\t ~x\xC3";
      text[entropy.Next() % text.size()] = pool[entropy.Next() % (sizeof(pool) - 1)];
    }
    const Result<Node> node = ReadDocumentText("t", text);
    if (node.ok()) continue;
    EXPECT_THAT(node.status().message(), testing::StartsWith("error: "));
  }
}

TEST(Reader, ReadsFilesAndNamesMissingOnes) {
  const testing_support::ScratchFolder scratch;
  const auto path = scratch.path() / "a.yaml";
  ASSERT_TRUE(WriteFileAtomically(path,
                                  AsBytes("\xEF\xBB\xBF"
                                          "a: 1\r\nb: 2\r\n"))
                  .ok());
  const Result<Node> node = ReadDocument(path);
  ASSERT_TRUE(node.ok()) << node.status().message();
  EXPECT_EQ(node->Find("b")->AsInt(), 2);
  const Result<Node> missing = ReadDocument(scratch.path() / "b.yaml");
  EXPECT_EQ(missing.status().diagnostic(), "SIG-1001");
  EXPECT_EQ(missing.status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace signet::policies
