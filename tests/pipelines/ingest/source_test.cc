#include "pipelines/ingest/source.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "pipelines/query/database.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

using Columns = std::vector<std::string>;

class SourceTest : public ::testing::Test {
 protected:
  std::string File(const std::string& name, const std::string& text) {
    std::string path = scratch_.path() / name;
    CHECK(WriteFileAtomically(path, ToBytes(text)).ok());
    return path;
  }
  Status Open(const std::string& path, const Columns& columns, const Json& read = {}) {
    figures_ = {};
    ASSIGN_OR_RETURN(const SourceFormat format, SourceFormat::FromJson(read));
    return OpenSource(*connection_, "v", path, format, columns, figures_);
  }
  /// Reads it all: "1|a;2|b".
  std::string Rows(const Columns& columns) {
    std::string list;
    for (const std::string& c : columns) {
      list += (list.empty() ? "" : " || '|' || ") + ("coalesce(" + SqlName(c) + ", '-')");
    }
    const Result<std::string> all =
        connection_->QueryText("SELECT string_agg(" + list + ", ';') FROM v");
    return all.ok() ? *all : all.status().ToString();
  }
  Status Finish() { return FinishSource(*connection_, "v", figures_); }
  testing_support::ScratchFolder scratch_;
  std::unique_ptr<query::Database> database_ = query::Database::Open({1, 512, {}}).value();
  std::unique_ptr<query::Connection> connection_ = database_->Connect();
  IngestFigures figures_;
};

TEST_F(SourceTest, ReadsDeclaredColumnsOfACsvInTheOrderAskedFor) {
  ASSERT_EQ(
      Open(File("a.csv", "id,email,amount\n1,\"x, y\",2\n3,,4\n"), {"email", "id"}).ToString(),
      "ok");
  EXPECT_EQ(Rows({"email", "id"}), "x, y|1;-|3");
  ASSERT_TRUE(Finish().ok());
  EXPECT_EQ(figures_.QuarantinedRows(), 0U);
  EXPECT_EQ(figures_.undeclared, Columns{"amount"});
}

TEST_F(SourceTest, CopesWithByteOrderMarkCrlfAndNoLastLineEnd) {
  ASSERT_EQ(Open(File("a.csv", "\xef\xbb\xbfid,b\r\n1,x\r\n\r\n2,y"), {"id", "b"}).ToString(),
            "ok");
  EXPECT_EQ(Rows({"id", "b"}), "1|x;2|y");
  ASSERT_TRUE(Finish().ok());
}

TEST_F(SourceTest, TakesAnotherDelimiterAndNullText) {
  const Json read = Json::Of({{"delimiter", ";"}, {"null_text", "NA"}});
  ASSERT_EQ(Open(File("a.csv", "id;b\n1;NA\n2;x,y\n"), {"id", "b"}, read).ToString(), "ok");
  EXPECT_EQ(Rows({"id", "b"}), "1|-;2|x,y");
}

TEST_F(SourceTest, TakesFilesWithoutHeader) {
  ASSERT_EQ(
      Open(File("a.csv", "1,x\n2,y\n"), {"id", "b"}, Json::Of({{"header", false}})).ToString(),
      "ok");
  EXPECT_EQ(Rows({"id", "b"}), "1|x;2|y");
}

TEST_F(SourceTest, LeavesOutMalformedRowsAndCountsThemByReason) {
  ASSERT_EQ(
      Open(File("a.csv", "id,b\n1,x\nfew\n2,y,z\n3,\xff\xfe\n4,\"mid\"dle\n5,w\n"), {"id", "b"})
          .ToString(),
      "ok");
  EXPECT_EQ(Rows({"id", "b"}), "1|x;5|w");
  ASSERT_TRUE(Finish().ok());
  EXPECT_EQ(figures_.ToJson()["quarantined"].Dump(),
            R"({"bad_quotes":1,"not_utf8":1,"too_few_fields":1,"too_many_fields":1})");
  EXPECT_EQ(figures_.first_line["too_few_fields"], 3U);
  EXPECT_EQ(figures_.ToJson().Dump().find("mid"), std::string::npos);
}

TEST_F(SourceTest, AnUnclosedQuoteThatSwallowsLinesIsAnErrorWithItsLine) {
  std::string text = "id,b\n1,x\n2,\"open\n";
  for (int i = 3; i < 100; ++i) text += std::to_string(i) + ",z\n";
  ASSERT_EQ(Open(File("a.csv", text), {"id", "b"}).ToString(), "ok");
  (void)Rows({"id", "b"});
  const Status status = Finish();
  EXPECT_EQ(status.diagnostic(), "SIG-4009") << status.ToString() << figures_.ToJson().Dump();
  EXPECT_NE(status.message().find("line 3"), std::string::npos) << status.message();
}

