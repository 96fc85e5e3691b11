#include "coordinator/cli/report_figure.h"

#include <cmath>

#include "crypto/base/text.h"

namespace signet::coordinator {

std::string ReportFigure(const Json& value) {
  if (value.is_int()) return WithThousands(value.AsInt());
  if (!value.is_number()) return value.is_string() ? value.AsString() : "";
  const double number = value.AsDouble();
  const double size = std::fabs(number);
  if (size >= 1e15) return value.Dump();
  if (size >= 1000) return WithThousands(std::llround(number));
  return FixedText(number, size >= 100 ? 1 : size >= 1 ? 2 : 4);
}

std::string ReportInterval(const Json& estimate) {
  if (!estimate.is_object()) return ReportFigure(estimate);
  if (!estimate["low"].is_number()) return ReportFigure(estimate["value"]);
  return ReportFigure(estimate["value"]) + " (" + ReportFigure(estimate["low"]) + " to " +
         ReportFigure(estimate["high"]) + ")";
}

}  // namespace signet::coordinator
