#include "crypto/keys/dek_record.h"

#include "crypto/keys/key_derivation.h"
#include "crypto/primitives/key_wrap.h"

namespace signet::crypto {
namespace {

constexpr uint8_t kFormat = 1;

void AppendScope(Bytes& to, const DekScope& scope) {
  AppendField(to, scope.dataset);
  AppendField(to, scope.version);
  AppendU32(to, static_cast<uint32_t>(scope.partition));
  AppendField(to, scope.label_class);
}

Result<std::string> TextField(ByteReader& reader) {
  ASSIGN_OR_RETURN(const ByteView field, reader.Field());
  return std::string(AsText(field));
}

Result<DekRecord> Decode(ByteView bytes) {
  ByteReader reader(bytes);
  ASSIGN_OR_RETURN(const uint8_t format, reader.U8());
  if (format != kFormat) return Corrupt("unknown format");
  DekRecord record;
  ASSIGN_OR_RETURN(record.generation, reader.U32());
  ASSIGN_OR_RETURN(const uint64_t micros, reader.U64());
  record.made_at.micros = static_cast<int64_t>(micros);
  ASSIGN_OR_RETURN(record.scope.dataset, TextField(reader));
  ASSIGN_OR_RETURN(record.scope.version, TextField(reader));
  ASSIGN_OR_RETURN(const uint32_t partition, reader.U32());
  record.scope.partition = static_cast<int>(partition);
  ASSIGN_OR_RETURN(record.scope.label_class, TextField(reader));
  ASSIGN_OR_RETURN(const ByteView wrapped, reader.Field());
  record.wrapped.assign(wrapped.begin(), wrapped.end());
  if (!reader.empty()) return Corrupt("bytes behind the end");
  return record;
}

/// What the wrapping is bound to.
Bytes Binding(const DekId& id, const DekScope& scope) {
  Bytes binding;
  AppendField(binding, id.text());
  AppendScope(binding, scope);
  return binding;
}

}  // namespace

std::string ScopeText(const DekScope& scope) {
  std::string text = scope.dataset + " version " + scope.version;
  if (scope.partition >= 0) text += ", partition " + std::to_string(scope.partition);
  return text + ", " + scope.label_class;
}

Bytes EncodeDekRecord(const DekRecord& record) {
  Bytes bytes{kFormat};
  AppendU32(bytes, record.generation);
  AppendU64(bytes, static_cast<uint64_t>(record.made_at.micros));
  AppendScope(bytes, record.scope);
  AppendField(bytes, record.wrapped);
  return bytes;
}

Result<DekRecord> DecodeDekRecord(ByteView bytes) {
  Result<DekRecord> record = Decode(bytes);
  if (record.ok()) return record;
  return Corrupt("the record of a data key is damaged");
}

Status WrapInto(DekRecord& record, const HeldKey& kek, const DekId& id, const SecretBytes& dek) {
  ASSIGN_OR_RETURN(const SecretBytes key, DekWrappingKey(kek, Binding(id, record.scope)));
  ASSIGN_OR_RETURN(record.wrapped, WrapKey(key, dek));
  return OkStatus();
}

Result<SecretBytes> UnwrapFrom(const DekRecord& record, const HeldKey& kek, const DekId& id) {
  ASSIGN_OR_RETURN(const SecretBytes key, DekWrappingKey(kek, Binding(id, record.scope)));
  Result<SecretBytes> dek = UnwrapKey(key, record.wrapped);
  if (dek.ok()) return dek;
  return Corrupt("the record of data key " + id.text() + " was changed or moved");
}

}  // namespace signet::crypto
