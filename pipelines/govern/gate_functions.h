/// The gate's functions of SQL: who a row is about, and the sealing of cells.
#pragma once

#include <memory>
#include <string>

#include "crypto/base/status.h"
#include "pipelines/govern/cell_sealer.h"
#include "pipelines/govern/source_spec.h"
#include "pipelines/govern/subject_tables.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

/// What signet_subject answers instead of a person: values that no random id has.
inline constexpr Uuid kSuppressedRow{};  ///< nil
inline constexpr Uuid kBlockedRow{
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/// signet_subject(link_1, ..., link_n) -> uuid: the person of the first link that is not blocked;
/// kSuppressedRow when any link is not in the table; kBlockedRow when all are blocked; NULL when
/// there is none.
Status RegisterSubjectFunction(query::Connection& connection,
                               size_t links,
                               std::shared_ptr<const SubjectTable> table);

/// signet_escrow_<n>(subject, text) -> bytes, for column n of the source. Rows without a person
/// give NULL; kCorrupt when a person has no key in the ring. Each (subject, text) is sealed once:
/// the cell is a function of them.
Status RegisterEscrowFunction(query::Connection& connection,
                              const SourceSpec& spec,
                              size_t column,
                              std::shared_ptr<const Keyring> keyring);

/// signet_encrypt_<n>(text) -> bytes.
Status RegisterEncryptFunction(query::Connection& connection,
                               const SourceSpec& spec,
                               size_t column,
                               std::shared_ptr<const CellSealer> sealer);

std::string EscrowFunctionName(size_t column);
std::string EncryptFunctionName(size_t column);

}  // namespace signet::pipelines
