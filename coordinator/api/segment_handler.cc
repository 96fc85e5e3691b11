#include "coordinator/api/segment_handler.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>

#include "crypto/base/log.h"
#include "crypto/base/secret.h"

namespace signet::coordinator {

namespace {

using api::ErrorCode;

constexpr size_t kTokenBytes = 16;

std::string BytesOf(const Uuid& token) {
  return std::string(AsText(token));
}

std::vector<pipelines::Member> WithoutReleased(ByteView encoded, Status& status) {
  std::vector<pipelines::Member> members;
  status = pipelines::ScanMembers(encoded, [&](const pipelines::MemberView& view) {
    members.push_back({view.token, view.segments, {}});
    return OkStatus();
  });
  return members;
}

}  // namespace

std::string ServiceState::RecipientOf(const std::string& identity) const {
  if (clients_.empty()) return identity;
  const auto found = clients_.find(identity);
  return found == clients_.end() ? std::string() : found->second;
}

std::string ServiceState::RecipientOf(const std::string& identity,
                                      const std::string& fingerprint) const {
  {
    const std::lock_guard lock(pins_mutex_);
    if (pins_.enforced()) return pins_.RecipientOf(fingerprint);
  }
  return RecipientOf(identity);
}

void ServiceState::Pin(ClientPins pins) {
  const std::lock_guard lock(pins_mutex_);
  if (pins == pins_) return;
  pins_ = std::move(pins);
  ++pinning_;
}

bool ServiceState::TakeResolves(const std::string& recipient, uint64_t n) {
  const std::lock_guard lock(mutex_);
  const auto most = static_cast<double>(resolves_per_minute_max_);
  const int64_t now = clock_.MonotonicMicros();
  auto [at, fresh] = budgets_.try_emplace(recipient, Budget{most, now});
  Budget& budget = at->second;
  const double minutes = static_cast<double>(now - budget.at_micros) / 60e6;
  budget.left = std::min(most, budget.left + minutes * most);
  budget.at_micros = now;
  if (budget.left < static_cast<double>(n)) return false;
  budget.left -= static_cast<double>(n);
  return true;
}

Result<pipelines::MemberDiff> ServiceState::DiffSince(const std::string& recipient,
                                                      const ServedRecipient& view,
                                                      const ServedSnapshot& current,
                                                      const std::string& version,
                                                      const std::string& segment) {
  const std::lock_guard lock(diff_mutex_);
  const pipelines::SnapshotManifest& now = current.manifest;
  const std::string key = now.name + "\n" + version + "\n" + now.version + "\n" + segment + "\n" +
                          std::to_string(view.withdrawals.sequence);
  if (const auto kept = diffs_.find(recipient); kept != diffs_.end() && kept->second.key == key) {
    return kept->second.diff;
  }
  const pipelines::ServingFolder& folder = served_.folder();
  const pipelines::SnapshotName name{recipient, now.name};
  const auto read =
      [&](const pipelines::SnapshotManifest& manifest) -> Result<std::vector<pipelines::Member>> {
    ASSIGN_OR_RETURN(Bytes encoded, folder.ReadMembers(name, manifest));
    Status status;
    std::vector<pipelines::Member> members = WithoutReleased(encoded, status);
    Wipe(encoded.data(), encoded.size());
    TRY(status);
    return members;
  };
  ASSIGN_OR_RETURN(const pipelines::SnapshotManifest then, folder.ReadManifest(name, version));
  const auto bits = [&](const pipelines::SnapshotManifest& manifest) -> uint64_t {
    if (segment.empty()) return ~uint64_t{0};
    const std::optional<size_t> bit = manifest.BitOf(segment);
    return bit ? uint64_t{1} << *bit : 0;
  };
  ASSIGN_OR_RETURN(const std::vector<pipelines::Member> before, read(then));
  ASSIGN_OR_RETURN(std::vector<pipelines::Member> after, read(now));
  std::erase_if(after, [&](const pipelines::Member& m) { return view.IsWithdrawn(m.token, now); });
  KeptDiff kept{key, pipelines::DiffMembers(before, bits(then), after, bits(now))};
  diffs_[recipient] = kept;
  return kept.diff;
}

Json ServiceState::Figures() const {
  return Json::Of({{"calls", calls.load()},
                   {"lookups", lookups.load()},
                   {"resolved", resolved.load()},
                   {"refused", refused.load()}});
}

/// Where one call looks. Keeps view and snapshot alive while it does.
struct SegmentHandler::Place {
  std::shared_ptr<const ServedRecipient> view;
  std::shared_ptr<const ServedSnapshot> snapshot;

