#include "pipelines/models/sealed_io.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>

#include <dmlc/io.h>
#include <dmlc/logging.h>
#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

using testing_support::ScratchFolder;

/// 2.5 MB that repeat nowhere near.
std::string Text() {
  std::string text;
  for (int i = 0; text.size() < 2'500'000; ++i) text += std::to_string(i) + ",";
  return text;
}

TEST(SealedIo, OpensNothingThatIsNotWrittenWhole) {
  const ScratchFolder folder;
  const auto file = ScratchFile::Create(folder.path()).value();
  const SealedIo io(file);
  const std::string text = Text();
  const std::unique_ptr<dmlc::Stream> writer(
      dmlc::Stream::Create((io.prefix() + "-1.page").c_str(), "w"));
  for (size_t at = 0; at < text.size(); at += 100'003) {
    writer->Write(text.data() + at, std::min<size_t>(100'003, text.size() - at));
  }
  const std::string name = io.prefix() + "-1.page";
  EXPECT_THROW(dmlc::SeekStream::CreateForRead(name.c_str()), dmlc::Error) << "not written whole";
}

TEST(SealedIo, ReadsFromAnyPlaceToTheEnd) {
  const ScratchFolder folder;
  const auto file = ScratchFile::Create(folder.path()).value();
  const SealedIo io(file);
  const std::string text = Text();
  const std::string name = io.prefix() + "-2.page";
  {
    const std::unique_ptr<dmlc::Stream> writer(dmlc::Stream::Create(name.c_str(), "w"));
    writer->Write(text.data(), text.size());
  }
  const std::unique_ptr<dmlc::SeekStream> reader(dmlc::SeekStream::CreateForRead(name.c_str()));
  for (const size_t at : {size_t{0}, size_t{1'048'570}, size_t{2'400'000}, size_t{17}}) {
    std::string read(1'100'000, '\0');
    reader->Seek(at);
    read.resize(reader->Read(read.data(), read.size()));
    EXPECT_TRUE(read == text.substr(at, 1'100'000)) << at;
    EXPECT_EQ(reader->Tell(), at + read.size());
  }
  std::string rests(file->size(), '\0');
  ASSERT_EQ(pread(file->descriptor(), rests.data(), rests.size(), 0),
            static_cast<ssize_t>(rests.size()));
  EXPECT_EQ(rests.find("123456,"), std::string::npos) << "nothing plain on the disk";
}

TEST(SealedIo, IsTheOnlyWayToAFileForXgboost) {
  const ScratchFolder folder;
  const std::string path = (folder.path() / "plain").string();
  EXPECT_THROW(dmlc::Stream::Create(path.c_str(), "w"), dmlc::Error);
  EXPECT_EQ(dmlc::Stream::Create(path.c_str(), "w", true), nullptr);
  EXPECT_THROW(dmlc::SeekStream::CreateForRead("/etc/hostname"), dmlc::Error);
  EXPECT_EQ(dmlc::SeekStream::CreateForRead("/etc/hostname", true), nullptr);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SealedIo, TakesItsFilesWithIt) {
  const ScratchFolder folder;
  std::string name;
  {
    const SealedIo io(ScratchFile::Create(folder.path()).value());
    name = io.prefix() + "-3.page";
    const std::unique_ptr<dmlc::Stream> writer(dmlc::Stream::Create(name.c_str(), "w"));
    writer->Write("x", 1);
  }
  EXPECT_EQ(dmlc::SeekStream::CreateForRead(name.c_str(), true), nullptr);
  EXPECT_EQ(dmlc::Stream::Create(name.c_str(), "w", true), nullptr);
}

}  // namespace
}  // namespace signet::pipelines
