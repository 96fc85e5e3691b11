/// What a run's figures show, as sections of a page: a picture, a sentence and a table for each.
///
/// Figures are recognised by their shape, wherever a stage puts them: `deciles`, `calibration`,
/// `curve` (uplift), `grid`, `clusters`, `hexbins`, `components`, `metrics` (experiment), `judged`
/// and `columns` with `psi` (drift). Counts below the policy's minimum group are not told.
#pragma once

#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "policies/model/purpose.h"

namespace signet::coordinator {

/// A table whose first column names the row.
struct ReportTable {
  std::string caption;
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;

  [[nodiscard]] std::string Html() const;
};

/// The count, or "fewer than 50" where the disclosure gate refuses it.
std::string GatedCount(int64_t count, const policies::PublicationRule& rule);

/// Sections for all figures that are recognised in `figures` of step `step`; empty if none is.
std::string FigureSections(const std::string& step,
                           const Json& figures,
                           const policies::PublicationRule& rule);

}  // namespace signet::coordinator
