#include "coordinator/cli/lab_experiment_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

/// Letters on screen, not bytes.
size_t Width(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

std::string Percent(const Json& value) {
  return value.is_null() ? "-" : FixedText(100 * value.AsDouble(), 2) + " %";
}

std::string IntervalText(const Json& estimate) {
  if (estimate["low"].is_null()) return "-";
  return "[" + FigureText(estimate["low"]) + ", " + FigureText(estimate["high"]) + "]";
}

std::string PText(const Json& value) {
  if (value.is_null()) return "-";
  return value.AsDouble() < 1e-4 ? FigureText(value) : FixedText(value.AsDouble(), 5);
}

/// The columns that every line has.
std::vector<std::string> Cells(const Json& line, bool adjusted) {
  std::vector<std::string> cells = {line["metric"].AsString(),
                                    line["arm"].AsString(),
                                    FigureText(line["value"]),
                                    FigureText(line["control"]),
                                    FigureText(line["difference"]["value"]),
                                    IntervalText(line["difference"]),
                                    Percent(line["relative"]["value"]),
                                    FigureText(line["statistic"]),
                                    PText(line["p_value"])};
  if (adjusted) cells.push_back(PText(line["adjusted_p_value"]));
  cells.emplace_back(line["significant"].AsBool() ? "*" : "");
  return cells;
}

std::string MetricsTable(const Json& figures, const char* key) {
  const bool adjusted = figures["correction"].AsString() != "none";
  const bool segments = std::string_view(key) == "segments";
  std::vector<std::string> heading = {
      "metric", "arm", "value", "control", "difference", "interval", "relative", "z / t", "p"};
  if (adjusted) heading.emplace_back("adjusted p");
  heading.emplace_back("");
  if (segments) heading.insert(heading.begin(), "segment");
  std::vector<std::vector<std::string>> rows = {heading};
  for (const Json& line : figures[key].items()) {
    rows.push_back(Cells(line, adjusted));
    if (segments) rows.back().insert(rows.back().begin(), line["segment"].AsString());
  }
  return rows.size() == 1 ? "" : TableText(rows) + "\n";
}

std::string BoundaryText(const Json& look, bool crossed) {
  return "boundary |z| " + FigureText(look["z"]) + (crossed ? " crossed" : " not crossed");
}

/// Second thoughts on a line: what CUPED did, always-valid, Bayes, margins, problems.
std::string Details(const Json& line) {
  std::string text;
  const auto add = [&text](const std::string& more) { text += (text.empty() ? "" : "; ") + more; };
  if (line.Has("variance_removed")) {
    add(std::string(line.Has("cuped") ? "CUPED" : "strata") + " removed " +
        Percent(line["variance_removed"]) + " of the variance");
  }
  if (const Json& valid = line["sequential"]; valid.is_object()) {
    add("always valid " + IntervalText(valid["difference"]) + " p " + PText(valid["p_value"]));
  }
  if (const Json::Array& looks = line["group_sequential"]["looks"].items(); !looks.empty()) {
    add(BoundaryText(looks.back(), line["group_sequential"]["crossed"].AsBool()));
  }
  if (const Json& bayes = line["bayes"]; bayes.is_object() && bayes.Has("chance_to_win")) {
    add("chance to win " + Percent(bayes["chance_to_win"]) + ", expected loss " +
        FigureText(bayes["expected_loss"]));
  }
  if (const Json& margin = line["non_inferiority"]; margin.is_object()) {
    add("within the margin " + FigureText(margin["margin"]) + ": " +
        (margin["shown"].AsBool() ? "shown" : "not shown"));
  }
  if (line["guardrail"].AsBool()) add("guardrail");
  if (line["missing"].AsDouble() + line["control_missing"].AsDouble() > 0) {
    add("missing " + FigureText(line["missing"]) + " and " + FigureText(line["control_missing"]));
  }
  if (line.Has("problem")) add(line["problem"].AsString());
  if (text.empty()) return "";
  return "  " + line["metric"].AsString() + ", " + line["arm"].AsString() + ": " + text + "\n";
}

std::string ArmsText(const Json& figures) {
  std::string text = "arms: ";
  bool first = true;
  for (const auto& [name, arm] : figures["arms"].fields()) {
    text += (first ? "" : ", ") + name + " " +
            WithThousands(static_cast<int64_t>(arm["analysed"].AsDouble())) + " (" +
            Percent(arm["share"]) + ", planned " + Percent(arm["expected_share"]) + ")";
    first = false;
  }
  const Json& ratio = figures["sample_ratio"];
  return text + "\nsample ratio: chi-square " + FigureText(ratio["chi_square"]) + " (" +
         FigureText(ratio["degrees"]) + " df), p " + PText(ratio["p_value"]) + ": " +
         ratio["verdict"].AsString() + "\n";
}

std::string ReadingText(const Json& reading) {
  std::string text;
  const auto told = [&](const char* key, const std::string& words) {
    if (reading[key].AsInt() > 0) text += WithThousands(reading[key].AsInt()) + words + "\n";
  };
  told("rows_without_unit_or_arm", " rows without unit or arm left out");
  told("units_with_several_rows", " units have several rows");
  told("units_in_several_arms", " units in several arms left out");
  for (const Json& name : reading["added_up_per_unit"].items()) {
    text += "'" + name.AsString() + "' differs between a unit's rows: added up per unit\n";
  }
  for (const auto& [name, caps] : reading["winsorised"].fields()) {
    text += "'" + name + "' capped at " + FigureText(caps["high"]) + "\n";
  }
  return text;
}

}  // namespace

std::string FigureText(const Json& value) {
  if (!value.is_number()) return "-";
  char text[48];
  static_cast<void>(std::snprintf(text, sizeof(text), "%.6g", value.AsDouble()));
  return text;
}

std::string TableText(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths(rows.empty() ? 0 : rows.front().size(), 0);
  for (const std::vector<std::string>& row : rows) {
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], Width(row[c]));
  }
  std::string text;
  for (const std::vector<std::string>& row : rows) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c) {
      line += row[c];
      line.append(c + 1 == row.size() ? 0 : widths[c] - Width(row[c]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string ExperimentText(const Json& figures) {
  std::string text = ArmsText(figures) + ReadingText(figures["reading"]) + "\n";
  text += MetricsTable(figures, "metrics");
  for (const Json& line : figures["metrics"].items()) text += Details(line);
  for (const auto& [metric, arms] : figures["chance_to_be_best"].fields()) {
    text += "  " + metric + ", chance to be best:";
    for (const auto& [arm, chance] : arms.fields()) text += " " + arm + " " + Percent(chance);
    text += "\n";
  }
  const std::string segments = MetricsTable(figures, "segments");
  if (!segments.empty()) text += "\n" + segments;
  for (const Json& finding : figures["heterogeneity"].items()) {
    text += "  " + finding["metric"].AsString() + ", " + finding["arm"].AsString() +
            ": segments differ with p " + PText(finding["p_value"]) + " (Cochran's Q " +
            FigureText(finding["q"]) + ", " + FigureText(finding["degrees"]) + " df)\n";
  }
  for (const Json& warning : figures["warnings"].items()) {
    text += "warning: " + warning.AsString() + "\n";
  }
  return text + "\n" + figures["decision"].AsString() + ": " + figures["text"].AsString() + "\n";
}

}  // namespace signet::coordinator
