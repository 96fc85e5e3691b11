#include "pipelines/record/dataset.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

struct KindName {
  DatasetKind kind;
  std::string_view name;
};
constexpr KindName kKindNames[] = {
    {DatasetKind::kRaw, "raw"},
    {DatasetKind::kTokenised, "tokenised"},
    {DatasetKind::kGoverned, "governed"},
    {DatasetKind::kFeatures, "features"},
    {DatasetKind::kScores, "scores"},
    {DatasetKind::kSegment, "segment"},
    {DatasetKind::kSnapshot, "snapshot"},
    {DatasetKind::kReference, "reference"},
    {DatasetKind::kModel, "model"},
    {DatasetKind::kAggregate, "aggregate"},
    {DatasetKind::kIdentity, "identity"},
    {DatasetKind::kFacts, "facts"},
    {DatasetKind::kView, "view"},
};

struct TypeName {
  ColumnType type;
  std::string_view name;
  std::string_view sql;
};
constexpr TypeName kTypeNames[] = {
    {ColumnType::kBool, "bool", "BOOLEAN"},
    {ColumnType::kInt64, "int", "BIGINT"},
    {ColumnType::kDouble, "double", "DOUBLE"},
    {ColumnType::kDecimal, "decimal", "DECIMAL(18,4)"},
    {ColumnType::kDate, "date", "DATE"},
    {ColumnType::kTimestamp, "timestamp", "TIMESTAMP"},
    {ColumnType::kText, "text", "VARCHAR"},
    {ColumnType::kUuid, "uuid", "UUID"},
    {ColumnType::kBytes, "bytes", "BLOB"},
};

constexpr size_t kDigestHex = 64;
constexpr size_t kMultisetHex = 80;

bool IsHex(std::string_view text, size_t size) {
  return text.size() == size && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// The words of a multiset digest as big-endian bytes.
Bytes SumBytes(const std::array<uint64_t, 4>& sum) {
  Bytes bytes;
  for (size_t i = sum.size(); i > 0; --i) AppendU64(bytes, sum[i - 1]);
  return bytes;
}

/// Adds with carry, modulo 2^256.
void AddWords(std::array<uint64_t, 4>& to, const std::array<uint64_t, 4>& more) {
  uint64_t carry = 0;
  for (size_t i = 0; i < to.size(); ++i) {
    const uint64_t partial = to[i] + more[i];
    const uint64_t overflow = partial < more[i] ? 1 : 0;
    to[i] = partial + carry;
    carry = overflow + (to[i] < partial ? 1 : 0);
  }
}

}  // namespace

std::string_view DatasetKindName(DatasetKind kind) {
  for (const KindName& entry : kKindNames) {
    if (entry.kind == kind) return entry.name;
  }
  CHECK(false);
}

Result<DatasetKind> DatasetKindFromName(std::string_view name) {
  for (const KindName& entry : kKindNames) {
    if (entry.name == name) return entry.kind;
  }
  return Invalid("there is no dataset kind '" + std::string(name) + "'");
}

std::string_view ColumnTypeName(ColumnType type) {
  for (const TypeName& entry : kTypeNames) {
    if (entry.type == type) return entry.name;
  }
  CHECK(false);
}

