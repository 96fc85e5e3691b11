#include "pipelines/govern/partition_function.h"

#include <utility>

#include "crypto/base/ids.h"

namespace signet::pipelines {

Status RegisterPartitionFunction(query::Connection& connection, int partitions) {
  CHECK(partitions > 0);
  const auto count = static_cast<uint32_t>(partitions);
  query::ScalarFunction function{"signet_partition", {ColumnType::kUuid}, ColumnType::kInt64, {}};
  function.run = [count](const query::Arguments& in, query::ColumnWriter& out) {
    for (size_t r = 0; r < in.rows(); ++r) {
      if (!in[0].IsNull(r)) out.SetInt64(r, PartitionOf({in[0].GetUuid(r)}, count));
    }
    return OkStatus();
  };
  return connection.RegisterFunction(std::move(function));
}

}  // namespace signet::pipelines
