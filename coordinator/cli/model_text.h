/// What `signet models` and `signet experiments` say in words.
#pragma once

#include <string>

#include "crypto/base/json.h"

namespace signet::coordinator {

/// A line a version: name, status, how it was learnt, its first figures of quality.
std::string ModelListText(const Json& versions);
/// The card: what it learnt from, how good it is and for whom, limits, who decided what.
std::string ModelCardText(const Json& version);
std::string ModelComparisonText(const Json& comparison);
/// After approve, reject, rollback.
std::string ModelChangeText(const Json& facts);
/// Rules and read-outs of experiments.
std::string ExperimentListText(const Json& experiments);
/// "0.843 (0.831 to 0.855)" of a number or {value, low, high}; empty for anything else.
std::string ModelFigureText(const Json& figure);

}  // namespace signet::coordinator
