#include "coordinator/cosigning/log_pages.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

class LogPagesTest : public testing::Test {
 protected:
  void SetUp() override {
    Put("log/checkpoint", "note");
    Put("log/tile/0/000", "full");
    Put("log/tile/entries/x001/234.p/7", "partial");
    Put("log/secret", "no");
    Put("outside", "no");
    std::filesystem::create_symlink(scratch_.path() / "outside",
                                    scratch_.path() / "log/tile/0/001");
  }
  void Put(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((scratch_.path() / name).parent_path());
    std::ofstream(scratch_.path() / name) << text;
  }
  HttpAnswer Get(const std::string& path) const {
    return AnswerLogPage(scratch_.path() / "log", {"GET", path, {}, {}, {}});
  }
  testing_support::ScratchFolder scratch_;
};

TEST_F(LogPagesTest, ServesWhatTlogTilesKnows) {
  EXPECT_EQ(Get("/checkpoint").body, "note");
  EXPECT_EQ(Get("/checkpoint").headers.at("Cache-Control"), "no-cache");
  EXPECT_EQ(Get("/tile/0/000").body, "full");
  EXPECT_EQ(Get("/tile/0/000").content_type, "application/octet-stream");
  EXPECT_NE(Get("/tile/0/000").headers.at("Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(Get("/tile/entries/x001/234.p/7").body, "partial");
}

TEST_F(LogPagesTest, NothingElseCanBeReached) {
  for (const char* path : {"",
                           "/",
                           "/secret",
                           "/../outside",
                           "/tile/../../outside",
                           "/tile/0/../../secret",
                           "/tile/0/001",
                           "//checkpoint",
                           "/checkpoint/",
                           "/tile/0/00",
                           "/tile/0/0000",
                           "/tile/8/000",
                           "/tile/00/000",
                           "/tile/0/x001",
                           "/tile/0/000.p/0",
                           "/tile/0/000.p/256",
                           "/tile/0/000.p",
                           "/tile/entries/",
                           "/tile/0/000/000",
                           "/tile/0/%2e%2e",
                           "/tile/0"}) {
    EXPECT_EQ(Get(path).status, 404) << path;
  }
  EXPECT_EQ(AnswerLogPage(scratch_.path(), {"POST", "/checkpoint", {}, {}, {}}).status, 405);
}

}  // namespace
}  // namespace signet::coordinator
