#include "coordinator/cli/report_charts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "policies/reports/html_text.h"

namespace signet::coordinator {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

constexpr double kWidth = 640;
constexpr double kHeight = 300;
constexpr double kLeft = 64;
constexpr double kRight = 16;
constexpr double kTop = 12;
constexpr double kBottom = 48;
constexpr int kTicks = 5;
constexpr std::array<std::string_view, 8> kColours = {
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c6d00"};
constexpr std::array<std::string_view, 4> kMarks = {"", "2 3", "8 3", "8 3 2 3"};

std::string_view ColourOf(size_t i) {
  return kColours[i % kColours.size()];
}

/// Coordinates need one digit behind the point.
std::string At(double value) {
  return FixedText(value, 1);
}

/// A number beside an axis: as few digits as its step needs.
std::string TickText(double value, double step) {
  const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 6);
  const std::string text = FixedText(value == 0 ? 0.0 : value, digits);
  return digits == 0 && std::fabs(value) >= 10'000 && std::fabs(value) < 9e15
             ? WithThousands(std::llround(value))
             : text;
}

/// A range of values as round steps (1, 2 or 5 times a power of ten).
struct Axis {
  double low = 0;
  double high = 1;
  double step = 0.2;

  /// low, low + step, ... high: both ends are multiples of the step.
  [[nodiscard]] std::vector<double> Ticks() const {
    const auto steps = static_cast<int>(std::lround((high - low) / step));
    std::vector<double> ticks;
    ticks.reserve(static_cast<size_t>(steps) + 1);
    for (int i = 0; i <= steps; ++i) ticks.push_back(low + i * step);
    return ticks;
  }

  static Axis Over(double least, double most) {
    Axis axis;
    if (!(most > least)) {
      least -= 0.5;
      most += 0.5;
    }
    const double rough = (most - least) / kTicks;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    const double lead = rough / power;
    axis.step = power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
    axis.low = std::floor(least / axis.step + 1e-9) * axis.step;
    axis.high = std::ceil(most / axis.step - 1e-9) * axis.step;
    return axis;
  }
  [[nodiscard]] double Share(double value) const { return (value - low) / (high - low); }
};

std::string Text(double x, double y, std::string_view anchor, std::string_view text) {
  return "<text x=\"" + At(x) + "\" y=\"" + At(y) + "\" text-anchor=\"" + std::string(anchor) +
         "\">" + policies::HtmlText(text) + "</text>";
}

std::string Line(double x1, double y1, double x2, double y2, std::string_view style) {
  return "<line x1=\"" + At(x1) + "\" y1=\"" + At(y1) + "\" x2=\"" + At(x2) + "\" y2=\"" + At(y2) +
         "\" " + std::string(style) + "/>";
}

std::string Rect(double x, double y, double width, double height, std::string_view style) {
  return "<rect x=\"" + At(x) + "\" y=\"" + At(y) + "\" width=\"" + At(width) + "\" height=\"" +
         At(height) + "\" " + std::string(style) + "/>";
}

std::string Fill(std::string_view colour, double opacity = 1) {
  return "fill=\"" + std::string(colour) + "\" fill-opacity=\"" + FixedText(opacity, 2) + "\"";
}

/// The opening tag with what a screen reader says.
std::string Opened(const ChartFrame& frame, double width, double height) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + At(width) + " " + At(height) +
         "\" role=\"img\" font-family=\"system-ui,sans-serif\" font-size=\"12\" aria-label=\"" +
         policies::HtmlText(frame.title + ". " + frame.summary) + "\"><title>" +
         policies::HtmlText(frame.title) + "</title><desc>" + policies::HtmlText(frame.summary) +
         "</desc>";
}

/// A frame with two axes; draws what is inside by Share.
struct Plot {
  Axis x;
  Axis y;
  double height = kHeight;