  [[nodiscard]] bool IsWithdrawn(const Uuid& token) const {
    return view->IsWithdrawn(token, snapshot->manifest);
  }
};

void SegmentHandler::Refuse(ErrorCode code, const std::string& message) {
  ++state_.refused;
  if (state_.access() != nullptr) {
    state_.access()->Count(recipient_.empty() ? "nobody" : recipient_,
                           "refused",
                           "refused",
                           pipelines::AccessKind::kRefused,
                           0,
                           identity_());
  }
  api::RequestError error;
  error.code = code;
  error.message = message;
  throw error;  // the generated processor turns it into the declared answer
}

void SegmentHandler::Check(const Status& status) {
  if (status.ok()) return;
  const bool caller =
      status.code() == StatusCode::kInvalid || status.code() == StatusCode::kNotFound;
  if (!caller) Log(LogLevel::kError, "lookup failed", Json::Of({{"status", status.ToString()}}));
  if (status.code() == StatusCode::kNotFound) {
    Refuse(ErrorCode::NOT_FOUND, "there is no such version");
  }
  Refuse(caller ? ErrorCode::INVALID : ErrorCode::UNAVAILABLE,
         caller ? status.message() : "the lookup failed; see the server's log");
}

std::shared_ptr<const ServedRecipient> SegmentHandler::View() {
  ++state_.calls;
  if (const uint64_t pinning = state_.pinning(); recipient_.empty() || pinning != pinning_) {
    pinning_ = pinning;
    recipient_ = state_.RecipientOf(identity_(), fingerprint_());
    if (recipient_.empty()) {
      Log(LogLevel::kWarning, "client refused: its certificate stands for no recipient");
      Refuse(ErrorCode::DENIED, "this certificate stands for no recipient");
    }
  }
  std::shared_ptr<const ServedRecipient> view = state_.served().Of(recipient_);
  if (!view) Refuse(ErrorCode::UNAVAILABLE, "nothing is published for this recipient yet");
  return view;
}

SegmentHandler::Place SegmentHandler::Find(const std::string& snapshot) {
  Place place{View(), nullptr};
  const auto found = place.view->snapshots.find(snapshot);
  if (found == place.view->snapshots.end()) {
    Refuse(ErrorCode::NOT_FOUND, "there is no such snapshot");
  }
  place.snapshot = found->second;
  const std::optional<Timestamp>& expires = place.snapshot->manifest.expires;
  if (expires && *expires <= state_.served().Now()) {
    Refuse(ErrorCode::UNAVAILABLE, "the snapshot has expired");
  }
  return place;
}

Uuid SegmentHandler::TokenFrom(const std::string& bytes) {
  if (bytes.size() != kTokenBytes) Refuse(ErrorCode::INVALID, "a token has 16 bytes");
  Uuid token;
  std::memcpy(token.data(), bytes.data(), token.size());
  return token;
}

uint64_t SegmentHandler::BitOf(const Place& place, const std::string& segment) {
  const std::optional<size_t> bit = place.snapshot->manifest.BitOf(segment);
  if (!bit) Refuse(ErrorCode::NOT_FOUND, "there is no such segment in this snapshot");
  return uint64_t{1} << *bit;
}

void SegmentHandler::CountRead(const Place& place, pipelines::AccessKind kind, uint64_t items) {
  if (state_.access() == nullptr) return;
  const pipelines::SnapshotManifest& manifest = place.snapshot->manifest;
  state_.access()->Count(recipient_, manifest.name, manifest.version, kind, items, identity_());
}

bool SegmentHandler::isMember(const std::string& snapshot,
                              const std::string& segment,
                              const std::string& token) {
  const Place place = Find(snapshot);
  const uint64_t bit = BitOf(place, segment);
  const Uuid id = TokenFrom(token);
  ++state_.lookups;
  const Result<uint64_t> bits = place.snapshot->index->SegmentsOf(id);
  Check(bits.status());
  CountRead(place, pipelines::AccessKind::kLookup, 1);
  return (*bits & bit) != 0 && !place.IsWithdrawn(id);
}

void SegmentHandler::isMemberBatch(std::string& answer,
                                   const std::string& snapshot,
                                   const std::string& segment,
                                   const std::string& tokens) {
  const Place place = Find(snapshot);
  const uint64_t bit = BitOf(place, segment);
  const size_t n = tokens.size() / kTokenBytes;
  if (tokens.size() % kTokenBytes != 0) Refuse(ErrorCode::INVALID, "tokens are n times 16 bytes");
  if (n > kTokensPerCallMax) Refuse(ErrorCode::EXHAUSTED, "at most 100,000 tokens a call");
  std::vector<Uuid> ids(n);
  for (size_t i = 0; i < n; ++i) std::memcpy(ids[i].data(), &tokens[i * kTokenBytes], kTokenBytes);
  std::vector<uint64_t> bits(n);
  state_.lookups += n;
  Check(place.snapshot->index->SegmentsOf(ids, bits));
  CountRead(place, pipelines::AccessKind::kLookup, n);
  answer.assign(n, '\0');
  for (size_t i = 0; i < n; ++i) {
    if ((bits[i] & bit) != 0 && !place.IsWithdrawn(ids[i])) answer[i] = '\1';
  }
}

void SegmentHandler::segmentsOf(std::vector<std::string>& answer,
                                const std::string& snapshot,
                                const std::string& token) {
  const Place place = Find(snapshot);
  const Uuid id = TokenFrom(token);
  ++state_.lookups;
  const Result<uint64_t> bits = place.snapshot->index->SegmentsOf(id);
  Check(bits.status());
  CountRead(place, pipelines::AccessKind::kLookup, 1);
  answer.clear();
  if (place.IsWithdrawn(id)) return;
  const auto& segments = place.snapshot->manifest.segments;
  for (size_t bit = 0; bit < segments.size(); ++bit) {
    if ((*bits >> bit & 1U) != 0) answer.push_back(segments[bit].name);
  }
}

void SegmentHandler::resolve(std::vector<api::Resolved>& answer,
                             const std::string& snapshot,
                             const std::vector<std::string>& identifiers) {
  const Place place = Find(snapshot);
  if (place.snapshot->manifest.released.empty()) {
    Refuse(ErrorCode::NOT_FOUND, "this snapshot was published without identify_by");
  }
  if (identifiers.size() > kIdentifiersPerCallMax) {
    Refuse(ErrorCode::EXHAUSTED, "at most 10,000 identifiers a call");
  }
  if (!state_.TakeResolves(recipient_, identifiers.size())) {
    Refuse(ErrorCode::EXHAUSTED, "too many identifiers a minute: wait and ask again");
  }
  state_.resolved += identifiers.size();
  Log(LogLevel::kInfo,
      "identifiers resolved",
      Json::Of({{"recipient", recipient_}, {"snapshot", snapshot}, {"count", identifiers.size()}}));
  CountRead(place, pipelines::AccessKind::kResolve, identifiers.size());
  answer.clear();
  for (const std::string& identifier : identifiers) {
    const Result<std::optional<Uuid>> token = place.snapshot->index->TokenOf(identifier);
    Check(token.status());
    api::Resolved resolved;
    resolved.found = token->has_value() && !place.IsWithdrawn(**token);
    if (resolved.found) resolved.token = BytesOf(**token);
    answer.push_back(resolved);
  }
}

void SegmentHandler::listSegments(std::vector<api::SegmentInfo>& answer) {
  const std::shared_ptr<const ServedRecipient> view = View();
  answer.clear();
  for (const auto& entry : view->snapshots) {
    CountRead({view, entry.second}, pipelines::AccessKind::kManifest, 0);
    const pipelines::SnapshotManifest& manifest = entry.second->manifest;
    for (const pipelines::SegmentEntry& segment : manifest.segments) {
      api::SegmentInfo info;
      info.snapshot = manifest.name;
      info.version = manifest.version;
      info.segment = segment.name;
      info.members = static_cast<int64_t>(segment.members);
      info.definition = segment.definition.Dump();
      answer.push_back(info);
    }
  }
}

void SegmentHandler::getManifest(api::Manifest& answer, const std::string& snapshot) {
  const Place place = Find(snapshot);
  CountRead(place, pipelines::AccessKind::kManifest, 0);
  answer.json = place.snapshot->manifest_json;
  answer.note = place.snapshot->note;
}

void SegmentHandler::diff(api::Diff& answer,
                          const std::string& snapshot,
                          const std::string& from_version,
                          const std::string& segment,
                          const std::string& after) {
  const Place place = Find(snapshot);
  if (!segment.empty()) BitOf(place, segment);
  const Result<pipelines::MemberDiff> whole =
      state_.DiffSince(recipient_, *place.view, *place.snapshot, from_version, segment);
  Check(whole.status());
  CountRead(place, pipelines::AccessKind::kDiff, 0);
  // Both lists in one order, so that `after` is a place in both.
  const auto part = [&](const std::vector<Uuid>& tokens, std::vector<Uuid>& out) {
    auto at = tokens.begin();
    if (!after.empty()) at = std::upper_bound(tokens.begin(), tokens.end(), TokenFrom(after));
    const auto left = static_cast<size_t>(std::distance(at, tokens.end()));
    out.assign(at, at + static_cast<std::ptrdiff_t>(std::min(left, kDiffTokensMax)));
    return left > kDiffTokensMax;
  };
  std::vector<Uuid> joined;
  std::vector<Uuid> left;
  const bool more_joined = part(whole->joined, joined);
  const bool more_left = part(whole->left, left);
  answer.more = more_joined || more_left;
  // Where only one list was cut, the other may run ahead of it: hold that part back.
  if (more_joined && !left.empty()) {
    left.erase(std::upper_bound(left.begin(), left.end(), joined.back()), left.end());
  }
  if (more_left && !joined.empty() && !left.empty()) {
    joined.erase(std::upper_bound(joined.begin(), joined.end(), left.back()), joined.end());
  }
  for (const Uuid& token : joined) answer.joined.push_back(BytesOf(token));
  for (const Uuid& token : left) answer.left.push_back(BytesOf(token));
}

}  // namespace signet::coordinator
