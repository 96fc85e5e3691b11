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
    return SourceFile::Open(path).value().CheckGzip();
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

}  // namespace
}  // namespace signet::pipelines