  [[nodiscard]] double X(double value) const {
    return kLeft + x.Share(value) * (kWidth - kLeft - kRight);
  }
  [[nodiscard]] double Y(double value) const {
    return height - kBottom - y.Share(value) * (height - kTop - kBottom);
  }
  [[nodiscard]] std::string YAxis(const ChartFrame& frame) const {
    std::string svg;
    for (const double tick : y.Ticks()) {
      svg += Line(kLeft, Y(tick), kWidth - kRight, Y(tick), "stroke=\"#ddd\"");
      svg += Text(kLeft - 6, Y(tick) + 4, "end", TickText(tick, y.step));
    }
    return svg + "<text transform=\"translate(14 " + At((height - kBottom) / 2) +
           ") rotate(-90)\" text-anchor=\"middle\">" + policies::HtmlText(frame.y_label) +
           "</text>";
  }
  [[nodiscard]] std::string XAxis(const ChartFrame& frame) const {
    std::string svg;
    for (const double tick : x.Ticks()) {
      svg += Line(X(tick), height - kBottom, X(tick), height - kBottom + 4, "stroke=\"#333\"");
      svg += Text(X(tick), height - kBottom + 17, "middle", TickText(tick, x.step));
    }
    return svg + XLabel(frame);
  }
  [[nodiscard]] std::string XLabel(const ChartFrame& frame) const {
    return Line(kLeft, height - kBottom, kWidth - kRight, height - kBottom, "stroke=\"#333\"") +
           Text((kLeft + kWidth) / 2, height - 8, "middle", frame.x_label);
  }
};

std::string Legend(const std::vector<ChartSeries>& series, bool lines) {
  if (series.size() < 2) return "";
  std::string svg;
  double x = kLeft + 8;
  for (size_t i = 0; i < series.size(); ++i) {
    const std::string colour(ColourOf(i));
    if (lines) {
      svg += Line(x,
                  kTop + 6,
                  x + 22,
                  kTop + 6,
                  "stroke=\"" + colour + "\" stroke-width=\"2\" stroke-dasharray=\"" +
                      std::string(kMarks[i % kMarks.size()]) + "\"");
    } else {
      svg += Rect(x + 8, kTop, 12, 12, Fill(colour));
    }
    svg += Text(x + 26, kTop + 10, "start", series[i].name);
    x += 40 + 6.6 * static_cast<double>(series[i].name.size());
  }
  return svg;
}

/// Least and greatest of the values that are told.
std::pair<double, double> RangeOf(const std::vector<double>& values) {
  double low = kInfinity;
  double high = -kInfinity;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  return {low, high};
}

}  // namespace

std::string LineChart(const ChartFrame& frame, const std::vector<ChartSeries>& series) {
  double low[2] = {kInfinity, kInfinity};
  double high[2] = {-kInfinity, -kInfinity};
  for (const ChartSeries& s : series) {
    for (size_t i = 0; i < s.x.size(); ++i) {
      low[0] = std::min(low[0], s.x[i]);
      high[0] = std::max(high[0], s.x[i]);
      low[1] = std::min(low[1], s.y[i]);
      high[1] = std::max(high[1], s.y[i]);
    }
  }
  if (!(high[0] >= low[0])) return "";
  const Plot plot{Axis::Over(low[0], high[0]), Axis::Over(std::min(0.0, low[1]), high[1])};
  std::string svg = Opened(frame, kWidth, kHeight) + plot.YAxis(frame) + plot.XAxis(frame);
  for (size_t s = 0; s < series.size(); ++s) {
    std::string points;
    for (size_t i = 0; i < series[s].x.size(); ++i) {
      points += At(plot.X(series[s].x[i])) + "," + At(plot.Y(series[s].y[i])) + " ";
    }
    svg += "<polyline fill=\"none\" stroke=\"" + std::string(ColourOf(s)) +
           "\" stroke-width=\"2\" stroke-dasharray=\"" + std::string(kMarks[s % kMarks.size()]) +
           "\" points=\"" + points + "\"/>";
  }
  return svg + Legend(series, /*lines=*/true) + "</svg>";
}

