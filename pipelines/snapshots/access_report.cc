#include "pipelines/snapshots/access_report.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "crypto/base/file.h"
#include "crypto/base/json.h"
#include "crypto/base/text.h"
#include "crypto/primitives/hmac.h"

namespace signet::pipelines {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSpool = ".access";
constexpr const char* kSuffix = ".report";
constexpr const char* kKeyUse = "access";
constexpr size_t kBatchDigits = 16;
constexpr size_t kServerDigits = 16;
constexpr size_t kMacDigits = 64;
/// Beyond this many (recipient, snapshot, version), calls are counted under the names alone.
constexpr size_t kRecordsMax = 10'000;
constexpr size_t kClientsMax = 10'000;

std::string BatchName(uint64_t batch) {
  const std::string digits = std::to_string(batch);
  return std::string(kBatchDigits - std::min(kBatchDigits, digits.size()), '0') + digits + kSuffix;
}

Json ToJson(const AccessRecord& record) {
  return Json::Of({{"recipient", record.recipient},
                   {"snapshot", record.snapshot},
                   {"version", record.version},
                   {"calls", record.calls},
                   {"lookups", record.lookups},
                   {"resolved", record.resolved},
                   {"diffs", record.diffs},
                   {"manifests", record.manifests},
                   {"refused", record.refused},
                   {"clients", record.clients}});
}

AccessRecord RecordFrom(const Json& json) {
  const auto count = [&json](const char* name) {
    return static_cast<uint64_t>(std::max<int64_t>(json[name].AsInt(), 0));
  };
  return {json["recipient"].AsString(),
          json["snapshot"].AsString(),
          json["version"].AsString(),
          count("calls"),
          count("lookups"),
          count("resolved"),
          count("diffs"),
          count("manifests"),
          count("refused"),
          count("clients")};
}

bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

Result<AccessReport> ReadReport(const SpooledReport& spooled, const crypto::HmacKey& key) {
  const Status changed = Corrupt("the report is not authentic");
  ASSIGN_OR_RETURN(const Bytes bytes, ReadFile(spooled.file));
  const std::string_view text = AsText(bytes);
  if (text.size() < kMacDigits + 1) return changed;
  const std::string_view body = text.substr(0, text.size() - kMacDigits);
  const std::string mac = ToHex(key.Mac(AsBytes(body)));
  if (!ConstantTimeEqual(AsBytes(mac), AsBytes(text.substr(body.size())))) return changed;
  const Result<Json> json = Json::Parse(body);
  if (!json.ok()) return changed;
  AccessReport report;
  report.server = (*json)["server"].AsString();
  report.batch = static_cast<uint64_t>((*json)["batch"].AsInt());
  if (report.server != spooled.server || report.batch != spooled.batch) {
    return Corrupt("the report was moved from another place");
  }
  ASSIGN_OR_RETURN(report.from, TimestampFromText((*json)["from"].AsString()));
  ASSIGN_OR_RETURN(report.until, TimestampFromText((*json)["until"].AsString()));
  for (const Json& record : (*json)["records"].items()) {
    report.records.push_back(RecordFrom(record));
  }
  return report;
}

void AddTo(AccessRecord& record, AccessKind kind, uint64_t items) {
  switch (kind) {
    case AccessKind::kLookup:
      record.lookups += items;
      break;
    case AccessKind::kResolve:
      record.resolved += items;
      break;
    case AccessKind::kDiff:
      ++record.diffs;
      break;
    case AccessKind::kManifest:
      ++record.manifests;
      break;
    case AccessKind::kRefused:
      ++record.refused;
      return;
  }
  ++record.calls;
}

}  // namespace

AccessSpool::AccessSpool(fs::path path, std::string server, SecretBytes key, Clock& clock)
    : path_(std::move(path)),
      server_(std::move(server)),
      key_(std::move(key)),
      clock_(clock),
      from_(clock.Now()) {}

Result<std::unique_ptr<AccessSpool>> AccessSpool::Open(const ServingFolder& folder,
                                                       Clock& clock,
                                                       Entropy& entropy) {
  const Uuid random = entropy.RandomUuid();
  std::string server = ToHex(random).substr(0, kServerDigits);
  const fs::path path = folder.root() / kSpool / server;
  const Status made = MakeFolders(path);
  if (!made.ok()) {
    return Unavailable("reads cannot be recorded in " + path.string())
        .WithRemedy("let signet-serve write into " + (folder.root() / kSpool).string());
  }
  return std::unique_ptr<AccessSpool>(
      new AccessSpool(path, std::move(server), folder.DeriveKey(kKeyUse), clock));
}

