/// Charts as SVG, for reports: each says in words what it shows, and prints in black and white.
///
/// Colours are of Okabe and Ito's palette (safe for colour-blind readers); shades differ in
/// lightness, so that meaning survives a printer. No script, no external reference.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/json.h"

namespace signet::coordinator {

/// One curve or one set of bars.
struct ChartSeries {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;
  bool dashed = false;  ///< a line of reference
};

struct ChartFrame {
  std::string title;    ///< read out in place of the picture, with `summary`
  std::string summary;  ///< one sentence: what is to be seen
  std::string x_label, y_label;
};

/// Lines over a common frame; values must be finite. Empty text if no series has two points.
std::string LineChart(const ChartFrame& frame, const std::vector<ChartSeries>& series);

/// Groups of bars; `labels` name the groups, each series has one y a group.
std::string BarChart(const ChartFrame& frame,
                     const std::vector<std::string>& labels,
                     const std::vector<ChartSeries>& series);

/// An interval a row: estimate, low, high, around a line at `origin`.
struct ChartInterval {
  std::string label;
  double value = 0;
  double low = 0;
  double high = 0;
};
std::string IntervalChart(const ChartFrame& frame,
                          const std::vector<ChartInterval>& intervals,
                          double origin);

/// Cells shaded by value; NaN cells are hatched ("not shown").
std::string HeatChart(const ChartFrame& frame,
                      const std::vector<std::string>& rows,
                      const std::vector<std::string>& columns,
                      const std::vector<double>& values);

/// The hexagons of HexBinsJson (pipelines/segments/projection.h), shaded by count and, where bins
/// name a cluster, coloured by it.
std::string HexBinChart(const Json& hexbins, const std::string& title);

}  // namespace signet::coordinator
