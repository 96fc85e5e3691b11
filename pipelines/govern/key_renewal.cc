#include "pipelines/govern/key_renewal.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/primitives/sha256.h"

namespace signet::pipelines {
namespace {

using query::Arguments;
using query::ColumnWriter;

constexpr size_t kLogKeyBytes = 32;

using NextKey = SecretBytes (KeyRenewal::*)(const SubjectId&, ByteView) const;

Status RegisterNext(query::Connection& connection,
                    std::string name,
                    std::shared_ptr<const KeyRenewal> renewal,
                    NextKey next) {
  query::ScalarFunction function{
      std::move(name), {ColumnType::kUuid, ColumnType::kBytes}, ColumnType::kBytes, {}};
  function.run = [renewal = std::move(renewal), next](const Arguments& in, ColumnWriter& out) {
    for (size_t r = 0; r < in.rows(); ++r) {
      if (in.AnyNull(r)) continue;
      const SecretBytes key = ((*renewal).*next)(SubjectId{in[0].GetUuid(r)}, in[1].Blob(r));
      out.SetBytes(r, key.ExposeSecret());
    }
    return OkStatus();
  };
  return connection.RegisterFunction(std::move(function));
}

/// The cell under the next key; nothing when no key of before opens it.
std::optional<Bytes> Renewed(const CellRenewal& cells,
                             const std::string& column,
                             const SubjectId& subject,
                             ByteView cell) {
  if (cells.keyring != nullptr) {
    if (const std::optional<SecretBytes> key = cells.keyring->CellKey(subject)) {
      Result<std::string> text = CellSealer(*key).OpenEscrow(column, subject, cell);
      if (text.ok()) {
        const SecretBytes next = cells.renewal->CellKey(subject, key->ExposeSecret());
        Bytes sealed = CellSealer(next).SealEscrow(column, subject, *text);
        Wipe(text->data(), text->size());
        return sealed;
      }
    }
  }
  if (cells.before == nullptr) return std::nullopt;
  Result<std::string> text = cells.before->OpenEncrypted(column, cell);
  if (!text.ok()) return std::nullopt;
  Bytes sealed = cells.next->SealEncrypted(column, *text);
  Wipe(text->data(), text->size());
  return sealed;
}

}  // namespace

KeyRenewal::KeyRenewal(const SecretBytes& secret) : secret_(secret) {}

SecretBytes KeyRenewal::Next(std::string_view use, const SubjectId& subject, ByteView old) const {
  Bytes message;
  message.reserve(use.size() + subject.value.size() + old.size() + 3 * sizeof(uint32_t));
  AppendField(message, use);
  AppendField(message, ByteView(subject.value));
  AppendField(message, old);
  crypto::Digest next = secret_.Mac(message);
  SecretBytes key = SecretBytes::CopyOf(next);
  Wipe(next.data(), next.size());
  Wipe(message.data(), message.size());
  return key;
}

SecretBytes KeyRenewal::CellKey(const SubjectId& subject, ByteView old) const {
  return Next("signet/renew/cell", subject, old);
}

SecretBytes KeyRenewal::LogKeys(const SubjectId& subject, ByteView old) const {
  const SecretBytes next = Next("signet/renew/log", subject, old);
  SecretBytes all(kLogKeyBytes + old.size());
  const auto rest = std::ranges::copy(next.ExposeSecret(), all.ExposeSecretForWrite().begin()).out;
  std::ranges::copy(old, rest);
  return all;
}

Status RegisterKeyringRenewal(query::Connection& connection,
                              std::shared_ptr<const KeyRenewal> renewal) {
  TRY(RegisterNext(connection, "signet_next_cell_key", renewal, &KeyRenewal::CellKey));
  return RegisterNext(connection, "signet_next_log_keys", std::move(renewal), &KeyRenewal::LogKeys);
}

std::string CellRenewalName(size_t column) {
  return "signet_next_cell_" + std::to_string(column + 1);
}

Result<std::shared_ptr<CellRenewalCounts>> RegisterCellRenewal(
    query::Connection& connection,
    const CellRenewal& cells,
    const std::vector<std::string>& columns) {
  auto counts = std::make_shared<CellRenewalCounts>();
  for (size_t i = 0; i < columns.size(); ++i) {
    query::ScalarFunction function{
        CellRenewalName(i), {ColumnType::kUuid, ColumnType::kBytes}, ColumnType::kBytes, {}};
    const std::string name = cells.source + "." + columns[i];
    function.run = [cells, name, counts](const Arguments& in, ColumnWriter& out) {
      for (size_t r = 0; r < in.rows(); ++r) {
        if (in.AnyNull(r)) continue;
        const ByteView cell = in[1].Blob(r);
        const std::optional<Bytes> next = Renewed(cells, name, SubjectId{in[0].GetUuid(r)}, cell);
        ++(next ? counts->renewed : counts->unreadable);
        out.SetBytes(r, next ? ByteView(*next) : cell);
      }
      return OkStatus();
    };
    TRY(connection.RegisterFunction(std::move(function)));
  }
  return counts;
}

}  // namespace signet::pipelines