TEST_F(SourceTest, AnUnclosedQuoteIsAnErrorHoweverMuchItSwallows) {
  std::string lines;
  while (lines.size() < 25'000'000) lines.append("7,").append(998, 'y').append(1, '\n');
  for (const size_t size : {size_t{3} << 20, size_t{10} << 20, lines.size()}) {
    SCOPED_TRACE(size);
    const Status status = Open(
        File("a.csv", "id,b\n1,x\n2,\"open\n" + lines.substr(0, size / 1001 * 1001)), {"id", "b"});
    EXPECT_EQ(status.diagnostic(), "SIG-4009") << status.ToString();
    EXPECT_NE(status.message().find("line 3"), std::string::npos) << status.message();
  }
  // The next quoted field closes it in the wrong place.
  const Status status =
      Open(File("a.csv", "id,b\n1,x\n2,\"open\n" + lines + "8,\"closes\"\n9,z\n"), {"id", "b"});
  EXPECT_EQ(status.diagnostic(), "SIG-4009") << status.ToString();
}

TEST_F(SourceTest, QuotesThatAreClosedDoubledOrInsideAFieldAreNoneOfIt) {
  std::string lines;
  const std::string line = "\"a \"\"b\"\"\",5\" screen\n\"two\nlines\",\"\"\n";
  while (lines.size() < 6'000'000) lines += line;
  ASSERT_EQ(Open(File("a.csv", "id,b\n" + lines), {"id", "b"}).ToString(), "ok");
}

TEST_F(SourceTest, ARowOfAnySizeAndPlaceIsReadOrRefusedNeverLost) {
  constexpr size_t kLimit = 2 << 20;
  std::string good;  // more than a unit of DuckDB's scan
  while (good.size() < 9'000'000) good.append("1,").append(998, 'y').append(1, '\n');
  const auto rows = static_cast<int64_t>(good.size() / 1001);
  for (const size_t size : {kLimit - 1, kLimit + 1, 4 * kLimit, 20 * kLimit}) {
    const std::string row = "canary," + std::string(size - 7, 'x');
    const std::string huge = row + "\n";
    struct Case {
      std::string text;
      int64_t rows;
    };
    std::string thrice = good;
    thrice.append(huge).append(huge).append(huge).append("2,y\n");
    std::string once = good;
    once.append(huge);
    const std::vector<Case> cases = {
        {once + good, 2 * rows + 1}, {thrice, rows + 4}, {once, rows + 1}, {good + row, rows + 1}};
    for (const Case& c : cases) {
      SCOPED_TRACE(std::to_string(size) + " of " + std::to_string(c.text.size()));
      const Status opened = Open(File("a.csv", "id,b\n" + c.text), {"id", "b"});
      if (size > kLimit) {
        EXPECT_EQ(opened.diagnostic(), "SIG-4008") << opened.ToString();
        EXPECT_NE(opened.message().find("line " + std::to_string(rows + 2) + ":"),
                  std::string::npos)
            << opened.message();
        continue;
      }
      ASSERT_TRUE(opened.ok()) << opened.ToString();
      EXPECT_EQ(*connection_->QueryInt64("SELECT count(*) FROM v"), c.rows);
      ASSERT_TRUE(Finish().ok());
      EXPECT_EQ(figures_.QuarantinedRows(), 0U);
    }
  }
}

TEST_F(SourceTest, AQuotedRowBeyondTheLimitIsCounted) {
  std::string field;
  while (field.size() < (3 << 20)) field.append(99, 'x').append(1, '\n');
  ASSERT_TRUE(Open(File("a.csv", "id,b\n1,\"" + field + "\"\n2,y\n"), {"id", "b"}).ok());
  EXPECT_EQ(Rows({"id", "b"}), "2|y");
  ASSERT_TRUE(Finish().ok());
  EXPECT_EQ(figures_.quarantined["row_too_long"], 1U);
}

