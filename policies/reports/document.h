/// A report before it is a page: sections, tables and open questions, as JSON, CSV or HTML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/json.h"

namespace signet::policies {

struct ReportTable {
  std::string caption;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< as many cells as columns (a CHECK)
};

struct ReportSection {
  std::string heading;
  std::string article;  ///< which rule asks for it: "GDPR Art. 30(1)(b)"
  std::vector<std::string> paragraphs;
  std::vector<ReportTable> tables;
  /// What only a person can answer; marked as open in every form.
  std::vector<std::string> open_questions;
};

/// No personal data: names of ours, categories, counts.
struct ReportDocument {
  std::string kind;  ///< "ropa", "dpia", "breach", "lineage", "requests"
  std::string title;
  std::string made;  ///< when, in words for people
  Json facts;        ///< what machines read; part of the JSON form
  std::vector<ReportSection> sections;

  /// {report, title, made, facts, sections: [{heading, article, paragraphs, tables: [{caption,
  /// columns, rows}], open_questions}]}.
  [[nodiscard]] Json ToJson() const;
  /// RFC 4180: each table below its caption, an empty line between two. Cells are made safe for
  /// spreadsheets.
  [[nodiscard]] std::string ToCsv() const;
  /// One page without scripts or outside resources, for screens, printers and screen readers
  /// (WCAG 2.2: language, one h1, headings in order, captions, header cells with scope).
  [[nodiscard]] std::string ToHtml() const;
};

}  // namespace signet::policies
