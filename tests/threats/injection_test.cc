// Texts that somebody else wrote (names in YAML, file names, answers of witnesses) must not forge
// lines of logs, notes, terminals or tables, nor lead out of a folder.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/audit/audit_event.h"
#include "crypto/base/csv.h"
#include "crypto/base/line_text.h"
#include "crypto/base/log.h"
#include "crypto/transparency/checkpoint.h"
#include "pipelines/snapshots/serving_folder.h"
#include "policies/document/reader.h"
#include "tests/support/environment.h"

namespace signet {
namespace {

/// What could pass for another line, for another text, or for a command to a terminal.
std::vector<std::string> Attacks() {
  return {"a\nb",
          "a\rb",
          "a\r\n2026-11-22T00:00:00Z info run finished {}",
          "\x1B[2J\x1B[1;1H",
          "\x1B]0;title\x07",
          "a\xE2\x80\xA8\x62",
          "a\xE2\x80\xA9\x62",
          "a\xC2\x85\x62",
          "\xC2\x9B\0631m",
          "user\xE2\x80\xAEtxt.exe",
          "log\n9\nAAAA\n\n\xE2\x80\x94 signet.local/audit AAAA",
          std::string("a\0b", 3)};
}

/// `text` inside a double-quoted scalar of YAML, every byte beyond ASCII and every control escaped.
std::string Escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      constexpr std::string_view kDigits = "0123456789ABCDEF";
      out += "\\x";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

TEST(Injection, YamlGivesNoValueOrKeyWithALineOrControlInIt) {
  for (const std::string& attack : Attacks()) {
    SCOPED_TRACE(ShownOnOneLine(attack));
    for (const std::string& document : {"pipeline: \"" + Escaped(attack) + "\"\n",
                                        "\"" + Escaped(attack) + "\": 1\n",
                                        "steps: {\"" + Escaped(attack) + "\": {uses: sql}}\n"}) {
      const auto read = policies::ReadDocumentText("p.yaml", document);
      // A line feed is text like any other in YAML: what uses it must refuse it.
      const bool only_lines = attack == "a\nb" || attack.starts_with("log\n");
      if (!only_lines) {
        EXPECT_FALSE(read.ok()) << ShownOnOneLine(document);
      }
      if (read.ok()) continue;
      for (const std::string& line : {read.status().message(), read.status().remedy()}) {
        EXPECT_EQ(line.find('\x1B'), std::string::npos);
        EXPECT_EQ(line.find("\xE2\x80\xAE"), std::string::npos);
      }
    }
  }
}

TEST(Injection, NoEntryOfTheLogCanHoldASecondLine) {
  for (const std::string& attack : Attacks()) {
    SCOPED_TRACE(ShownOnOneLine(attack));
    for (int field = 0; field < 6; ++field) {
      crypto::AuditEvent event{"run.started", "cli", "run", {}, "run-1", {}, {}, "asked for"};
      std::string* const fields[] = {
          &event.type, &event.actor, &event.action, &event.run, &event.why, &event.policy};
      *fields[field] = attack;
      EXPECT_FALSE(crypto::AuditEntryText(event, 0, Timestamp{0}).ok()) << field;
    }
    crypto::AuditEvent event;
    event.type = "run.started";
    event.facts = Json::Of({{"pipeline", attack}});
    EXPECT_FALSE(crypto::AuditEntryText(event, 0, Timestamp{0}).ok());
    event.facts = Json::Of({{attack, 1}});
    EXPECT_FALSE(crypto::AuditEntryText(event, 0, Timestamp{0}).ok());
  }
}

TEST(Injection, TheProcessLogStaysOneLineAnEvent) {
  for (const std::string& attack : Attacks()) {
    const std::string line =
        LogLine(LogLevel::kInfo, attack, Json::Of({{"name", ShownOnOneLine(attack)}, {attack, 1}}));
    EXPECT_TRUE(IsOneLine(line)) << ShownOnOneLine(line);
  }
}

TEST(Injection, NoKeyOrLogIsNamedByALine) {
  const auto key =
      crypto::Ed25519PrivateKey::FromSeed(SecretBytes::CopyOf(Bytes(32, 1))).PublicKey();
  for (const std::string& attack : Attacks()) {
    const auto named = crypto::VerifierKey::Create(attack, key);
    // U+2028 and the like do not end a line of a note; control characters do not pass.
    if (named.ok()) {
      EXPECT_EQ(attack.find_first_of("\n\r\x1B"), std::string::npos);
    }
  }
  EXPECT_FALSE(crypto::VerifierKey::Create("log\n9", key).ok());
  EXPECT_FALSE(crypto::VerifierKey::Create("log 9", key).ok());
}

TEST(Injection, ASignatureLineInATextIsNoSignature) {
  const auto key = crypto::Ed25519PrivateKey::FromSeed(SecretBytes::CopyOf(Bytes(32, 1)));
  const auto trusted = *crypto::VerifierKey::Create("log", key.PublicKey());
  const std::string forged_line = "\xE2\x80\x94 log " + ToBase64(Bytes(68, 0)) + "\n";
  // The text ends with what looks like an empty line and a signature: they are part of the text.
  const crypto::SignedNote note = *crypto::SignNote("a\n\n" + forged_line, "log", key);
  const auto read = crypto::SignedNote::FromText(note.Text());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->text, note.text);
  EXPECT_TRUE(crypto::VerifyNote(*read, trusted).ok());
  // And an unsigned text with such a line is not believed.
  EXPECT_FALSE(
      crypto::VerifyNote(*crypto::SignedNote::FromText("a\n\n" + forged_line), trusted).ok());
}

TEST(Injection, NoNameLeadsOutOfTheServingFolder) {
  const testing_support::ScratchFolder scratch;
  SeededEntropy entropy(1);
  auto folder =
      pipelines::ServingFolder::OpenForPublication(scratch.path() / "serving", entropy).value();
  std::vector<std::string> names = Attacks();
  for (const char* name : {"..",
                           ".",
                           "",
                           "../x",
                           "a/b",
                           "/etc/passwd",
                           ".hidden",
                           "a\\b",
                           "%2e%2e",
                           "a b",
                           "\xE2\x80\xA5"}) {
    names.emplace_back(name);
  }
  for (const std::string& name : names) {
    SCOPED_TRACE(ShownOnOneLine(name));
    for (int part = 0; part < 3; ++part) {
      pipelines::SnapshotFiles files;
      files.manifest.name = part == 0 ? name : "s";
      files.manifest.recipient = part == 1 ? name : "r";
      files.manifest.version = part == 2 ? name : "1";
      files.manifest.members_blob = ToHex(crypto::Sha256::Of(files.members));
      files.note = pipelines::ManifestNoteText(files.manifest);
      EXPECT_EQ(folder.Publish(files, 1).code(), StatusCode::kInvalid) << part;
    }
  }
  size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch.path())) {
    files += entry.is_regular_file() ? 1 : 0;
  }
  EXPECT_EQ(files, 1U) << "nothing but serving.key";
}

TEST(Injection, NoCellOfATableIsAFormula) {
  for (const char* attack : {"=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1"}) {
    const std::string field = CsvField(attack);
    EXPECT_EQ(field.find_first_not_of('"'), field.find('\'')) << field;
  }
}

}  // namespace
}  // namespace signet
