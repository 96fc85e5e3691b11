#include "pipelines/synthetic/record_times.h"

#include <algorithm>

#include "pipelines/synthetic/chunk_files.h"

namespace signet::pipelines::synthetic {

int64_t Seconds(double day) {
  const auto whole = static_cast<int64_t>(day);
  const double fraction = day - static_cast<double>(whole);
  return whole * 86'400 + 28'800 + static_cast<int64_t>(fraction * 46'800.0);
}

size_t PeriodOf(const Span& span, double day) {
  const double share = (day - span.start) / (span.as_of - span.start);
  return static_cast<size_t>(std::clamp(static_cast<int>(share * kPeriods), 0, kPeriods - 1));
}

void WriteMalformedTime(int64_t seconds, Random& random, TextBuffer& out) {
  switch (random.Below(3)) {
    case 0:
      out.Text("2025-13-41 25:61:00");
      break;
    case 1:
      out.Text("n/a");
      break;
    default:
      out.Day(seconds / 86'400).Text("T??");
      break;
  }
}

}  // namespace signet::pipelines::synthetic
