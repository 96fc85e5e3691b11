#include "pipelines/math/purchase_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/math/maximise.h"

namespace signet::pipelines {

/// The customers, and ever smaller samples like them for the first steps uphill.
struct SampleLevels {
  explicit SampleLevels(GroupedHistories all)
      : whole(std::move(all)), coarse(whole.Coarse(48)), rough(whole.Coarse(12)) {}

  GroupedHistories whole;
  GroupedHistories coarse;  ///< times on a grid of 48 steps
  GroupedHistories rough;   ///< of 12
};

namespace {

constexpr int kRegularityMax = 12;
// A drop-out that adds less than this to the log-likelihood is none: the maximum is NBD's.
constexpr double kDropOutGain = 0.01;
// Where the maximum is flat too, drop-out must pay for its two parameters (AIC).
constexpr double kDropOutParameters = 2;
// A gain so far above it on the coarse sample that rounding the times cannot have made it.
constexpr double kClearGain = 25;
constexpr double kNearBound = 1;   // of the logarithm's bound
constexpr double kFlatError = 10;  // standard error of a logarithm
constexpr double kLogHuge = 9;     // e^9 = 8,100
constexpr std::array<PurchaseFamily, 5> kFamilies = {PurchaseFamily::kNbd,
                                                     PurchaseFamily::kBgNbd,
                                                     PurchaseFamily::kMbgNbd,
                                                     PurchaseFamily::kParetoNbd,
                                                     PurchaseFamily::kMbgCnbd};

const MaximiseOptions kFine;
const MaximiseOptions kRough{12, 1e-5, 200};

PurchaseShape ShapeOf(PurchaseFamily family, int regularity) {
  switch (family) {
    case PurchaseFamily::kNbd:
      return {DropOut::kNever, 1};
    case PurchaseFamily::kBgNbd:
      return {DropOut::kAfterRepeat, 1};
    case PurchaseFamily::kMbgNbd:
      return {DropOut::kAfterPurchase, 1};
    case PurchaseFamily::kParetoNbd:
      return {DropOut::kAnyTime, 1};
    case PurchaseFamily::kMbgCnbd:
      return {DropOut::kAfterPurchase, regularity};
  }
  CHECK(false);
}

std::vector<std::string> ParameterNames(const PurchaseShape& shape) {
  if (shape.drop_out == DropOut::kNever) return {"r", "alpha"};
  if (shape.drop_out == DropOut::kAnyTime) return {"r", "alpha", "s", "beta"};
  return {"r", "alpha", "a", "b"};
}

Objective ObjectiveOf(const PurchaseShape& shape, const GroupedHistories& sample) {
  return [shape, &sample](std::span<const double> point, std::span<double> gradient) {
    return MeanLogLikelihood(shape, sample, point, gradient);
  };
}

/// Starts around the moments: mean purchases per unit of time, shapes from skewed to even.
std::vector<std::vector<double>> StartsOf(const PurchaseShape& shape,
                                          const GroupedHistories& sample) {
  const double rate = std::max(shape.regularity * sample.mean_repeats(), 1e-3);
  std::vector<std::vector<double>> starts;
  for (const double r : {0.3, 2.0}) {
    const std::vector<double> beats = {std::log(r), std::log(r / rate)};
    if (shape.drop_out == DropOut::kNever) {
      starts.push_back(beats);
      continue;
    }
    using Pair = std::pair<double, double>;
    const std::array<Pair, 2> drops = shape.drop_out == DropOut::kAnyTime
                                          ? std::array<Pair, 2>{Pair{0.6, 0.3}, Pair{1.5, 5}}
                                          : std::array<Pair, 2>{Pair{0.8, 2}, Pair{0.3, 8}};
    for (const Pair& drop : drops) {
      starts.push_back(beats);
      starts.back().push_back(std::log(drop.first));
      starts.back().push_back(std::log(drop.second));
    }
  }
  return starts;
}

/// Each sample is curved like the next: with its Hessian the climb takes Newton's steps.
Maximum MaximiseOn(const Objective& objective,
                   const std::vector<double>& start,
                   const MaximiseOptions& options,
                   const Objective& smaller) {
  const std::vector<double> inverse = InverseOf(ObservedInformation(smaller, start), start.size());
  return Maximise(objective, start, options, inverse);
}

/// Up on the smallest sample from each start, and from the best on the coarse one.
Maximum ClimbCoarse(const PurchaseShape& shape, const SampleLevels& levels) {
  const Objective first = ObjectiveOf(shape, levels.rough);
  Maximum best;
  for (std::vector<double>& start : StartsOf(shape, levels.rough)) {
    Maximum found = Maximise(first, std::move(start), kRough);
    if (best.point.empty() || found.value > best.value + 1e-9) best = std::move(found);
  }
  return MaximiseOn(ObjectiveOf(shape, levels.coarse), best.point, kRough, first);
}

Maximum Climb(const PurchaseShape& shape, const SampleLevels& levels) {
  const Maximum start = ClimbCoarse(shape, levels);
  const Objective objective = ObjectiveOf(shape, levels.whole);
  const Objective coarse = ObjectiveOf(shape, levels.coarse);
  return Polish(objective, MaximiseOn(objective, start.point, kFine, coarse), kFine);
}

/// The log-likelihood that drop-out adds, per customer: on the coarse sample where that decides.
double DropOutGain(const PurchaseShape& shape,
                   const SampleLevels& levels,
                   std::span<const double> log_p) {
  const PurchaseShape never{DropOut::kNever, shape.regularity};
  std::vector<double> gradient(log_p.size());
  const double without = ClimbCoarse(never, levels).value;
  const double gain = MeanLogLikelihood(shape, levels.coarse, log_p, gradient) - without;
  if (gain * levels.whole.customers() > kClearGain) return gain;
  return MeanLogLikelihood(shape, levels.whole, log_p, gradient) - Climb(never, levels).value;
}

}  // namespace

std::string_view PurchaseFamilyName(PurchaseFamily family) {
  switch (family) {
    case PurchaseFamily::kNbd:
      return "nbd";
    case PurchaseFamily::kBgNbd:
      return "bgnbd";
    case PurchaseFamily::kMbgNbd:
      return "mbgnbd";
    case PurchaseFamily::kParetoNbd:
      return "paretonbd";
    case PurchaseFamily::kMbgCnbd:
      return "cnbd";
  }
  CHECK(false);
}

std::string_view PurchaseFamilyTitle(PurchaseFamily family) {
  switch (family) {
    case PurchaseFamily::kNbd:
      return "NBD";
    case PurchaseFamily::kBgNbd:
      return "BG/NBD";
    case PurchaseFamily::kMbgNbd:
      return "MBG/NBD";
    case PurchaseFamily::kParetoNbd:
      return "Pareto/NBD";
    case PurchaseFamily::kMbgCnbd:
      return "MBG/CNBD-k";
  }
  CHECK(false);
}

Result<PurchaseFamily> PurchaseFamilyFromName(std::string_view name) {
  std::vector<std::string> names;
  for (const PurchaseFamily family : kFamilies) {
    if (PurchaseFamilyName(family) == name) return family;
    names.emplace_back(PurchaseFamilyName(family));
  }
  const std::string nearest = NearestName(name, names);
  return Invalid("there is no purchase model '" + std::string(name) + "' (" + Join(names, ", ") +
                 ")" + (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
}

std::string_view BoundaryText(Boundary boundary) {
  switch (boundary) {
    case Boundary::kNone:
      return "";
    case Boundary::kNoDropOut:
      return "not identified: the maximum lies on the boundary, no drop-out is to be seen";
    case Boundary::kEqualDropOut:
      return "not identified: drop-out does not differ between customers, only its mean is known";
    case Boundary::kEqualRates:
      return "not identified: purchase rates do not differ between customers, only their mean is "
             "known";
    case Boundary::kFlat:
      return "not identified: the likelihood is flat around its maximum";
  }
  CHECK(false);
}

Boundary PurchaseModel::FindBoundary(const SampleLevels& levels,
                                     std::span<const double> log_p) const {
  double added = HUGE_VAL;  // log-likelihood
  if (shape_.drop_out != DropOut::kNever) {
    added = DropOutGain(shape_, levels, log_p) * levels.whole.customers();
    if (added < kDropOutGain) return Boundary::kNoDropOut;
  }
  const double bound = kFine.bound - kNearBound;
  if (log_p[0] > kLogHuge && log_p[1] > kLogHuge) return Boundary::kEqualRates;
  if (log_p.size() > 2 && log_p[2] > kLogHuge && log_p[3] > kLogHuge) {
    return Boundary::kEqualDropOut;
  }
  for (size_t i = 0; i < log_p.size(); ++i) {
    const std::optional<double>& error = parameters_[i].error;
    const bool flat = !error || *error > kFlatError * parameters_[i].value;
    if (std::fabs(log_p[i]) > bound || flat) {
      return added < kDropOutParameters ? Boundary::kNoDropOut : Boundary::kFlat;
    }
  }
  return Boundary::kNone;
}

void PurchaseModel::SetErrors(const GroupedHistories& sample, std::span<const double> log_p) {
  const size_t size = log_p.size();
  const std::vector<double> inverse =
      InverseOf(ObservedInformation(ObjectiveOf(shape_, sample), log_p), size);
  const std::vector<std::string> names = ParameterNames(shape_);
  parameters_.clear();
  for (size_t i = 0; i < size; ++i) {
    // alpha and beta are times: back to the caller's unit.
    const bool is_time = names[i] == "alpha" || names[i] == "beta";
    p_[i] = std::exp(log_p[i]) * (is_time ? sample.scale() : 1);
    FittedParameter parameter{names[i], p_[i], {}};
    if (!inverse.empty()) {
      parameter.error = p_[i] * std::sqrt(inverse[i * size + i] / sample.customers());
    }
    parameters_.push_back(std::move(parameter));
  }
}

PurchaseModel PurchaseModel::FitShape(PurchaseFamily family,
                                      PurchaseShape shape,
                                      const SampleLevels& levels) {
  PurchaseModel model(family, shape);
  const GroupedHistories& sample = levels.whole;
  const Maximum maximum = Climb(shape, levels);
  model.SetErrors(sample, maximum.point);
  // Time in units of `scale` multiplies the density of x times by scale^x.
  model.log_likelihood_ =
      sample.customers() * (maximum.value - sample.mean_repeats() * std::log(sample.scale()));
  model.boundary_ = model.FindBoundary(levels, maximum.point);
  if (model.boundary_ != Boundary::kNone) {
    for (FittedParameter& parameter : model.parameters_) parameter.error.reset();
  }
  return model;
}

Result<PurchaseModel> PurchaseModel::Fit(PurchaseFamily family,
                                         const std::vector<PurchaseHistory>& customers) {
  ASSIGN_OR_RETURN(GroupedHistories sample, GroupedHistories::Of(customers));
  const SampleLevels levels(std::move(sample));
  PurchaseModel best = FitShape(family, ShapeOf(family, 1), levels);
  if (family != PurchaseFamily::kMbgCnbd) return best;
  double before = best.log_likelihood();
  int falls = 0;
  for (int k = 2; k <= kRegularityMax && falls < 2; ++k) {
    PurchaseModel next = FitShape(family, ShapeOf(family, k), levels);
    falls = next.log_likelihood() < before ? falls + 1 : 0;
    before = next.log_likelihood();
    if (next.log_likelihood() > best.log_likelihood()) best = std::move(next);
  }
  return best;
}

Result<PurchaseModel> PurchaseModel::Of(PurchaseFamily family,
                                        const std::vector<double>& parameters,
                                        int regularity) {
  PurchaseModel model(family, ShapeOf(family, regularity));
  const std::vector<std::string> names = ParameterNames(model.shape_);
  if (parameters.size() != names.size() || regularity < 1 || regularity > kRegularityMax) {
    return Invalid(std::string(PurchaseFamilyTitle(family)) + " has the parameters " +
                   Join(names, ", "));
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (!(parameters[i] > 0) || !std::isfinite(parameters[i])) {
      return Invalid("the parameter " + names[i] + " must be positive");
    }
    model.p_[i] = parameters[i];
    model.parameters_.push_back({names[i], parameters[i], {}});
  }
  return model;
}

double PurchaseModel::aic() const {
  const double extra = family_ == PurchaseFamily::kMbgCnbd ? 1 : 0;
  return 2 * (static_cast<double>(shape_.parameters()) + extra) - 2 * log_likelihood_;
}

Json PurchaseModel::ToJson() const {
  Json values{Json::Object()};
  for (const FittedParameter& parameter : parameters_) values.Set(parameter.name, parameter.value);
  return Json::Of({{"family", PurchaseFamilyName(family_)},
                   {"k", shape_.regularity},
                   {"parameters", std::move(values)},
                   {"log_likelihood", log_likelihood_}});
}

Result<PurchaseModel> PurchaseModel::FromJson(const Json& json) {
  ASSIGN_OR_RETURN(const PurchaseFamily family, PurchaseFamilyFromName(json["family"].AsString()));
  const auto regularity = static_cast<int>(json["k"].AsInt());
  std::vector<double> values;
  for (const std::string& name : ParameterNames(ShapeOf(family, 1))) {
    values.push_back(json["parameters"][name].AsDouble());
  }
  ASSIGN_OR_RETURN(PurchaseModel model, Of(family, values, regularity));
  model.log_likelihood_ = json["log_likelihood"].AsDouble();
  return model;
}

Result<PurchaseFit> FitPurchases(PurchaseFamily family,
                                 const std::vector<PurchaseHistory>& customers) {
  ASSIGN_OR_RETURN(PurchaseModel asked, PurchaseModel::Fit(family, customers));
  if (asked.boundary() != Boundary::kNoDropOut) return PurchaseFit{asked, asked};
  ASSIGN_OR_RETURN(PurchaseModel used, PurchaseModel::Fit(PurchaseFamily::kNbd, customers));
  if (family != PurchaseFamily::kParetoNbd) {
    ASSIGN_OR_RETURN(PurchaseModel pareto,
                     PurchaseModel::Fit(PurchaseFamily::kParetoNbd, customers));
    if (pareto.identified() && pareto.aic() < used.aic()) used = std::move(pareto);
  }
  return PurchaseFit{std::move(asked), std::move(used)};
}

}  // namespace signet::pipelines