Result<ColumnType> ColumnTypeFromName(std::string_view name) {
  std::vector<std::string> known;
  for (const TypeName& entry : kTypeNames) {
    if (entry.name == name) return entry.type;
    known.emplace_back(entry.name);
  }
  const std::string nearest = NearestName(name, known);
  return Invalid("there is no column type '" + std::string(name) + "'" +
                 (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"))
      .WithRemedy("use one of " + Join(known, ", "));
}

std::string_view SqlTypeOf(ColumnType type) {
  for (const TypeName& entry : kTypeNames) {
    if (entry.type == type) return entry.sql;
  }
  CHECK(false);
}

const Column* Schema::Find(std::string_view name) const {
  for (const Column& column : columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

std::optional<size_t> Schema::IndexOf(std::string_view name) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return i;
  }
  return std::nullopt;
}

std::vector<std::string> Schema::Names() const {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const Column& column : columns) names.push_back(column.name);
  return names;
}

Result<Schema> Schema::Select(const std::vector<std::string>& names) const {
  Schema schema;
  for (const std::string& name : names) {
    const Column* column = Find(name);
    if (column == nullptr) return NotFound("there is no column '" + name + "'");
    schema.columns.push_back(*column);
  }
  return schema;
}

Json Schema::ToJson() const {
  Json list{Json::Array()};
  for (const Column& column : columns) {
    Json one{Json::Object()};
    one.Set("name", column.name);
    one.Set("type", ColumnTypeName(column.type));
    one.Set("label", column.label.ToJson());
    list.Push(std::move(one));
  }
  return list;
}

Result<Schema> Schema::FromJson(const Json& json) {
  if (!json.is_array()) return Invalid("a schema is a list of columns");
  Schema schema;
  std::set<std::string, std::less<>> seen;
  for (const Json& item : json.items()) {
    Column column;
    column.name = item["name"].AsString();
    if (column.name.empty()) return Invalid("a column without a name");
    if (!seen.insert(column.name).second) return Invalid("column '" + column.name + "' twice");
    ASSIGN_OR_RETURN(column.type, ColumnTypeFromName(item["type"].AsString()));
    ASSIGN_OR_RETURN(column.label, policies::Label::FromJson(item["label"]));
    schema.columns.push_back(std::move(column));
  }
  return schema;
}

Json Stream::ToJson() const {
  return Json::Of({{"label_class", policies::LabelClassName(label_class)},
                   {"columns", Json::Strings(columns)},
                   {"header", header_digest},
                   {"blob", blob_digest},
                   {"bytes", bytes},
                   {"dek", dek.text()}});
}

Result<Stream> Stream::FromJson(const Json& json) {
  Stream stream;
  ASSIGN_OR_RETURN(stream.label_class,
                   policies::LabelClassFromName(json["label_class"].AsString()));
  stream.columns = json["columns"].AsStrings();
  stream.header_digest = json["header"].AsString();
  stream.blob_digest = json["blob"].AsString();
  if (!IsHex(stream.header_digest, kDigestHex) || !IsHex(stream.blob_digest, kDigestHex)) {
    return Invalid("a stream without its digests");
  }
  stream.bytes = static_cast<uint64_t>(json["bytes"].AsInt());
  stream.dek = DekId(json["dek"].AsString());
  return stream;
}

Json Piece::ToJson() const {
  Json list{Json::Array()};
  for (const Stream& stream : streams) list.Push(stream.ToJson());
  return Json::Of({{"dataset", dataset},
                   {"kind", DatasetKindName(kind)},
                   {"partition", partition},
                   {"producer", producer},
                   {"rows", rows},
                   {"content", content},
                   {"streams", list}});
}

Result<Piece> Piece::FromJson(const Json& json) {
  Piece piece;
  piece.dataset = json["dataset"].AsString();
  ASSIGN_OR_RETURN(piece.kind, DatasetKindFromName(json["kind"].AsString()));
  piece.partition = static_cast<int>(json["partition"].AsInt(-1));
  piece.producer = json["producer"].AsString();
  piece.rows = static_cast<uint64_t>(json["rows"].AsInt());
  piece.content = json["content"].AsString();
  for (const Json& item : json["streams"].items()) {
    ASSIGN_OR_RETURN(Stream stream, Stream::FromJson(item));
    piece.streams.push_back(std::move(stream));
  }
  return piece;
}

void MultisetDigest::Add(const std::array<uint8_t, 32>& row) {
  std::array<uint64_t, 4> words{};
  for (size_t i = 0; i < words.size(); ++i) {
    uint64_t word = 0;
    for (size_t b = 0; b < 8; ++b) word = word << 8 | row[(3 - i) * 8 + b];
    words[i] = word;
  }
  AddWords(sum_, words);
  ++count_;
}

void MultisetDigest::Merge(const MultisetDigest& other) {
  AddWords(sum_, other.sum_);
  count_ += other.count_;
}

std::string MultisetDigest::Hex() const {
  Bytes bytes = SumBytes(sum_);
  AppendU64(bytes, count_);
  return ToHex(bytes);
}

Result<MultisetDigest> MultisetDigest::FromHex(std::string_view text) {
  if (!IsHex(text, kMultisetHex)) return Corrupt("a content digest has 80 hexadecimal digits");
  ASSIGN_OR_RETURN(const Bytes bytes, signet::FromHex(text));
  ByteReader reader(bytes);
  MultisetDigest digest;
  for (size_t i = digest.sum_.size(); i > 0; --i) {
    ASSIGN_OR_RETURN(digest.sum_[i - 1], reader.U64());
  }
  ASSIGN_OR_RETURN(digest.count_, reader.U64());
  return digest;
}

Result<MultisetDigest> ContentOf(const std::vector<Piece>& pieces) {
  MultisetDigest all;
  for (const Piece& piece : pieces) {
    ASSIGN_OR_RETURN(const MultisetDigest one, MultisetDigest::FromHex(piece.content));
    all.Merge(one);
  }
  return all;
}

}  // namespace signet::pipelines
