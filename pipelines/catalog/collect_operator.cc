#include "pipelines/catalog/collect_operator.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "crypto/primitives/sealed_stream.h"
#include "pipelines/govern/cell_sealer.h"
#include "pipelines/govern/subject_tables.h"

namespace signet::pipelines {
namespace {

/// The rows of the person, one by one, as JSON.
class RowCollector {
 public:
  RowCollector(TaskContext& context, std::string dataset)
      : context_(context), dataset_(std::move(dataset)) {}

  Result<Json> Collect() {
    TRY(LoadKeys());
    ASSIGN_OR_RETURN(const std::string select, Select());
    ASSIGN_OR_RETURN(const auto rows, context_.sql().Query(select));
    Json list{Json::Array()};
    query::Chunk chunk;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
      if (!more) return list;
      for (size_t r = 0; r < chunk.size(); ++r) {
        ASSIGN_OR_RETURN(Json row, Row(chunk, r));
        list.Push(std::move(row));
      }
    }
  }
  [[nodiscard]] int64_t unreadable() const { return unreadable_; }

 private:
  Status LoadKeys() {
    const auto& inputs = context_.spec().inputs;
    if (inputs.size() > 1) {
      ASSIGN_OR_RETURN(keyring_, Keyring::Load(context_.sql(), "keyring"));
    }
    const Result<const SecretBytes*> cell = context_.lease().Key("cell");
    if (cell.ok()) cell_.emplace(**cell);
    return OkStatus();
  }

  Result<Json> Row(const query::Chunk& chunk, size_t r) {
    ASSIGN_OR_RETURN(Json row, Json::Parse(chunk.Text(1, r)));
    const SubjectId subject{chunk.GetUuid(0, r)};
    for (size_t c = 0; c < sealed_.size(); ++c) {
      if (chunk.IsNull(c + 2, r)) continue;
      row.Set(sealed_[c], Open(sealed_[c], subject, chunk.Blob(c + 2, r)));
    }
    return row;
  }

  /// subject, a JSON object of the plain columns as text, then the sealed ones.
  Result<std::string> Select() {
    std::vector<std::string> plain;
    std::string tail;
    for (const Column& column : context_.spec().inputs.at(0).schema.columns) {
      if (column.name == kSubjectColumn) continue;
      const std::string name = SqlName(column.name);
      if (column.type == ColumnType::kBytes) {
        sealed_.push_back(column.name);
        tail += ", ";
        tail += name;
      } else {
        std::string cast = name;
        cast += " := CAST(";
        cast += name;
        cast += " AS VARCHAR)";
        plain.push_back(std::move(cast));
      }
    }
    std::vector<std::string> subjects;
    for (const std::string& text : context_.spec().options["subjects"].AsStrings()) {
      ASSIGN_OR_RETURN(const Uuid uuid, UuidFromText(text));
      subjects.push_back("'" + UuidText(uuid) + "'::UUID");
    }
    if (subjects.empty()) return Invalid("collect needs a subject");
    const std::string object =
        plain.empty() ? "'{}'" : "CAST(to_json(struct_pack(" + Join(plain, ", ") + ")) AS VARCHAR)";
    const std::string where = " FROM rows WHERE subject IN (" + Join(subjects, ", ") + ")";
    ASSIGN_OR_RETURN(const int64_t count, context_.sql().QueryInt64("SELECT count(*)" + where));
    if (count > CollectOperator::kCollectRowsMax) {
      return Exhausted("the dataset holds " + WithThousands(count) + " rows about one person");
    }
    return "SELECT subject, " + object + tail + where;
  }

  Json Open(const std::string& column, const SubjectId& subject, ByteView cell) {
    const std::string name = dataset_ + "." + column;
    if (keyring_ != nullptr) {
      const std::optional<SecretBytes> key = keyring_->CellKey(subject);
      if (key.has_value()) {
        const Result<std::string> text = CellSealer(*key).OpenEscrow(name, subject, cell);
        if (text.ok()) return {*text};
      }
    }
    if (cell_.has_value()) {
      const Result<std::string> text = cell_->OpenEncrypted(name, cell);
      if (text.ok()) return {*text};
    }
    ++unreadable_;
    return {};
  }

  TaskContext& context_;
  std::string dataset_;
  std::vector<std::string> sealed_;  ///< columns
  std::shared_ptr<const Keyring> keyring_;
  std::optional<CellSealer> cell_;
  int64_t unreadable_ = 0;
};

}  // namespace

CollectOperator::CollectOperator() {
  signature_.name = "collect";
  signature_.summary = "Gathers what a dataset holds about one person, sealed for the asker.";
  signature_.shape = Shape::kOnce;
  signature_.accepts = {DatasetKind::kGoverned,
                        DatasetKind::kFeatures,
                        DatasetKind::kScores,
                        DatasetKind::kSegment,
                        DatasetKind::kIdentity};
  signature_.produces = DatasetKind::kAggregate;
  signature_.in_documents = false;
}

Result<Schema> CollectOperator::Bind(const BindRequest& /*request*/) const {
  return Schema{};
}

Status CollectOperator::Run(TaskContext& context) const {
  ASSIGN_OR_RETURN(const SecretBytes* key, context.lease().Key("reveal"));
  TRY(context.OpenInputs());
  RowCollector collector(context, context.spec().options["dataset"].AsString());
  ASSIGN_OR_RETURN(const Json rows, collector.Collect());
  std::string text = rows.Dump();
  const Result<Bytes> sealed =
      crypto::SealStream(*key, context.entropy(), AsBytes(kCollectContext), AsBytes(text));
  Wipe(text.data(), text.size());
  if (!sealed.ok()) return sealed.status();
  context.result().extra = Json::Of({{"sealed", ToBase64(*sealed)},
                                     {"rows", rows.size()},
                                     {"unreadable", collector.unreadable()}});
  return OkStatus();
}

}  // namespace signet::pipelines
