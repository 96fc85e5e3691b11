/// From the rows of any table to the sums of a read-out, one unit counted once.
///
/// A unit that occurs in several arms is left out and counted. A unit with several rows in one arm:
/// a metric whose values never differ between the rows of one unit is taken once (an exposure
/// logged twice); one whose values do differ anywhere is added up per unit (events), and a
/// proportion asks for any. So the reading depends on the data alone, not on the order of rows.
/// Rows without unit or arm are left out and counted; a missing outcome leaves the unit out of that
/// metric.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/experiments/evaluation.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

/// A metric as SQL expressions over the table. Numbers, booleans and text that says yes or no
/// (true/false, t/f, yes/no, y/n, 1/0) are taken; others are kInvalid.
struct MetricColumns {
  MetricDesign design;
  std::string value;
  std::string per;       ///< ratio: the denominator
  double winsorise = 0;  ///< cap at this quantile over all units (0.99; 0: not), and where there
                         ///< are negative values also below at its mirror
};

struct UnitRowsSpec {
  enum class Repeats {
    kByData,  ///< as above
    kOnce,    ///< differing rows of a unit are kInvalid
    kSum,     ///< always added up
  };

  std::string table;      ///< its name
  std::string unit;       ///< SQL; empty: each row is a unit
  std::string arm;        ///< SQL
  std::string covariate;  ///< SQL, for metrics with `adjusted`; NULL counts as the mean
  std::string segment;    ///< SQL, optional
  std::string stratum;    ///< SQL, optional
  Repeats repeats = Repeats::kByData;
  std::vector<MetricColumns> metrics;
};

struct UnitRows {
  UnitCounts units;
  std::vector<MetricSums> sums;  ///< in the order of the metrics
  std::vector<std::string> segments;
  /// rows, units, rows left out, units with several rows and what was added up, caps.
  Json reading;
};

/// kInvalid for values that are no number, infinite or beyond 1e150, a proportion with values
/// besides 0 and 1, more than 20 arms, or more than 500 segments.
Result<UnitRows> ReadUnitRows(query::Connection& connection, const UnitRowsSpec& spec);

}  // namespace signet::pipelines