TEST_F(SourceTest, TellsWhatIsWrongWithAFileBeforeReadingIt) {
  struct Case {
    const char* name;
    std::string text;
    Columns columns;
    Json read;
    const char* code;
    const char* remedy;
  };
  for (const Case& c : {
           Case{"empty.csv", "", {"id"}, {}, "SIG-4003", "export"},
           Case{"header.csv",
                "id,emial\n1,canary\n",
                {"id", "email"},
                {},
                "SIG-4004",
                "did you mean 'emial'"},
           Case{"semicolon.csv",
                "id;email\n1;canary\n",
                {"id", "email"},
                {},
                "SIG-4005",
                "delimiter: \";\""},
           Case{"twice.csv",
                "id,email,email\n1,canary,2\n",
                {"id", "email"},
                {},
                "SIG-4011",
                "rename"},
           Case{"utf16.csv", std::string("\xff\xfei\0d\0", 6), {"id"}, {}, "SIG-4007", "iconv"},
           Case{"cut.csv",
                std::string("\x1f\x8b\x08\0\0\0\0\0\0\3", 10),
                {"id"},
                {},
                "SIG-4006",
                "gzip -t"},
           Case{"a.parquet",
                "PAR1 not really",
                {"id"},
                Json::Of({{"format", "parquet"}}),
                "SIG-4010",
                "format"},
           Case{"bare.csv",
                "1,canary\n",
                {"id"},
                Json::Of({{"header", false}}),
                "SIG-4004",
                "declared"},
           Case{"web.jsonl",
                "{\"cookei\": \"canary\"}\n",
                {"cookie"},
                Json::Of({{"format", "jsonl"}}),
                "SIG-4004",
                "did you mean 'cookei'"},
           Case{"x.csv",
                "id\n1\n",
                {"id"},
                Json::Of({{"format", "cvs"}}),
                "SIG-4012",
                "did you mean 'csv'"},
       }) {
    SCOPED_TRACE(c.name);
    const Status status = Open(File(c.name, c.text), c.columns, c.read);
    EXPECT_EQ(status.diagnostic(), c.code) << status.ToString();
    EXPECT_NE(status.remedy().find(c.remedy), std::string::npos) << status.remedy();
    EXPECT_EQ((status.ToString() + status.remedy()).find("canary"), std::string::npos);
  }
  EXPECT_EQ(Open(scratch_.path() / "absent.csv", {"id"}).diagnostic(), "SIG-4001");
  EXPECT_EQ(Open(scratch_.path(), {"id"}).diagnostic(), "SIG-4002");
}

TEST_F(SourceTest, ReadsJsonlAndCountsLinesThatAreNoObjects) {
  const Json read = Json::Of({{"format", "jsonl"}});
  ASSERT_TRUE(Open(File("w.jsonl",
                        "{\"a\": \"x\", \"n\": 1.5, \"deep\": {\"k\": 1}}\n"
                        "{\"a\": null, \"n\": true}\n"
                        "{\"a\": broken\n"
                        "[1, 2]\n"
                        "{\"n\": \"\\u00e4\"}\n"),
                   {"a", "n", "deep"},
                   read)
                  .ok());
  EXPECT_EQ(Rows({"a", "n", "deep"}), "x|1.5|{\"k\":1};-|true|-;-|\xc3\xa4|-");
  ASSERT_TRUE(Finish().ok());
  EXPECT_EQ(figures_.quarantined["bad_json"], 2U);
}

TEST_F(SourceTest, AViewCanBeOpenedAgainAfterItWasFinished) {
  const Json read = Json::Of({{"format", "jsonl"}});
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(Open(File("w.jsonl", "{\"a\": 1}\nbad\n"), {"a"}, read).ToString(), "ok");
    EXPECT_EQ(Rows({"a"}), "1");
    ASSERT_TRUE(Finish().ok());
    EXPECT_EQ(figures_.quarantined["bad_json"], 1U);
  }
}

TEST_F(SourceTest, ReadsParquetAsText) {
  const MemoryFile file = MemoryFile::Create("p").value();
  ASSERT_TRUE(connection_
                  ->Execute("COPY (SELECT 7 AS id, DATE '2026-01-02' AS d, '' AS e) TO " +
                            SqlLiteral(file.path()) + " (FORMAT parquet, USE_TMP_FILE false)")
                  .ok());
  const std::string path = File("x.parquet", std::string(AsText(file.ReadAll().value())));
  ASSERT_EQ(Open(path, {"d", "id", "e"}, Json::Of({{"format", "parquet"}})).ToString(), "ok");
  EXPECT_EQ(Rows({"d", "id", "e"}), "2026-01-02|7|-");
  ASSERT_TRUE(Finish().ok());
}

TEST_F(SourceTest, NamesWithQuotesAndKeywordsAreHarmless) {
  ASSERT_EQ(Open(File("a.csv", "\"se\"\"lect\",group,it's\n1,2,3\n"), {"group", "se\"lect", "it's"})
                .ToString(),
            "ok");
  EXPECT_EQ(Rows({"group", "se\"lect", "it's"}), "2|1|3");
}

}  // namespace
}  // namespace signet::pipelines
