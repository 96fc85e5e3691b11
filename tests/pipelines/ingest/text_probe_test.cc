#include "pipelines/ingest/text_probe.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>

#include "crypto/base/file.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

using Fields = std::vector<std::string>;

TEST(SplitCsvLine, KnowsQuotesAndLongDelimiters) {
  EXPECT_EQ(SplitCsvLine("a,b,,c", ",", "\""), (Fields{"a", "b", "", "c"}));
  EXPECT_EQ(SplitCsvLine("\"a,b\",\"c\"\"d\"", ",", "\""), (Fields{"a,b", "c\"d"}));
  EXPECT_EQ(SplitCsvLine("a||b|c", "||", ""), (Fields{"a", "b|c"}));
  EXPECT_EQ(SplitCsvLine("", ",", "\""), (Fields{""}));
}

TEST(LikelyDelimiter, IsTheOneThatSplitsMost) {
  EXPECT_EQ(LikelyDelimiter("id;name;city, country", "\""), ";");
  EXPECT_EQ(LikelyDelimiter("id\tname", "\""), "\t");
  EXPECT_EQ(LikelyDelimiter("id", "\""), "");
}

std::string Gzip(const std::string& text) {
  z_stream stream{};
  CHECK(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(text.size() + 1000, '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(SourceFile, AcceptsWholeGzipAndRefusesEveryCutAndFlip) {
  const testing_support::ScratchFolder scratch;
  std::string text;
  for (int i = 0; i < 20000; ++i) text += std::to_string(i * 7919) + "\n";
  const std::string whole = Gzip(text);
  const auto check = [&scratch](const std::string& bytes) {
    const std::string path = scratch.path() / "x.gz";
    CHECK(WriteFileAtomically(path, ToBytes(bytes)).ok());
    return SourceFile::Open(path).value().CheckText(1 << 20);
  };
  EXPECT_TRUE(check(whole).ok());
  EXPECT_TRUE(check(whole + Gzip("a second member")).ok());
  for (const size_t cut : {whole.size() - 1, whole.size() - 9, whole.size() / 2, size_t{11}}) {
    EXPECT_EQ(check(whole.substr(0, cut)).diagnostic(), "SIG-4006") << cut;
  }
  std::string flipped = whole;
  flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 1);
  EXPECT_EQ(check(flipped).diagnostic(), "SIG-4006");
  std::string sum = whole;
  sum[whole.size() - 8] = static_cast<char>(sum[whole.size() - 8] ^ 1);
  EXPECT_EQ(check(sum).diagnostic(), "SIG-4006");
  EXPECT_EQ(check(whole + "junk").diagnostic(), "SIG-4006");
}

TEST(SourceFile, FindsTheFirstLineBeyondTheLimitPlainAndPacked) {
  constexpr size_t kLimit = 100000;
  const testing_support::ScratchFolder scratch;
  const auto check = [&scratch](const std::string& bytes) {
    const std::string path = scratch.path() / "x.csv";
    CHECK(WriteFileAtomically(path, ToBytes(bytes)).ok());
    return SourceFile::Open(path).value().CheckText(kLimit);
  };
  const std::string longest(kLimit, 'x');
  const std::string before = "id\n" + std::string(70000, 'y') + "\n\n" + longest + "\n";
  for (const std::string& text : {before, before + longest, longest, before + before}) {
    EXPECT_EQ(check(text).ToString(), "ok");
    EXPECT_EQ(check(Gzip(text)).ToString(), "ok");
  }
  const std::string one = before + longest + "x";
  const std::vector<std::string> texts = {
      one, one + "\n", one + "\n" + before, before + longest + longest + "\n1\n"};
  for (const std::string& text : texts) {
    for (const Status& status : {check(text), check(Gzip(text))}) {
      EXPECT_EQ(status.diagnostic(), "SIG-4008");
      EXPECT_NE(status.message().find("line 5:"), std::string::npos) << status.message();
    }
  }
}

}  // namespace
}  // namespace signet::pipelines
