#include "coordinator/cli/report_sections.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "coordinator/cli/report_charts.h"
#include "coordinator/cli/report_figure.h"
#include "crypto/base/text.h"
#include "policies/disclosure/disclosure.h"
#include "policies/reports/html_text.h"

namespace signet::coordinator {
namespace {

using policies::PublicationRule;

bool Shown(int64_t count, const PublicationRule& rule) {
  return policies::CheckGroup(count, rule).allowed;
}

std::string Section(const std::string& step,
                    const std::string& title,
                    const std::string& sentence,
                    const std::string& picture,
                    const ReportTable& table) {
  return "<section><h3>" + policies::HtmlText(title) + " <small>" + policies::HtmlText(step) +
         "</small></h3><p>" + policies::HtmlText(sentence) + "</p>" +
         (picture.empty() ? "" : "<figure>" + picture + "</figure>") + table.Html() + "</section>";
}

bool AllHave(const Json& list, const char* key) {
  const Json::Array& items = list.items();
  return !items.empty() && std::all_of(items.begin(), items.end(), [key](const Json& item) {
    return item[key].is_number();
  });
}

std::string Deciles(const std::string& step, const Json& deciles, const PublicationRule& rule) {
  ReportTable table{"Deciles by prediction", {"decile", "people", "predicted", "observed"}, {}};
  ChartSeries predicted{"predicted", {}, {}};
  ChartSeries observed{"observed", {}, {}};
  ChartSeries gains{"model", {0}, {0}};
  ChartSeries lift{"lift", {}, {}};
  std::vector<std::string> labels;
  const double count = static_cast<double>(deciles.size());
  const bool has_gains = AllHave(deciles, "gains");
  if (has_gains) table.head.insert(table.head.end(), {"lift", "gains"});
  for (const Json& decile : deciles.items()) {
    if (!Shown(decile["rows"].AsInt(), rule)) return "";
    labels.push_back(std::to_string(labels.size() + 1));
    predicted.y.push_back(decile["predicted"].AsDouble());
    observed.y.push_back(decile["observed"].AsDouble());
    table.rows.push_back({labels.back(),
                          WithThousands(decile["rows"].AsInt()),
                          ReportFigure(decile["predicted"]),
                          ReportFigure(decile["observed"])});
    if (!has_gains) continue;
    gains.x.push_back(static_cast<double>(labels.size()) / count);
    gains.y.push_back(decile["gains"].AsDouble());
    lift.y.push_back(decile["lift"].AsDouble());
    table.rows.back().push_back(ReportFigure(decile["lift"]));
    table.rows.back().push_back(ReportFigure(decile["gains"]));
  }
  const std::string first = "The top tenth by prediction: predicted " +
                            ReportFigure(deciles.items().front()["predicted"]) + ", observed " +
                            ReportFigure(deciles.items().front()["observed"]) + ".";
  std::string picture = BarChart(
      {"Predicted and observed by decile", first, "decile", "mean"}, labels, {predicted, observed});
  if (has_gains) {
    picture += BarChart(
        {"Lift", "How many times the mean of all each decile holds; 1 is chance", "decile", "lift"},
        labels,
        {lift});
    picture += LineChart({"Gains",
                          "Share of the outcome found when the best predicted come first",
                          "share of people",
                          "share of the outcome"},
                         {gains, {"by chance", {0, 1}, {0, 1}}});
  }
  return Section(step, "Deciles and gains", first, picture, table);
}

std::string Calibration(const std::string& step, const Json& bins, const PublicationRule& rule) {
  ReportTable table{"Calibration", {"predicted", "people", "observed (interval)"}, {}};
  ChartSeries line{"model", {}, {}};
  double most = 0;
  for (const Json& bin : bins.items()) {
    if (!Shown(bin["rows"].AsInt(), rule)) continue;
    line.x.push_back(bin["predicted"].AsDouble());
    line.y.push_back(bin["observed"]["value"].AsDouble());
    most = std::max({most, line.x.back(), line.y.back()});
    table.rows.push_back({ReportFigure(bin["predicted"]),
                          WithThousands(bin["rows"].AsInt()),
                          ReportInterval(bin["observed"])});
  }
  if (line.x.size() < 2) return "";
  const std::string sentence =
      "Where the curve lies on the dashed line, predicted chances come true as often as they say.";
  return Section(step,
                 "Calibration",
                 sentence,
                 LineChart({"Calibration", sentence, "predicted", "observed"},
                           {line, {"ideal", {0, most}, {0, most}}}),
                 table);
}

std::string Uplift(const std::string& step, const Json& figures) {
  ChartSeries qini{"by predicted uplift", {0}, {0}};
  ReportTable table{"Qini curve", {"share treated", "extra outcome per person"}, {}};
  const Json::Array& curve = figures["curve"].items();
  const size_t every = std::max<size_t>(1, curve.size() / 10);
  for (size_t i = 0; i < curve.size(); ++i) {
    qini.x.push_back(curve[i]["share"].AsDouble());
    qini.y.push_back(curve[i]["qini"].AsDouble());
    if ((i + 1) % every == 0) {
      table.rows.push_back({ReportFigure(curve[i]["share"]), ReportFigure(curve[i]["qini"])});
    }
  }
  const std::string text = figures["text"].is_string()
                               ? figures["text"].AsString()
                               : "Qini " + ReportInterval(figures["qini"]) + ".";
  return Section(step,
                 "Uplift (Qini)",
                 text,
                 LineChart({"Qini curve", text, "share of people treated", "extra outcome"},
                           {qini, {"at random", {0, 1}, {0, qini.y.back()}}}),
                 table);
}

std::string Grid(const std::string& step, const Json& grid, const PublicationRule& rule) {
  const std::vector<std::string> rows = grid["rows"].AsStrings();
  const std::vector<std::string> columns = grid["columns"].AsStrings();
  std::vector<double> values(rows.size() * columns.size(),
                             std::numeric_limits<double>::quiet_NaN());
  for (const Json& cell : grid["cells"].items()) {
    const auto at = static_cast<size_t>(cell["row"].AsInt()) * columns.size() +
                    static_cast<size_t>(cell["column"].AsInt());
    if (at >= values.size() || !Shown(cell["count"].AsInt(), rule)) continue;
    values[at] = cell["value"].AsDouble();
  }
  const std::string title = grid["title"].AsString();
  const std::string down = grid["row_label"].AsString();
  const std::string across = grid["column_label"].AsString();
  ReportTable table{title, {down + " \\ " + across}, {}};
  table.head.insert(table.head.end(), columns.begin(), columns.end());
  for (size_t r = 0; r < rows.size(); ++r) {
    table.rows.push_back({rows[r]});
    for (size_t c = 0; c < columns.size(); ++c) {
      const double value = values[r * columns.size() + c];
      table.rows.back().push_back(std::isnan(value) ? "not shown" : ReportFigure(Json(value)));
    }
  }
  const std::string sentence = grid["measure"].AsString() + " by " + down + " and " + across +
                               "; hatched cells hold fewer people than may be shown.";
  return Section(step,
                 title,
                 sentence,
                 HeatChart({title, sentence, across, down}, rows, columns, values),
                 table);
}

std::string Clusters(const std::string& step, const Json& figures, const PublicationRule& rule) {
  const std::vector<std::string> columns = figures["columns"].AsStrings();
  ReportTable table{"Clusters", {"cluster", "people", "in words"}, {}};
  for (const std::string& column : columns) table.head.push_back(column + " (mean)");
  std::vector<std::string> names;
  std::vector<double> effects;
  for (const Json& cluster : figures["clusters"].items()) {
    if (!Shown(cluster["size"].AsInt(), rule)) continue;
    names.push_back("cluster " + ReportFigure(cluster["cluster"]));
    table.rows.push_back(
        {names.back(), WithThousands(cluster["size"].AsInt()), cluster["words"].AsString()});
    for (const std::string& column : columns) {
      table.rows.back().push_back(ReportFigure(cluster["mean"][column]));
      effects.push_back(cluster["effect"][column].AsDouble());
    }
  }
  if (names.empty()) return "";
  const std::string sentence =
      "Cell: how many standard deviations the cluster lies above (+) or below (-) everybody. " +
      figures["reason"].AsString() + ".";
  return Section(step,
                 "Cluster profiles",
                 sentence,
                 HeatChart({"Cluster profiles", sentence, "", ""}, names, columns, effects),
                 table);
}

std::string HexBins(const std::string& step, const Json& figures, const PublicationRule& rule) {
  Json shown = figures["hexbins"];
  Json bins{Json::Array()};
  for (const Json& bin : shown["bins"].items()) {
    if (Shown(bin["count"].AsInt(), rule)) bins.Push(bin);
  }
  shown.Set("bins", bins);
  shown.Set("group_min", std::max(shown["group_min"].AsInt(), rule.min_group));
  std::vector<Json> largest(bins.items());
  std::stable_sort(largest.begin(), largest.end(), [](const Json& a, const Json& b) {
    return a["count"].AsInt() > b["count"].AsInt();
  });
  if (largest.size() > 10) largest.resize(10);
  ReportTable table{"The fullest hexagons", {"centre", "people", "mostly cluster"}, {}};
  for (const Json& bin : largest) {
    table.rows.push_back({ReportFigure(bin["x"]) + ", " + ReportFigure(bin["y"]),
                          WithThousands(bin["count"].AsInt()),
                          bin.Has("cluster") ? ReportFigure(bin["cluster"]) : "-"});
  }
  const std::string title =
      figures["title"].is_string() ? figures["title"].AsString() : "People on a plane";
  const std::string sentence =
      WithThousands(static_cast<int64_t>(bins.size())) + " hexagons of at least " +
      WithThousands(shown["group_min"].AsInt()) + " people; smaller ones are left out.";
  return Section(step, title, sentence, HexBinChart(shown, title), table);
}

std::string Experiment(const std::string& step, const Json& figures, const PublicationRule& rule) {
  ReportTable table{
      "Metrics", {"metric, arm", "control", "value", "difference (interval)", "p"}, {}};
  std::vector<ChartInterval> intervals;
  for (const Json& line : figures["metrics"].items()) {
    if (!Shown(line["units"].AsInt(), rule) || !Shown(line["control_units"].AsInt(), rule)) {
      continue;
    }
    const std::string name = line["metric"].AsString() + ", " + line["arm"].AsString();
    table.rows.push_back({name,
                          ReportFigure(line["control"]),
                          ReportFigure(line["value"]),
                          ReportInterval(line["difference"]),
                          ReportFigure(line["p_value"])});
    const Json& relative = line["relative"];
    if (!relative["low"].is_number() || !relative["high"].is_number()) continue;
    intervals.push_back({name,
                         100 * relative["value"].AsDouble(),
                         100 * relative["low"].AsDouble(),
                         100 * relative["high"].AsDouble()});
  }
  if (table.rows.empty()) return "";
  const std::string text =
      figures["text"].is_string() ? figures["text"].AsString() : "Intervals of each metric.";
  return Section(
      step,
      "Experiment",
      text,
      IntervalChart({"Change against control", text, "change in percent", ""}, intervals, 0),
      table);
}

/// Champion and challenger: how far apart, in halves of the interval, so that metrics of different
/// units share an axis.
std::string Paired(const std::string& step, const Json& figures, const PublicationRule& rule) {
  if (!Shown(figures["people"].AsInt(), rule)) return "";
  ReportTable table{"Champion and challenger on the same people",
                    {"metric", "champion", "challenger", "difference (interval)", "verdict"},
                    {}};
  std::vector<ChartInterval> intervals;
  for (const Json& line : figures["paired"].items()) {
    const Json& difference = line["difference"];
    table.rows.push_back({line["metric"].AsString(),
                          ReportFigure(line["a"]),
                          ReportFigure(line["b"]),
                          ReportInterval(difference),
                          line["verdict"].AsString()});
    const double reach = (difference["high"].AsDouble() - difference["low"].AsDouble()) / 2;
    if (reach <= 0) continue;
    const double value = difference["value"].AsDouble() / reach;
    intervals.push_back({line["metric"].AsString(), value, value - 1, value + 1});
  }
  const std::string text = "On " + WithThousands(figures["people"].AsInt()) +
                           " people whom neither learnt from: " + figures["verdict"].AsString() +
                           ".";
  return Section(step,
                 "Champion and challenger",
                 text,
                 intervals.empty() ? ""
                                   : IntervalChart({"Challenger less champion",
                                                    text,
                                                    "difference, in halves of its 95 % interval",
                                                    ""},
                                                   intervals,
                                                   0),
                 table);
}

std::string Drift(const std::string& step, const Json& figures) {
  ReportTable table{"Drift", {"column", "PSI", "KS", "verdict"}, {}};
  std::vector<Json> columns(figures["columns"].items());
  std::stable_sort(columns.begin(), columns.end(), [](const Json& a, const Json& b) {
    return a["psi"].AsDouble() > b["psi"].AsDouble();
  });
  ChartSeries psi{"PSI", {}, {}};
  std::vector<std::string> labels;
  for (const Json& column : columns) {
    table.rows.push_back({column["column"].AsString(),
                          ReportFigure(column["psi"]),
                          ReportFigure(column["ks"]),
                          column["verdict"].AsString()});
    if (labels.size() == 8) continue;
    labels.push_back(column["column"].AsString().substr(0, 11));
    psi.y.push_back(column["psi"].AsDouble());
  }
  const std::string sentence =
      "Overall: " + figures["verdict"].AsString() + ". " + figures["normalisation"].AsString();
  return Section(step,
                 "Drift",
                 sentence,
                 BarChart({"Drift by column", sentence, "", "PSI"}, labels, {psi}),
                 table);
}

std::string Components(const std::string& step, const Json& components) {
  ReportTable table{"Principal components", {"component", "share of variance", "loadings"}, {}};
  ChartSeries share{"share of variance", {}, {}};
  std::vector<std::string> labels;
  for (const Json& component : components.items()) {
    labels.push_back(ReportFigure(component["component"]));
    share.y.push_back(component["explained_variance_ratio"].AsDouble());
    std::vector<std::string> loadings;
    for (const auto& [name, value] : component["loadings"].fields()) {
      loadings.push_back(name + " " + FixedText(value.AsDouble(), 2));
    }
    table.rows.push_back({labels.back(), FixedText(share.y.back(), 4), Join(loadings, ", ")});
  }
  const std::string sentence = "How much of the variance each component carries.";
  return Section(
      step,
      "Principal components",
      sentence,
      BarChart({"Principal components", sentence, "component", "share"}, labels, {share}),
      table);
}

/// What this object itself shows.
std::string Own(const std::string& step, const Json& figures, const PublicationRule& rule) {
  std::string html;
  if (AllHave(figures["deciles"], "predicted") && AllHave(figures["deciles"], "observed")) {
    html += Deciles(step, figures["deciles"], rule);
  }
  if (AllHave(figures["calibration"], "predicted")) {
    html += Calibration(step, figures["calibration"], rule);
  }
  if (AllHave(figures["curve"], "qini")) html += Uplift(step, figures);
  if (figures["grid"]["cells"].is_array()) html += Grid(step, figures["grid"], rule);
  for (const Json& grid : figures["grids"].items()) html += Grid(step, grid, rule);
  if (AllHave(figures["clusters"], "size")) html += Clusters(step, figures, rule);
  if (figures["hexbins"]["bins"].is_array()) html += HexBins(step, figures, rule);
  if (AllHave(figures["components"], "explained_variance_ratio")) {
    html += Components(step, figures["components"]);
  }
  const Json::Array& metrics = figures["metrics"].items();
  if (!metrics.empty() && metrics.front().Has("difference")) {
    html += Experiment(step, figures, rule);
  }
  if (figures["judged"].is_object()) html += Paired(step, figures, rule);
  if (AllHave(figures["columns"], "psi")) html += Drift(step, figures);
  return html;
}

}  // namespace

std::string ReportTable::Html() const {
  if (rows.empty()) return "";
  std::string html = "<table><caption>" + policies::HtmlText(caption) + "</caption><thead><tr>";
  for (const std::string& cell : head) {
    html += "<th scope=\"col\">" + policies::HtmlText(cell) + "</th>";
  }
  html += "</tr></thead><tbody>";
  for (const std::vector<std::string>& row : rows) {
    html += "<tr>";
    for (size_t c = 0; c < row.size(); ++c) {
      html += (c == 0 ? "<th scope=\"row\">" : "<td>") + policies::HtmlText(row[c]) +
              (c == 0 ? "</th>" : "</td>");
    }
    html += "</tr>";
  }
  return html + "</tbody></table>";
}

std::string GatedCount(int64_t count, const PublicationRule& rule) {
  return Shown(count, rule) ? WithThousands(count) : "fewer than " + WithThousands(rule.min_group);
}

std::string FigureSections(const std::string& step,
                           const Json& figures,
                           const PublicationRule& rule) {
  std::string html = Own(step, figures, rule);
  for (const auto& [name, value] : figures.fields()) {
    // Baselines and folds repeat the shapes of what they are compared with.
    if (name == "baselines" || name == "folds" || !value.is_object()) continue;
    html += FigureSections(step, value, rule);
  }
  return html;
}

}  // namespace signet::coordinator
