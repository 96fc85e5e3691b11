#include "pipelines/identity/identity_table.h"

#include <string>
#include <utility>

namespace signet::pipelines {
namespace {

Column Secret(std::string name, ColumnType type, policies::LabelClass label_class) {
  Column column{std::move(name), type, {}};
  column.label.categories = {"user.unique_id"};
  column.label.identifiability = policies::Identifiability::kPseudonymous;
  column.label.label_class = label_class;
  return column;
}

}  // namespace

Schema IdentitySchema() {
  const auto links = policies::LabelClass::kLinks;
  return Schema{{Secret("link", ColumnType::kUuid, links),
                 Secret("type", ColumnType::kText, links),
                 Secret("subject", ColumnType::kUuid, links),
                 Secret("alias_of", ColumnType::kUuid, links),
                 Secret("blocked", ColumnType::kBool, links),
                 Secret("seen", ColumnType::kInt64, links)}};
}

Schema KeyringSchema() {
  const auto escrow = policies::LabelClass::kEscrow;
  return Schema{{Secret("subject", ColumnType::kUuid, escrow),
                 Secret("cell_key", ColumnType::kBytes, escrow),
                 Secret("log_key", ColumnType::kBytes, escrow)}};
}

}  // namespace signet::pipelines
