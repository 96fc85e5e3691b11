#include "pipelines/snapshots/shown_members.h"

#include <algorithm>
#include <memory>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

constexpr size_t kSubject = 0;
constexpr size_t kSegment = 1;
constexpr size_t kHeldSince = 2;

/// Fills a table row by row.
class RowWriter {
 public:
  explicit RowWriter(query::TableWriter& writer) : writer_(writer) {}

  Status Add(const Uuid& subject, const std::string& segment, const int64_t* held_since) {
    writer_.column(kSubject).SetUuid(row_, subject);
    writer_.column(kSegment).SetText(row_, segment);
    if (held_since == nullptr) {
      writer_.column(kHeldSince).SetNull(row_);
    } else {
      writer_.column(kHeldSince).SetInt64(row_, *held_since);
    }
    return ++row_ == query::kChunkRows ? Flush() : OkStatus();
  }
  Status Finish() {
    TRY(Flush());
    return writer_.Finish();
  }

 private:
  Status Flush() {
    if (row_ == 0) return OkStatus();
    TRY(writer_.Flush(row_));
    row_ = 0;
    return OkStatus();
  }

  query::TableWriter& writer_;
  size_t row_ = 0;
};

}  // namespace

Schema ShownSchema(const policies::Label& label) {
  Schema schema;
  schema.columns = {{std::string(kSubjectColumn), ColumnType::kUuid, label},
                    {"segment", ColumnType::kText, label},
                    {"held_since", ColumnType::kTimestamp, label}};
  schema.columns.front().label.identifiability = policies::Identifiability::kPseudonymous;
  return schema;
}

Result<ShownMembers> ReadShown(query::Connection& sql, const std::string& view) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   sql.Query("SELECT subject, segment, held_since FROM " + SqlName(view) +
                             " ORDER BY segment, subject"));
  ShownMembers members;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) break;
    for (size_t r = 0; r < chunk.size(); ++r) {
      ShownSegment& segment = members[std::string(chunk.Text(kSegment, r))];
      const Uuid subject = chunk.GetUuid(kSubject, r);
      if (chunk.IsNull(kHeldSince, r)) {
        segment.shown.push_back(subject);
      } else {
        segment.held.push_back({subject, chunk.column(kHeldSince).Int64(r)});
      }
    }
  }
  for (auto& entry : members) std::sort(entry.second.shown.begin(), entry.second.shown.end());
  return members;
}

Status WriteShown(query::Connection& sql, const std::string& table, const ShownMembers& members) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   sql.CreateTable(table, ShownSchema({})));
  RowWriter rows(*writer);
  for (const auto& [segment, list] : members) {
    for (const Uuid& subject : list.shown) TRY(rows.Add(subject, segment, nullptr));
    for (const policies::HeldMember& one : list.held) {
      TRY(rows.Add(one.token, segment, &one.since_micros));
    }
  }
  return rows.Finish();
}

}  // namespace signet::pipelines
