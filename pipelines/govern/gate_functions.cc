#include "pipelines/govern/gate_functions.h"

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "pipelines/govern/cell_cache.h"

namespace signet::pipelines {
namespace {

using query::Arguments;
using query::ColumnWriter;

void AnswerRow(const SubjectTable& table, const Arguments& in, size_t r, ColumnWriter& out) {
  Uuid subject{};
  bool known = false;
  bool blocked = false;
  for (size_t c = 0; c < in.size(); ++c) {
    if (in[c].IsNull(r)) continue;
    Uuid candidate{};
    switch (table.Find(in[c].GetUuid(r), candidate)) {
      case SubjectTable::Answer::kUnknown:
        out.SetUuid(r, kSuppressedRow);
        return;
      case SubjectTable::Answer::kBlocked:
        blocked = true;
        break;
      case SubjectTable::Answer::kKnown:
        if (!known) subject = candidate;
        known = true;
        break;
    }
  }
  if (known) {
    out.SetUuid(r, subject);
  } else if (blocked) {
    out.SetUuid(r, kBlockedRow);
  } else {
    out.SetNull(r);
  }
}

/// Seals the cells of one escrowed column, each once.
class EscrowColumn {
 public:
  EscrowColumn(std::string name, std::shared_ptr<const Keyring> keyring)
      : name_(std::move(name)), keyring_(std::move(keyring)) {}

  Status Run(const Arguments& in, ColumnWriter& out) {
    const std::lock_guard<std::mutex> lock(mutex_);
    rows_.clear();
    keys_.clear();
    for (size_t r = 0; r < in.rows(); ++r) {
      if (in.AnyNull(r)) continue;
      const SubjectId subject{in[0].GetUuid(r)};
      if (subject.value == kSuppressedRow || subject.value == kBlockedRow) {
        out.SetNull(r);
        continue;
      }
      rows_.push_back(r);
      keys_.emplace_back(subject, in[1].Text(r));
    }
    cells_.Prefetch(keys_);
    for (size_t k = 0; k < keys_.size(); ++k) {
      if (const std::optional<ByteView> cell = cells_.Find(keys_[k])) {
        out.SetBytes(rows_[k], *cell);
        continue;
      }
      TRY(TakeKeyOf(keys_[k].subject));
      const Bytes cell = sealer_->SealEscrow(name_, keys_[k].subject, keys_[k].text);
      cells_.Add(keys_[k], cell);
      out.SetBytes(rows_[k], cell);
    }
    return OkStatus();
  }

 private:
  Status TakeKeyOf(const SubjectId& subject) {
    const std::optional<SecretBytes> key = keyring_->CellKey(subject);
    if (!key) return Corrupt("the keyring lacks a subject of the identity table");
    if (sealer_) {
      sealer_->Rekey(*key);
    } else {
      sealer_.emplace(*key);
    }
    return OkStatus();
  }

  std::string name_;
  std::shared_ptr<const Keyring> keyring_;
  std::mutex mutex_;  // guards what follows: a scan may run in several threads
  CellCache cells_;
  std::vector<size_t> rows_;          // of the chunk in hand: those with a cell,
  std::vector<CellCache::Key> keys_;  // and what they are found by
  std::optional<CellSealer> sealer_;
};

std::string Qualified(const SourceSpec& spec, size_t column) {
  return spec.name + "." + spec.columns[column].name;
}

}  // namespace

std::string EscrowFunctionName(size_t column) {
  return "signet_escrow_" + std::to_string(column + 1);
}
std::string EncryptFunctionName(size_t column) {
  return "signet_encrypt_" + std::to_string(column + 1);
}

Status RegisterSubjectFunction(query::Connection& connection,
                               size_t links,
                               std::shared_ptr<const SubjectTable> table) {
  query::ScalarFunction function{"signet_subject",
                                 std::vector<ColumnType>(links, ColumnType::kUuid),
                                 ColumnType::kUuid,
                                 {},
                                 /*sees_null=*/true};
  function.run = [table = std::move(table)](const Arguments& in, ColumnWriter& out) {
    for (size_t c = 0; c < in.size(); ++c) {
      for (size_t r = 0; r < in.rows(); ++r) {
        if (!in[c].IsNull(r)) table->Prefetch(in[c].GetUuid(r));
      }
    }
    for (size_t r = 0; r < in.rows(); ++r) AnswerRow(*table, in, r, out);
    return OkStatus();
  };
  return connection.RegisterFunction(std::move(function));
}

Status RegisterEscrowFunction(query::Connection& connection,
                              const SourceSpec& spec,
                              size_t column,
                              std::shared_ptr<const Keyring> keyring) {
  query::ScalarFunction function{
      EscrowFunctionName(column), {ColumnType::kUuid, ColumnType::kText}, ColumnType::kBytes, {}};
  const auto escrow = std::make_shared<EscrowColumn>(Qualified(spec, column), std::move(keyring));
  function.run = [escrow](const Arguments& in, ColumnWriter& out) { return escrow->Run(in, out); };
  return connection.RegisterFunction(std::move(function));
}

Status RegisterEncryptFunction(query::Connection& connection,
                               const SourceSpec& spec,
                               size_t column,
                               std::shared_ptr<const CellSealer> sealer) {
  query::ScalarFunction function{
      EncryptFunctionName(column), {ColumnType::kText}, ColumnType::kBytes, {}};
  function.run = [sealer = std::move(sealer), name = Qualified(spec, column)](const Arguments& in,
                                                                              ColumnWriter& out) {
    for (size_t r = 0; r < in.rows(); ++r) {
      if (!in.AnyNull(r)) out.SetBytes(r, sealer->SealEncrypted(name, in[0].Text(r)));
    }
    return OkStatus();
  };
  return connection.RegisterFunction(std::move(function));
}

}  // namespace signet::pipelines
