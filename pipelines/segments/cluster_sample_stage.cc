#include "pipelines/segments/cluster_sample_stage.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace signet::pipelines {
namespace {

bool IsComplete(std::span<const double> values) {
  return std::none_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
}

Status WriteSample(query::Connection& connection, const Schema& schema, SubjectSample& sample) {
  sample.Sort();
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  for (size_t first = 0; first < sample.rows(); first += query::kChunkRows) {
    const size_t count = std::min(query::kChunkRows, sample.rows() - first);
    for (size_t r = 0; r < count; ++r) {
      writer->column(0).SetUuid(r, sample.subject(first + r));
      const std::span<const double> row = sample.row(first + r);
      for (size_t c = 0; c < row.size(); ++c) writer->column(c + 1).SetDouble(r, row[c]);
    }
    TRY(writer->Flush(count));
  }
  return writer->Finish();
}

/// What one partition gave.
struct Given {
  size_t rows = 0;
  uint64_t highest = 0;  ///< hash
};

/// The hash up to which nobody is missing: a partition that gave its quota may have had more.
uint64_t CompleteUpTo(const std::vector<Given>& partitions, size_t quota) {
  uint64_t bound = std::numeric_limits<uint64_t>::max();
  for (const Given& given : partitions) {
    if (given.rows >= quota) bound = std::min(bound, given.highest);
  }
  return bound;
}

}  // namespace

Result<Schema> ClusterSampleOutputSchema(const ClusterOptions& options,
                                         const std::map<std::string, Schema>& inputs) {
  policies::Label read;
  ASSIGN_OR_RETURN(const std::string input, SegmentInput(options.source, inputs, read));
  const Schema& schema = inputs.at(input);
  ASSIGN_OR_RETURN(const policies::Label member, MemberLabel(options.source, input, schema));
  Schema out{{{std::string(kSubjectColumn), ColumnType::kUuid, member}}};
  for (const std::string& name : options.source.columns) {
    if (out.Find(name) != nullptr) return Invalid("cluster: column '" + name + "' is named twice");
    out.columns.push_back(
        {name, ColumnType::kDouble, policies::Label::Join(schema.Find(name)->label, member)});
  }
  return out;
}

Result<Json> RunClusterSample(query::Connection& connection,
                              const ClusterOptions& options,
                              const std::map<std::string, Schema>& inputs,
                              const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, ClusterSampleOutputSchema(options, inputs));
  policies::Label read;
  ASSIGN_OR_RETURN(const std::string input, SegmentInput(options.source, inputs, read));
  const std::vector<std::string>& columns = options.source.columns;
  SubjectSample sample(
      SampleQuota(options.sample, context.partitions), columns.size(), context.seed);
  int64_t considered = 0;
  TRY(ForEachSubject(connection,
                     input,
                     columns,
                     options.source.where,
                     [&](const Uuid& subject, std::span<const double> values) {
                       if (!IsComplete(values)) return OkStatus();
                       ++considered;
                       sample.Offer(subject, values);
                       return OkStatus();
                     }));
  TRY(WriteSample(connection, schema, sample));
  if (context.progress) context.progress(1);
  return Json::Of({{"considered", considered}, {"kept", sample.rows()}});
}

Result<SubjectSample> MergedSample(query::Connection& connection,
                                   const ClusterOptions& options,
                                   const std::string& input,
                                   const StageContext& context) {
  const std::vector<std::string>& columns = options.source.columns;
  SubjectSample sample(options.sample, columns.size(), context.seed);
  const int partitions = std::max(1, context.partitions);
  std::vector<Given> given(static_cast<size_t>(partitions));
  TRY(ForEachSubject(connection,
                     input,
                     columns,
                     /*where=*/"",
                     [&](const Uuid& subject, std::span<const double> values) {
                       const uint32_t at =
                           PartitionOf(SubjectId{subject}, static_cast<uint32_t>(partitions));
                       ++given[at].rows;
                       given[at].highest =
                           std::max(given[at].highest, SubjectHash(subject, context.seed));
                       sample.Offer(subject, values);
                       return OkStatus();
                     }));
  const size_t quota = SampleQuota(options.sample, partitions);
  if (quota < options.sample) sample.DropAbove(CompleteUpTo(given, quota));
  sample.Sort();
  return sample;
}

}  // namespace signet::pipelines
