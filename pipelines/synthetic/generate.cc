#include "pipelines/synthetic/generate.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "crypto/base/file.h"
#include "crypto/base/json.h"
#include "pipelines/synthetic/catalogue.h"
#include "pipelines/synthetic/chunk_files.h"
#include "pipelines/synthetic/customer_model.h"
#include "pipelines/synthetic/customer_records.h"
#include "pipelines/synthetic/demographics.h"
#include "pipelines/synthetic/truth.h"

namespace signet::pipelines {

namespace {

using namespace synthetic;  // NOLINT(google-build-using-namespace): this file is its entrance

constexpr uint64_t kChunkCustomers = 2'000;
constexpr uint64_t kCustomersMax = 20'000'000;
constexpr int64_t kDayMicros = 86'400'000'000;

Status Check(const GenerateOptions& options) {
  if (options.customers < 1 || options.customers > kCustomersMax) {
    return Invalid("customers must be between 1 and 20,000,000");
  }
  if (options.start.micros % kDayMicros != 0 || options.end.micros % kDayMicros != 0) {
    return Invalid("start and end must be whole days");
  }
  if (options.start.micros < 0 || options.end.micros - options.start.micros < 60 * kDayMicros) {
    return Invalid("end must be at least 60 days after start");
  }
  if (options.end.micros - options.start.micros > 2'400 * kDayMicros) {
    return Invalid("at most 2,400 days lie between start and end");
  }
  if (options.horizon_days < 1 || options.horizon_days > 365) {
    return Invalid("horizon must be 1 to 365 days");
  }
  return options.out.empty() ? Invalid("no output folder is given") : OkStatus();
}

/// Whole days since 1970.
double DayOf(Timestamp time) {
  const int64_t day = time.micros / kDayMicros;
  return static_cast<double>(day);
}

/// One generation: what its threads share.
class Generation {
 public:
  explicit Generation(const GenerateOptions& options, const GenerateProgress& progress)
      : options_(options),
        progress_(progress),
        model_(ModelParameters{},
               Span{DayOf(options.start),
                    DayOf(options.end),
                    static_cast<double>(options.horizon_days)}),
        catalogue_(options.seed, model_.span()),
        records_(model_, catalogue_, dirt_, options.seed, options.customers),
        chunks_((options.customers + kChunkCustomers - 1) / kChunkCustomers),
        truths_(chunks_),
        figures_(chunks_) {}

  Status Run() {
    TRY(files_.Open(options_.out));
    TRY(WriteReference());
    const int threads = std::clamp(options_.threads, 1, 64);
    {
      std::vector<std::jthread> pool;
      for (int k = 1; k < threads; ++k) pool.emplace_back([this] { Work(); });
      Work();
    }
    TRY(status_);
    TRY(files_.Close());
    TRY(WriteTruth());
    if (progress_) progress_(1.0);
    return OkStatus();
  }

 private:
  void Work() {
    ChunkBuffers buffers;
    for (uint64_t chunk = next_++; chunk < chunks_; chunk = next_++) {
      buffers.Clear();
      Fill(chunk, buffers);
      const Status status = files_.Append(chunk, buffers);
      const std::lock_guard lock(mutex_);
      if (!status.ok()) {
        if (status_.ok() && status.code() != StatusCode::kCancelled) status_ = status;
        files_.Abort();
        return;
      }
      ++done_;
      if (progress_) progress_(0.98 * static_cast<double>(done_) / static_cast<double>(chunks_));
    }
  }

  void Fill(uint64_t chunk, ChunkBuffers& buffers) {
    const uint64_t begin = chunk * kChunkCustomers;
    const uint64_t end = std::min(begin + kChunkCustomers, options_.customers);
    Activity activity;
    for (uint64_t index = begin; index < end; ++index) {
      const Customer customer = model_.Draw(options_.seed, index);
      const Person person = DrawPerson(options_.seed, customer, options_.canaries);
      model_.Act(customer, options_.seed, activity);
      const WindowValues values =
          records_.Write(customer, person, activity, buffers, figures_[chunk]);
      truths_[chunk].Add(model_, catalogue_, {customer, person, activity}, values, buffers.truth);
    }
  }

  Status WriteReference() {
    TextBuffer products;
    catalogue_.WriteProducts(products);
    TRY(WriteFileAtomically(options_.out / "products.csv", AsBytes(products.view()), 0644));
    TextBuffer offers;
    catalogue_.WriteOffers(offers);
    return WriteFileAtomically(options_.out / "offers.csv", AsBytes(offers.view()), 0644);
  }

  Status WriteTruth() {
    TruthChunk truth;
    RecordFigures figures;
    for (uint64_t chunk = 0; chunk < chunks_; ++chunk) {
      truth.Merge(truths_[chunk]);
      truths_[chunk] = {};
      figures.Merge(figures_[chunk]);
    }
    Json json = Json::Of({{"seed", options_.seed},
                          {"customers", options_.customers},
                          {"start", DateText(options_.start)},
                          {"as_of", DateText(options_.end)},
                          {"horizon_days", options_.horizon_days},
                          {"canaries", options_.canaries},
                          {"model", model_.parameters().ToJson()},
                          {"dirt", dirt_.ToJson()},
                          {"rows", figures.ToJson()},
                          {"bytes", files_.bytes()},
                          {"oracle",
                           Json::Of({{"at_as_of", truth.at_as_of.ToJson()},
                                     {"at_training", truth.at_training.ToJson()}})},
                          {"experiment", ExperimentJson(truth.experiment)}});
    return WriteFileAtomically(options_.out / "truth.json", AsBytes(json.Pretty() + "\n"), 0644);
  }

  [[nodiscard]] Json ExperimentJson(const ExperimentTruth& truth) const {
    const auto day = [](double days) {
      return DateText(Timestamp{static_cast<int64_t>(days) * kDayMicros});
    };
    const double assigned = std::max<double>(1, static_cast<double>(truth.assigned));
    const double control = std::max(1e-12, truth.orders_control);
    return Json::Of({{"name", "spring_offer"},
                     {"starts_on", day(model_.experiment_start())},
                     {"ends_on", day(model_.experiment_end())},
                     {"assigned", truth.assigned},
                     {"treated", truth.treated},
                     {"exposed_treated", truth.exposed_treated},
                     {"rate_lift_of_exposed", model_.parameters().experiment_lift},
                     {"orders_lift", truth.orders_treatment / control - 1.0},
                     {"orders_mean_control", truth.orders_control / assigned},
                     {"orders_mean_treatment", truth.orders_treatment / assigned},
                     {"conversion_control", truth.buyers_control / assigned},
                     {"conversion_treatment", truth.buyers_treatment / assigned}});
  }

  const GenerateOptions& options_;
  const GenerateProgress& progress_;
  DirtShares dirt_;
  CustomerModel model_;
  Catalogue catalogue_;
  CustomerRecords records_;
  uint64_t chunks_;
  std::vector<TruthChunk> truths_;
  std::vector<RecordFigures> figures_;
  ChunkFiles files_;
  std::atomic<uint64_t> next_ = 0;
  std::mutex mutex_;  // guards done_, status_ and the calls of progress_
  uint64_t done_ = 0;
  Status status_;
};

}  // namespace

Status Generate(const GenerateOptions& options, const GenerateProgress& progress) {
  TRY(Check(options));
  Generation generation(options, progress);
  return generation.Run();
}

}  // namespace signet::pipelines