std::string BarChart(const ChartFrame& frame,
                     const std::vector<std::string>& labels,
                     const std::vector<ChartSeries>& series) {
  double low = 0;
  double high = 0;
  for (const ChartSeries& s : series) {
    for (const double y : s.y) {
      low = std::min(low, y);
      high = std::max(high, y);
    }
  }
  if (labels.empty() || series.empty()) return "";
  // Room above the bars for the legend.
  if (series.size() > 1) high += (high - low) * 0.12;
  const Plot plot{Axis{0, static_cast<double>(labels.size()), 1}, Axis::Over(low, high)};
  std::string svg = Opened(frame, kWidth, kHeight) + plot.YAxis(frame) + plot.XLabel(frame);
  const double width = 0.8 / static_cast<double>(series.size());
  for (size_t g = 0; g < labels.size(); ++g) {
    const auto group = static_cast<double>(g);
    for (size_t s = 0; s < series.size(); ++s) {
      if (g >= series[s].y.size()) continue;
      const double from = plot.X(group + 0.1 + static_cast<double>(s) * width);
      const double to = plot.X(group + 0.1 + static_cast<double>(s + 1) * width) - 1;
      const double top = plot.Y(std::max(0.0, series[s].y[g]));
      const double base = plot.Y(std::min(0.0, series[s].y[g]));
      svg += Rect(from, top, to - from, base - top, Fill(ColourOf(s)));
    }
    svg += Text(plot.X(group + 0.5), kHeight - kBottom + 17, "middle", labels[g]);
  }
  return svg + Legend(series, /*lines=*/false) + "</svg>";
}

std::string IntervalChart(const ChartFrame& frame,
                          const std::vector<ChartInterval>& intervals,
                          double origin) {
  if (intervals.empty()) return "";
  constexpr double kNames = 190;
  constexpr double kRowHeight = 26;
  double low = origin;
  double high = origin;
  for (const ChartInterval& i : intervals) {
    low = std::min(low, i.low);
    high = std::max(high, i.high);
  }
  const Axis axis = Axis::Over(low, high);
  const double height = kRowHeight * static_cast<double>(intervals.size()) + kTop + kBottom;
  const auto x = [&](double value) {
    return kNames + axis.Share(value) * (kWidth - kNames - kRight);
  };
  std::string svg = Opened(frame, kWidth, height);
  for (const double tick : axis.Ticks()) {
    svg += Line(x(tick), kTop, x(tick), height - kBottom, "stroke=\"#ddd\"");
    svg += Text(x(tick), height - kBottom + 17, "middle", TickText(tick, axis.step));
  }
  svg += Line(x(origin), kTop, x(origin), height - kBottom, "stroke=\"#333\"");
  svg += Text((kNames + kWidth) / 2, height - 8, "middle", frame.x_label);
  for (size_t r = 0; r < intervals.size(); ++r) {
    const double y = kTop + kRowHeight * (static_cast<double>(r) + 0.5);
    const ChartInterval& i = intervals[r];
    svg += Text(kNames - 8, y + 4, "end", i.label);
    svg += Line(x(i.low), y, x(i.high), y, "stroke=\"#0072b2\" stroke-width=\"3\"");
    svg += "<circle cx=\"" + At(x(i.value)) + "\" cy=\"" + At(y) + "\" r=\"5\" fill=\"#0072b2\"/>";
  }
  return svg + "</svg>";
}

