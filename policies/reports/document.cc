#include "policies/reports/document.h"

#include "crypto/base/check.h"
#include "crypto/base/csv.h"
#include "policies/reports/html_text.h"

namespace signet::policies {
namespace {

constexpr std::string_view kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;"
    "color:#1a1a1a;background:#fff}h1{margin-bottom:0}h2{border-bottom:2px solid #0072b2;"
    "margin-top:2.5rem}.article{color:#595959}table{border-collapse:collapse;margin:.5rem 0 1.5rem;"
    "font-size:14px}caption{text-align:left;color:#595959}th,td{border-bottom:1px solid #ccc;"
    "text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}.overflow{overflow-x:auto}"
    ".open{border-left:4px solid #b00020;padding:.2rem .8rem;background:#fff4f4}"
    "section{break-inside:avoid}"
    "@media print{body{margin:0;max-width:none;font-size:10pt}.open{background:none}"
    ".overflow{overflow:visible}tr{break-inside:avoid}thead{display:table-header-group}}";

std::string Element(std::string_view name, std::string_view text) {
  return "<" + std::string(name) + ">" + HtmlText(text) + "</" + std::string(name) + ">";
}

std::string TableHtml(const ReportTable& table) {
  std::string html = "<div class=\"overflow\" role=\"region\" tabindex=\"0\" aria-label=\"" +
                     HtmlText(table.caption) + "\"><table>" + Element("caption", table.caption) +
                     "<thead><tr>";
  for (const std::string& column : table.columns) {
    html += "<th scope=\"col\">" + HtmlText(column) + "</th>";
  }
  html += "</tr></thead><tbody>";
  for (const std::vector<std::string>& row : table.rows) {
    CHECK(row.size() == table.columns.size());
    html += "<tr>";
    for (size_t i = 0; i < row.size(); ++i) {
      html += i == 0 ? "<th scope=\"row\">" + HtmlText(row[i]) + "</th>" : Element("td", row[i]);
    }
    html += "</tr>";
  }
  if (table.rows.empty()) {
    html += "<tr><td colspan=\"" + std::to_string(table.columns.size()) + "\">none</td></tr>";
  }
  return html + "</tbody></table></div>\n";
}

std::string SectionHtml(const ReportSection& section, size_t number) {
  const std::string id = "s" + std::to_string(number);
  std::string html = "<section aria-labelledby=\"" + id + "\"><h2 id=\"" + id + "\">" +
                     HtmlText(section.heading) + "</h2>\n";
  if (!section.article.empty()) {
    html += "<p class=\"article\">" + HtmlText(section.article) + "</p>\n";
  }
  for (const std::string& paragraph : section.paragraphs) html += Element("p", paragraph) + "\n";
  for (const ReportTable& table : section.tables) html += TableHtml(table);
  for (const std::string& question : section.open_questions) {
    html += "<p class=\"open\"><strong>Open question:</strong> " + HtmlText(question) + "</p>\n";
  }
  return html + "</section>\n";
}

std::string CsvLine(const std::vector<std::string>& cells) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) line += (i == 0 ? "" : ",") + CsvField(cells[i]);
  return line + "\r\n";
}

Json TableJson(const ReportTable& table) {
  Json rows{Json::Array()};
  for (const std::vector<std::string>& row : table.rows) rows.Push(Json::Strings(row));
  return Json::Of(
      {{"caption", table.caption}, {"columns", Json::Strings(table.columns)}, {"rows", rows}});
}

}  // namespace

Json ReportDocument::ToJson() const {
  Json list{Json::Array()};
  for (const ReportSection& section : sections) {
    Json tables{Json::Array()};
    for (const ReportTable& table : section.tables) tables.Push(TableJson(table));
    list.Push(Json::Of({{"heading", section.heading},
                        {"article", section.article},
                        {"paragraphs", Json::Strings(section.paragraphs)},
                        {"tables", tables},
                        {"open_questions", Json::Strings(section.open_questions)}}));
  }
  return Json::Of(
      {{"report", kind}, {"title", title}, {"made", made}, {"facts", facts}, {"sections", list}});
}

std::string ReportDocument::ToCsv() const {
  std::string csv;
  for (const ReportSection& section : sections) {
    for (const ReportTable& table : section.tables) {
      if (!csv.empty()) csv += "\r\n";
      csv += CsvLine({section.heading + ": " + table.caption});
      csv += CsvLine(table.columns);
      for (const std::vector<std::string>& row : table.rows) csv += CsvLine(row);
    }
    for (const std::string& question : section.open_questions) {
      csv += CsvLine({"OPEN QUESTION", section.heading, question});
    }
  }
  return csv;
}

std::string ReportDocument::ToHtml() const {
  std::string html =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\">";
  html += Element("title", title) + "<style>" + std::string(kStyle) + "</style></head><body><main>";
  html += Element("h1", title) + "\n<p class=\"article\">Made " + HtmlText(made) +
          " by Signet from what ran.</p>\n";
  for (size_t i = 0; i < sections.size(); ++i) html += SectionHtml(sections[i], i + 1);
  return html + "</main></body></html>\n";
}

}  // namespace signet::policies
