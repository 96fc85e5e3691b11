#include "pipelines/synthetic/chunk_files.h"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include "crypto/base/file.h"

namespace signet::pipelines::synthetic {

namespace {

constexpr std::string_view kTransactionHeader =
    "line_id,order_id,channel,store_id,customer_id,loyalty_card,email,ordered_at,product_id,"
    "returned,"
    "quantity,unit_price,discount,amount,offer_id\n";

Status DiskTrouble(const std::filesystem::path& path) {
  const int reason = errno;
  return Unavailable("cannot write '" + path.string() +
                     "': " + std::generic_category().message(reason))
      .WithRemedy(reason == ENOSPC ? "free some space or give another --out"
                                   : "give a folder that you may write as --out");
}

}  // namespace

void ChunkBuffers::Clear() {
  for (TextBuffer* buffer : {&crm, &offer_events, &assignments, &exposures, &truth}) {
    buffer->Clear();
  }
  for (int k = 0; k < kPeriods; ++k) {
    const auto period = static_cast<size_t>(k);
    web[period].Clear();
    store[period].Clear();
    online[period].Clear();
  }
}

ChunkFiles::~ChunkFiles() {
  for (const File& file : files_) {
    if (file.descriptor >= 0) ::close(file.descriptor);
  }
}

Status ChunkFiles::OpenOne(const std::filesystem::path& path, std::string_view header) {
  File file{path, ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  if (file.descriptor < 0) return DiskTrouble(path);
  files_.push_back(file);
  return Write(files_.size() - 1, header);
}

Status ChunkFiles::Open(const std::filesystem::path& folder) {
  TRY(MakeFolders(folder / "truth", 0755));
  TRY(OpenOne(
      folder / "crm.csv",
      "customer_id,email,phone,first_name,last_name,birth_date,postal_code,country,state,"
      "loyalty_card,loyalty_tier,joined_at,analytics_ok,segmentation_ok,email_ok,sharing_ok,"
      "consent_at,sale_opt_out,updated_at\n"));
  TRY(OpenOne(folder / "offer_events.csv", "event_id,customer_id,offer_id,event,occurred_at\n"));
  TRY(OpenOne(folder / "experiment_assignments.csv", "customer_id,experiment,arm,assigned_at\n"));
  TRY(OpenOne(folder / "experiment_exposures.csv", "customer_id,experiment,arm,exposed_at\n"));
  TRY(OpenOne(
      folder / "truth" / "customers.csv",
      "customer_id,rate,dropout_rate,joined_day,dropped_day,alive,alive_chance,churn_chance,"
      "expected_value,mean_basket,churned,realised_value,observed_purchases\n"));
  for (int k = 1; k <= kPeriods; ++k) {
    TRY(OpenOne(folder / ("web-" + std::to_string(k) + ".jsonl"), ""));
  }
  for (const char* name : {"transactions-store-", "transactions-online-"}) {
    for (int k = 1; k <= kPeriods; ++k) {
      TRY(OpenOne(folder / (name + std::to_string(k) + ".csv"), kTransactionHeader));
    }
  }
  return OkStatus();
}

Status ChunkFiles::Write(size_t file, std::string_view text) {
  bytes_ += text.size();
  while (!text.empty()) {
    const ssize_t n = ::write(files_[file].descriptor, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return DiskTrouble(files_[file].path);
    text.remove_prefix(static_cast<size_t>(n));
  }
  return OkStatus();
}

Status ChunkFiles::WriteAll(const ChunkBuffers& buffers) {
  size_t file = 0;
  for (const TextBuffer* buffer : {&buffers.crm,
                                   &buffers.offer_events,
                                   &buffers.assignments,
                                   &buffers.exposures,
                                   &buffers.truth}) {
    TRY(Write(file++, buffer->view()));
  }
  for (const auto* group : {&buffers.web, &buffers.store, &buffers.online}) {
    for (const TextBuffer& buffer : *group) TRY(Write(file++, buffer.view()));
  }
  return OkStatus();
}

Status ChunkFiles::Append(uint64_t chunk, const ChunkBuffers& buffers) {
  std::unique_lock lock(mutex_);
  turn_.wait(lock, [&] { return next_ == chunk || aborted_; });
  if (aborted_) return Cancelled("another part of the generation failed");
  Status status = WriteAll(buffers);
  ++next_;
  if (!status.ok()) aborted_ = true;
  turn_.notify_all();
  return status;
}

void ChunkFiles::Abort() {
  const std::lock_guard lock(mutex_);
  aborted_ = true;
  turn_.notify_all();
}

Status ChunkFiles::Close() {
  for (File& file : files_) {
    const int descriptor = file.descriptor;
    file.descriptor = -1;
    if (::close(descriptor) != 0) return DiskTrouble(file.path);
  }
  return OkStatus();
}

}  // namespace signet::pipelines::synthetic