std::string HeatChart(const ChartFrame& frame,
                      const std::vector<std::string>& rows,
                      const std::vector<std::string>& columns,
                      const std::vector<double>& values) {
  if (rows.empty() || columns.empty() || values.size() != rows.size() * columns.size()) return "";
  const auto [low, high] = RangeOf(values);
  constexpr double kNames = 130;
  constexpr double kCell = 34;
  const double width = (kWidth - kNames - kRight) / static_cast<double>(columns.size());
  const double height = kTop + kCell * static_cast<double>(rows.size()) + kBottom;
  std::string svg =
      Opened(frame, kWidth, height) +
      "<defs><pattern id=\"hidden\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
      "<path d=\"M0 6L6 0\" stroke=\"#999\"/></pattern></defs>";
  for (size_t r = 0; r < rows.size(); ++r) {
    const double y = kTop + kCell * static_cast<double>(r);
    svg += Text(kNames - 8, y + kCell / 2 + 4, "end", rows[r]);
    for (size_t c = 0; c < columns.size(); ++c) {
      const double x = kNames + width * static_cast<double>(c);
      const double value = values[r * columns.size() + c];
      if (std::isnan(value)) {
        svg += Rect(x, y, width - 2, kCell - 2, "fill=\"url(#hidden)\"");
        continue;
      }
      const double share = high > low ? (value - low) / (high - low) : 0.5;
      svg += Rect(x, y, width - 2, kCell - 2, Fill("#0072b2", 0.08 + 0.92 * share));
      svg += "<text x=\"" + At(x + width / 2) + "\" y=\"" + At(y + kCell / 2 + 4) +
             "\" text-anchor=\"middle\" fill=\"" + (share > 0.5 ? "#fff" : "#1a1a1a") + "\">" +
             TickText(value, std::fabs(high) >= 10 ? 1 : 0.01) + "</text>";
    }
  }
  for (size_t c = 0; c < columns.size(); ++c) {
    svg += Text(kNames + width * (static_cast<double>(c) + 0.5),
                height - kBottom + 17,
                "middle",
                columns[c]);
  }
  return svg + Text((kNames + kWidth) / 2, height - 8, "middle", frame.x_label) + "</svg>";
}

std::string HexBinChart(const Json& hexbins, const std::string& title) {
  const Json::Array& bins = hexbins["bins"].items();
  const double radius = hexbins["radius"].AsDouble();
  const std::string group = WithThousands(hexbins["group_min"].AsInt());
  ChartFrame frame;
  frame.title = title;
  frame.summary = WithThousands(static_cast<int64_t>(bins.size())) + " hexagons of at least " +
                  group + " people each, darker for more";
  if (bins.empty() || !(radius > 0)) return "";
  double low[2] = {kInfinity, kInfinity};
  double high[2] = {-kInfinity, -kInfinity};
  double most = 1;
  for (const Json& bin : bins) {
    const double at[2] = {bin["x"].AsDouble(), bin["y"].AsDouble()};
    for (int c = 0; c < 2; ++c) {
      low[c] = std::min(low[c], at[c] - radius);
      high[c] = std::max(high[c], at[c] + radius);
    }
    most = std::max(most, bin["count"].AsDouble());
  }
  const double scale = std::min((kWidth - 20) / (high[0] - low[0]), 460 / (high[1] - low[1]));
  const double height = (high[1] - low[1]) * scale + 20;
  std::string svg = Opened(frame, kWidth, height);
  for (const Json& bin : bins) {
    const double x = 10 + (bin["x"].AsDouble() - low[0]) * scale;
    const double y = height - 10 - (bin["y"].AsDouble() - low[1]) * scale;
    std::string corners;
    for (int corner = 0; corner < 6; ++corner) {
      const double angle = 3.14159265358979 / 3 * corner + 3.14159265358979 / 6;
      corners += At(x + radius * scale * std::cos(angle)) + "," +
                 At(y + radius * scale * std::sin(angle)) + " ";
    }
    const int64_t cluster = bin["cluster"].AsInt();
    const std::string_view colour =
        cluster > 0 ? ColourOf(static_cast<size_t>(cluster - 1)) : "#444";
    const double shade = 0.15 + 0.85 * std::sqrt(bin["count"].AsDouble() / most);
    svg += "<polygon points=\"" + corners + "\" " + Fill(colour, shade) + " stroke=\"#fff\"/>";
  }
  return svg + "</svg>";
}

}  // namespace signet::coordinator
