#include "pipelines/query/single_value.h"

#include <memory>

namespace signet::pipelines::query {

Result<Bytes> ReadSingleBlob(Connection& connection, const std::string& sql) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, connection.Query(sql));
  Chunk chunk;
  Bytes bytes;
  size_t count = 0;
  bool null = false;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) break;
    count += chunk.size();
    if (chunk.size() == 0) continue;
    null = chunk.IsNull(0, 0);
    if (null) continue;
    const ByteView blob = chunk.Blob(0, 0);
    bytes.assign(blob.begin(), blob.end());
  }
  if (count != 1 || null) return Invalid("one value was expected");
  return bytes;
}

}  // namespace signet::pipelines::query
