#include "pipelines/segments/cluster_sums_stage.h"

#include <cmath>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/math/kmeans.h"
#include "pipelines/segments/segment_model.h"

namespace signet::pipelines {
namespace {

using Inputs = std::map<std::string, Schema>;

constexpr char kSums[] = "sums";
constexpr size_t kBlockRows = 4096;

/// The inputs without what other stages have learnt.
Inputs SubjectsOf(const Inputs& inputs, std::string& model) {
  Inputs subjects;
  for (const auto& [name, schema] : inputs) {
    if (IsSegmentModel(schema)) {
      model = name;
    } else {
      subjects.emplace(name, schema);
    }
  }
  return subjects;
}

/// Rows in blocks, put into the clusters of a model.
class MemberCount {
 public:
  explicit MemberCount(const SegmentModel& model)
      : model_(model),
        block_(model.columns.size()),
        sums_(model.centroids.rows(), model.centroids.columns) {}

  void Take(std::span<const double> values) {
    if (!CanBeAssigned(values)) return;
    for (size_t c = 0; c < values.size(); ++c) block_[c].push_back(values[c]);
    if (block_.front().size() == kBlockRows) AddBlock();
  }

  const MemberSums& Finish() {
    AddBlock();
    return sums_;
  }

 private:
  /// As SegmentModel::SegmentOf.
  [[nodiscard]] bool CanBeAssigned(std::span<const double> values) const {
    for (const double value : values) {
      if (!std::isfinite(value) || (model_.scaling.options().log && value < 0)) return false;
    }
    return true;
  }

  void AddBlock() {
    if (block_.front().empty()) return;
    std::vector<uint32_t> rows;
    const PointSet points = model_.scaling.Apply(block_, rows);
    const Assignment nearest = AssignToNearest(points, model_.centroids, /*threads=*/1);
    std::vector<double> original(points.columns);
    for (size_t i = 0; i < points.rows(); ++i) {
      for (size_t c = 0; c < points.columns; ++c) {
        original[c] = block_[model_.scaling.columns()[c].source][rows[i]];
      }
      sums_.Add(nearest.labels[i], {points.Row(i), points.columns}, original, nearest.squared[i]);
    }
    for (std::vector<double>& column : block_) column.clear();
  }

  const SegmentModel& model_;
  std::vector<std::vector<double>> block_;  ///< column by column
  MemberSums sums_;
};

Status WriteSums(query::Connection& connection, const Schema& schema, const Bytes& sums) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  writer->column(0).SetBytes(0, sums);
  TRY(writer->Flush(1));
  return writer->Finish();
}

Status ForEachSums(query::Connection& connection,
                   const std::string& input,
                   const std::function<Status(ByteView)>& take) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   connection.Query(std::string("SELECT ") + kSums + " FROM " + SqlName(input)));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return OkStatus();
    for (size_t r = 0; r < chunk.size(); ++r) TRY(take(chunk.Blob(0, r)));
  }
}

}  // namespace

bool IsClusterSums(const Schema& schema) {
  const Column* sums = schema.Find(kSums);
  return sums != nullptr && sums->type == ColumnType::kBytes;
}

Result<Schema> ClusterSumsOutputSchema(const ClusterOptions& options, const Inputs& inputs) {
  std::string model;
  const Inputs subjects = SubjectsOf(inputs, model);
  policies::Label read;
  TRY(SegmentInput(options.source, subjects, read).status());
  if (!model.empty()) read = policies::Label::Join(read, inputs.at(model).Find("model")->label);
  return Schema{{{kSums, ColumnType::kBytes, read}}};
}

Result<Json> RunClusterSums(query::Connection& connection,
                            const ClusterOptions& options,
                            const Inputs& inputs,
                            const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, ClusterSumsOutputSchema(options, inputs));
  std::string learnt;
  const Inputs subjects = SubjectsOf(inputs, learnt);
  policies::Label read;
  ASSIGN_OR_RETURN(const std::string input, SegmentInput(options.source, subjects, read));
  const SegmentSource& source = options.source;
  const auto each = [&](const std::function<void(std::span<const double>)>& add) {
    return ForEachSubject(connection,
                          input,
                          source.columns,
                          source.where,
                          [&add](const Uuid& /*subject*/, std::span<const double> values) {
                            add(values);
                            return OkStatus();
                          });
  };
  if (learnt.empty()) {
    ScalingSums sums(source.columns.size(), options.clustering.scaling.log);
    TRY(each([&sums](std::span<const double> values) { sums.Add(values); }));
    TRY(WriteSums(connection, schema, sums.Encode()));
  } else {
    ASSIGN_OR_RETURN(const SegmentModel model, ReadSegmentModel(connection, "cluster", learnt));
    if (model.columns != source.columns) return Corrupt("clusters of other columns");
    MemberCount members(model);
    TRY(each([&members](std::span<const double> values) { members.Take(values); }));
    TRY(WriteSums(connection, schema, members.Finish().Encode()));
  }
  if (context.progress) context.progress(1);
  return Json::Of({});
}

Result<ScalingSums> MergedScaling(query::Connection& connection,
                                  const ClusterOptions& options,
                                  const std::string& input) {
  ScalingSums merged(options.source.columns.size(), options.clustering.scaling.log);
  TRY(ForEachSums(connection, input, [&merged](ByteView bytes) -> Status {
    ASSIGN_OR_RETURN(const ScalingSums sums, ScalingSums::Decode(bytes));
    if (sums.columns().size() != merged.columns().size() || sums.log() != merged.log()) {
      return Corrupt("sums of other columns");
    }
    merged.Merge(sums);
    return OkStatus();
  }));
  return merged;
}

Result<MemberSums> MergedMembers(query::Connection& connection,
                                 const SegmentModel& model,
                                 const std::string& input) {
  MemberSums merged(model.centroids.rows(), model.centroids.columns);
  TRY(ForEachSums(connection, input, [&merged](ByteView bytes) -> Status {
    ASSIGN_OR_RETURN(const MemberSums sums, MemberSums::Decode(bytes));
    if (sums.columns() != merged.columns() || sums.clusters().size() != merged.clusters().size()) {
      return Corrupt("sums of other clusters");
    }
    merged.Merge(sums);
    return OkStatus();
  }));
  return merged;
}

}  // namespace signet::pipelines
