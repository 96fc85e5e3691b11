#include "policies/reports/request_log.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

namespace signet::policies {
namespace {

constexpr double kDayMicros = 86'400e6;

struct Metrics {
  uint64_t received = 0, complied = 0, denied = 0, open = 0, late = 0;
  std::vector<double> days;
};

bool IsAnswered(const RightsRequest& request) {
  // Withdrawn data are out of use: the person is answered, the sweep follows.
  return request.closed() || request.stage == RequestStage::kWithdrawn;
}

Timestamp AnsweredAt(const RightsRequest& request) {
  return request.withdrawn_at.micros != 0 ? request.withdrawn_at : request.closed_at;
}

std::string NatureOf(const RightsRequest& request) {
  std::string nature(RightName(request.right));
  if (request.lift) nature = "lift of " + nature;
  if (!request.purpose.empty()) nature += " (" + request.purpose + ")";
  return nature;
}

std::string ResponseOf(const RightsRequest& request) {
  switch (request.stage) {
    case RequestStage::kReceived:
      return request.extension.empty() ? "being carried out" : "extended: " + request.extension;
    case RequestStage::kWithdrawn:
      return "complied with: withdrawn, destruction follows";
    case RequestStage::kDone:
      return "complied with in whole";
    case RequestStage::kRefused:
      return "denied";
  }
  return "";
}

std::string InTime(const RightsRequest& request, Timestamp now) {
  const Timestamp at = IsAnswered(request) ? AnsweredAt(request) : now;
  if (at <= request.due()) return IsAnswered(request) ? "in time" : "due";
  return "late";
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void Count(const RightsRequest& request, Timestamp now, Metrics& metrics) {
  ++metrics.received;
  if (InTime(request, now) == "late") ++metrics.late;
  if (!IsAnswered(request)) {
    ++metrics.open;
    return;
  }
  ++(request.stage == RequestStage::kRefused ? metrics.denied : metrics.complied);
  metrics.days.push_back(static_cast<double>(AnsweredAt(request).micros - request.received.micros) /
                         kDayMicros);
}

}  // namespace

ReportDocument MakeRequestLog(std::span<const RightsRequest> requests, Timestamp now) {
  std::vector<const RightsRequest*> sorted;
  sorted.reserve(requests.size());
  for (const RightsRequest& request : requests) sorted.push_back(&request);
  std::sort(sorted.begin(), sorted.end(), [](const RightsRequest* a, const RightsRequest* b) {
    return std::pair(a->received, a->id) < std::pair(b->received, b->id);
  });
  ReportTable table{"Requests",
                    {"request",
                     "date of request",
                     "nature of request",
                     "manner of request",
                     "date of response",
                     "nature of response",
                     "basis of denial",
                     "due",
                     "in time",
                     "folded requests"},
                    {}};
  std::map<std::string, Metrics> by_right;
  for (const RightsRequest* request : sorted) {
    table.rows.push_back({request->id,
                          DateText(request->received),
                          NatureOf(*request),
                          request->channel,
                          IsAnswered(*request) ? DateText(AnsweredAt(*request)) : "",
                          ResponseOf(*request),
                          request->refusal,
                          DateText(request->due()),
                          InTime(*request, now),
                          std::to_string(request->folded.size())});
    Count(*request, now, by_right[std::string(RightName(request->right))]);
  }
  ReportTable metrics{
      "Metrics",
      {"right", "received", "complied with", "denied", "open", "late", "median days"},
      {}};
  Json facts{Json::Object()};
  for (const auto& entry : by_right) {
    const Metrics& m = entry.second;
    const double median = Median(m.days);
    const int64_t tenths = std::llround(median * 10);
    const std::string days = std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
    metrics.rows.push_back({entry.first,
                            std::to_string(m.received),
                            std::to_string(m.complied),
                            std::to_string(m.denied),
                            std::to_string(m.open),
                            std::to_string(m.late),
                            days});
    facts.Set(entry.first,
              Json::Of({{"received", m.received},
                        {"complied", m.complied},
                        {"denied", m.denied},
                        {"open", m.open},
                        {"late", m.late},
                        {"median_days", median}}));
  }
  ReportDocument document;
  document.kind = "requests";
  document.title = "Log of requests";
  document.made = DateText(now);
  document.facts = std::move(facts);
  document.sections = {{"Requests received", "11 CCR § 7101(b)", {}, {std::move(table)}, {}},
                       {"Metrics", "11 CCR § 7102(a)(1)", {}, {std::move(metrics)}, {}}};
  return document;
}

}  // namespace signet::policies
