/// Bands of about equal size: the one rule by which fifths are cut, in the lab and in pipelines.
///
/// A bound is a quantile with linear interpolation (numpy.quantile, pandas.qcut); a value's band is
/// the number of bounds strictly below it. Equal values share a band, hence bands may be uneven,
/// and one between two equal bounds stays empty.
#pragma once

#include <cstddef>
#include <vector>

namespace signet::pipelines {

/// The rising upper bounds of `bands` bands, one less than bands. NaN are left out; no bound where
/// there is no value. Independent of order.
std::vector<double> QuantileBounds(std::vector<double> values, size_t bands);

/// The same without the bounds that only make empty bands: for pictures.
std::vector<double> DistinctQuantileBounds(std::vector<double> values, size_t bands);

/// How many of the rising `bounds` lie strictly below `value`.
size_t BandOf(double value, const std::vector<double>& bounds);

}  // namespace signet::pipelines
