// CSV and JSONL files before anybody parses them: marks, gzip, first lines, delimiters.
#include <cstdint>
#include <string>

#include "crypto/base/check.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "pipelines/ingest/text_probe.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace signet;             // NOLINT(google-build-using-namespace)
  using namespace signet::pipelines;  // NOLINT(google-build-using-namespace)
  constexpr size_t kLineBytesMax = 64 << 10;
  auto memory = MemoryFile::Create("fuzz");
  CHECK(memory.ok());
  CHECK(memory->Append({data, size}).ok());
  const auto file = SourceFile::Open(memory->path());
  if (!file.ok()) return 0;
  const Status mark = file->CheckTextMark();
  const Status whole = file->CheckText(kLineBytesMax);
  const auto line = file->FirstLine(kLineBytesMax);
  if (!line.ok()) return 0;
  CHECK(IsValidUtf8(*line));
  CHECK(line->size() <= kLineBytesMax);
  const std::string delimiter = LikelyDelimiter(*line, "\"");
  const auto fields = SplitCsvLine(*line, delimiter.empty() ? "," : delimiter, "\"");
  CHECK(!fields.empty());
  size_t bytes = 0;
  for (const std::string& field : fields) bytes += field.size();
  CHECK(bytes <= line->size());
  return 0;
}