void AccessSpool::Count(const std::string& recipient,
                        const std::string& snapshot,
                        const std::string& version,
                        AccessKind kind,
                        uint64_t items,
                        const std::string& client) {
  const std::lock_guard lock(mutex_);
  auto key = std::make_tuple(recipient, snapshot, version);
  if (counted_.size() >= kRecordsMax && !counted_.contains(key)) {
    key = std::make_tuple(recipient, "other", "other");
  }
  Counted& counted = counted_[key];
  if (counted.record.recipient.empty()) {
    counted.record.recipient = std::get<0>(key);
    counted.record.snapshot = std::get<1>(key);
    counted.record.version = std::get<2>(key);
  }
  AddTo(counted.record, kind, items);
  if (counted.clients.size() < kClientsMax) counted.clients.insert(client);
}

Status AccessSpool::Flush() {
  const std::lock_guard flushing(flush_mutex_);
  std::map<std::tuple<std::string, std::string, std::string>, Counted> taken;
  Timestamp from;
  {
    const std::lock_guard lock(mutex_);
    if (counted_.empty()) return OkStatus();
    taken.swap(counted_);
    from = std::exchange(from_, clock_.Now());
  }
  Json records{Json::Array()};
  for (auto& entry : taken) {
    entry.second.record.clients = entry.second.clients.size();
    records.Push(ToJson(entry.second.record));
  }
  std::string text = Json::Of({{"server", server_},
                               {"batch", batch_},
                               {"from", TimestampText(from)},
                               {"until", TimestampText(clock_.Now())},
                               {"records", std::move(records)}})
                         .Dump() +
                     "\n";
  text += ToHex(crypto::HmacKey(key_).Mac(AsBytes(text)));
  Status written = WriteFileAtomically(path_ / BatchName(batch_), AsBytes(text));
  if (written.ok()) {
    ++batch_;
    return written;
  }
  // Nothing is forgotten: what was taken is counted again, with what came meanwhile.
  const std::lock_guard lock(mutex_);
  from_ = from;
  for (auto& [key, counted] : taken) {
    Counted& now = counted_[key];
    AccessRecord sum = counted.record;
    sum.calls += now.record.calls;
    sum.lookups += now.record.lookups;
    sum.resolved += now.record.resolved;
    sum.diffs += now.record.diffs;
    sum.manifests += now.record.manifests;
    sum.refused += now.record.refused;
    now.record = std::move(sum);
    now.clients.merge(counted.clients);
  }
  return written;
}

Result<std::vector<SpooledReport>> ReadAccessReports(const ServingFolder& folder) {
  std::vector<SpooledReport> reports;
  const fs::path root = folder.root() / kSpool;
  std::error_code error;
  if (!fs::is_directory(root, error)) return reports;
  const SecretBytes raw = folder.DeriveKey(kKeyUse);
  const crypto::HmacKey key(raw);
  for (const auto& server : fs::directory_iterator(root, error)) {
    const std::string name = server.path().filename().string();
    if (name.size() != kServerDigits || !IsLowerHex(name) || server.is_symlink()) continue;
    for (const auto& file : fs::directory_iterator(server.path(), error)) {
      const std::string base = file.path().filename().string();
      if (base.size() != kBatchDigits + std::string_view(kSuffix).size() ||
          !base.ends_with(kSuffix) || file.is_symlink()) {
        continue;
      }
      const Result<int64_t> batch = IntegerFromText(base.substr(0, kBatchDigits));
      if (!batch.ok() || *batch < 0) continue;
      SpooledReport spooled{file.path(), name, static_cast<uint64_t>(*batch), AccessReport{}};
      spooled.report = ReadReport(spooled, key);
      reports.push_back(std::move(spooled));
    }
  }
  if (error) return Unavailable("cannot list " + root.string() + ": " + error.message());
  std::sort(reports.begin(), reports.end(), [](const SpooledReport& a, const SpooledReport& b) {
    return std::tie(a.server, a.batch) < std::tie(b.server, b.batch);
  });
  return reports;
}

}  // namespace signet::pipelines
