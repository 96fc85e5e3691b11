#include "coordinator/access/access_fold.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/snapshots/access_report.h"

namespace signet::coordinator {
namespace {

using pipelines::AccessRecord;
using pipelines::AccessReport;
using pipelines::SpooledReport;

constexpr char kPrefix[] = "audit/access/";
constexpr size_t kReportsMax = 1'000;

crypto::AuditEvent ReadEvent(const AccessReport& report, const AccessRecord& record) {
  crypto::AuditEvent event;
  event.type = "snapshot.read";
  event.actor = "recipient:" + record.recipient;
  event.action = "read";
  event.facts = Json::Of({{"recipient", record.recipient},
                          {"snapshot", record.snapshot},
                          {"version", record.version},
                          {"from", TimestampText(report.from)},
                          {"until", TimestampText(report.until)},
                          {"calls", record.calls},
                          {"clients", record.clients},
                          {"server", report.server},
                          {"batch", report.batch}});
  for (const auto& [name, count] : {std::pair{"lookups", record.lookups},
                                    {"resolved", record.resolved},
                                    {"diffs", record.diffs},
                                    {"manifests", record.manifests},
                                    {"refused", record.refused}}) {
    if (count > 0) event.facts.Set(name, count);
  }
  return event;
}

/// Folds into one batch.
class Fold {
 public:
  Fold(crypto::AuditLog& log, crypto::KvStore& store) : log_(log), store_(store) {}

  Status Add(const SpooledReport& spooled) {
    ASSIGN_OR_RETURN(uint64_t * next, NextOf(spooled.server));
    if (spooled.batch < *next) return Forget(spooled.file);  // folded before a crash
    if (spooled.batch > *next) TRY(AddGap(spooled, *next, "missing"));
    *next = spooled.batch + 1;
    if (!spooled.report.ok()) {
      TRY(AddGap(spooled, spooled.batch, "not authentic"));
      refused_.push_back(spooled.file);
      return OkStatus();
    }
    for (const AccessRecord& record : spooled.report->records) {
      TRY(log_.Append(ReadEvent(*spooled.report, record), batch_).status());
      ++result_.entries;
    }
    ++result_.reports;
    return Forget(spooled.file);
  }

  Result<AccessFold> Finish() {
    for (const auto& [server, next] : next_) {
      batch_.Put(kPrefix + server, std::string_view(std::to_string(next)));
    }
    if (!batch_.empty()) {
      const Status written = store_.Write(batch_, crypto::Durability::kSync);
      TRY(log_.Committed(written));
      TRY(written);
    }
    // A file that stays is known by its number the next time.
    std::error_code ignored;
    for (const auto& file : done_) std::filesystem::remove(file, ignored);
    for (const auto& file : refused_) {
      std::filesystem::rename(file, file.string() + ".refused", ignored);
    }
    return result_;
  }

 private:
  Status Forget(const std::filesystem::path& file) {
    done_.push_back(file);
    return OkStatus();
  }

  Result<uint64_t*> NextOf(const std::string& server) {
    const auto found = next_.find(server);
    if (found != next_.end()) return &found->second;
    ASSIGN_OR_RETURN(const std::optional<Bytes> stored, store_.Get(kPrefix + server));
    uint64_t next = 0;
    if (stored.has_value()) {
      ASSIGN_OR_RETURN(const int64_t value, IntegerFromText(AsText(*stored)));
      next = static_cast<uint64_t>(value);
    }
    return &next_.emplace(server, next).first->second;
  }

  Status AddGap(const SpooledReport& spooled, uint64_t expected, const char* reason) {
    crypto::AuditEvent event;
    event.type = "snapshot.read.gap";
    event.actor = "coordinator";
    event.action = "miss";
    event.facts = Json::Of({{"server", spooled.server},
                            {"expected", expected},
                            {"found", spooled.batch},
                            {"reason", reason}});
    ++result_.gaps;
    ++result_.entries;
    return log_.Append(event, batch_).status();
  }

  crypto::AuditLog& log_;
  crypto::KvStore& store_;
  crypto::WriteBatch batch_;
  std::map<std::string, uint64_t> next_;
  std::vector<std::filesystem::path> done_;
  std::vector<std::filesystem::path> refused_;
  AccessFold result_;
};

/// Some reports in one batch.
Result<AccessFold> FoldSome(crypto::AuditLog& log,
                            crypto::KvStore& store,
                            const std::vector<SpooledReport>& reports,
                            size_t begin,
                            size_t end) {
  Fold fold(log, store);
  for (size_t i = begin; i < end; ++i) {
    const Status added = fold.Add(reports[i]);
    if (added.ok()) continue;
    TRY(log.Committed(added));  // drops what is pending
    return added;
  }
  return fold.Finish();
}

}  // namespace

Result<AccessFold> FoldAccessReports(crypto::AuditLog& log,
                                     crypto::KvStore& store,
                                     const pipelines::ServingFolder& folder) {
  ASSIGN_OR_RETURN(const std::vector<SpooledReport> reports, ReadAccessReports(folder));
  AccessFold total;
  for (size_t begin = 0; begin < reports.size(); begin += kReportsMax) {
    const size_t end = std::min(reports.size(), begin + kReportsMax);
    ASSIGN_OR_RETURN(const AccessFold done, FoldSome(log, store, reports, begin, end));
    total.reports += done.reports;
    total.entries += done.entries;
    total.gaps += done.gaps;
  }
  return total;
}

}  // namespace signet::coordinator
