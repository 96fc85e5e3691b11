#include "pipelines/catalog/rekey_operator.h"

#include <utility>
#include <vector>

#include "pipelines/artifacts/reseal.h"

namespace signet::pipelines {

RekeyOperator::RekeyOperator() {
  signature_.name = "rekey";
  signature_.summary = "Seals a dataset anew, under other data keys.";
  signature_.shape = Shape::kOnce;
  signature_.accepts = {DatasetKind::kGoverned,
                        DatasetKind::kFeatures,
                        DatasetKind::kScores,
                        DatasetKind::kSegment,
                        DatasetKind::kReference,
                        DatasetKind::kModel,
                        DatasetKind::kAggregate,
                        DatasetKind::kIdentity};
  signature_.produces = DatasetKind::kGoverned;
  signature_.in_documents = false;
}

Result<Schema> RekeyOperator::Bind(const BindRequest& /*request*/) const {
  return Schema{};
}

Status RekeyOperator::Run(TaskContext& context) const {
  const TaskInput& input = context.spec().inputs.at(0);
  const TaskOutput& output = context.Output("out");
  std::vector<Piece> pieces;
  uint64_t streams = 0;
  uint64_t bytes = 0;
  for (const Piece& old : input.pieces) {
    Piece piece = old;
    for (Stream& stream : piece.streams) {
      ASSIGN_OR_RETURN(const SecretBytes* key, context.lease().Dek(stream.dek));
      ASSIGN_OR_RETURN(const LeasedDek fresh,
                       context.OutputDek(output, old.partition, stream.label_class));
      ASSIGN_OR_RETURN(stream, Reseal(stream, *key, fresh, context.blobs(), context.entropy()));
      ++streams;
      bytes += stream.bytes;
    }
    pieces.push_back(std::move(piece));
  }
  context.result().figures =
      Json::Of({{"pieces", pieces.size()}, {"streams", streams}, {"bytes", bytes}});
  context.result().outputs["out"] = std::move(pieces);
  return OkStatus();
}

}  // namespace signet::pipelines
