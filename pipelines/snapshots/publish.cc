#include "pipelines/snapshots/publish.h"

#include <algorithm>
#include <map>
#include <utility>

#include "crypto/base/text.h"
#include "policies/disclosure/difference_ledger.h"
#include "policies/disclosure/disclosure.h"

namespace signet::pipelines {

namespace {

/// One subject and the segments it is in.
struct Membership {
  SubjectId subject;
  uint64_t bits = 0;
};

using Subjects = std::vector<SubjectId>;

Result<Subjects> ReadSubjects(query::Connection& sql, const std::string& view) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   sql.Query("SELECT subject FROM " + SqlName(view)));
  Subjects subjects;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) break;
    for (size_t r = 0; r < chunk.size(); ++r) {
      if (!chunk.IsNull(0, r)) subjects.push_back(SubjectId{chunk.GetUuid(0, r)});
    }
  }
  std::sort(subjects.begin(), subjects.end());
  subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
  return subjects;
}

Subjects OnlyAllowed(const Subjects& subjects, const PublishGate& gate, uint64_t& removed) {
  if (!gate.allowed) return subjects;
  Subjects kept;
  std::set_intersection(subjects.begin(),
                        subjects.end(),
                        gate.allowed->begin(),
                        gate.allowed->end(),
                        std::back_inserter(kept));
  removed += subjects.size() - kept.size();
  return kept;
}

/// Both sorted; the result is sorted by subject.
std::vector<Membership> Join(const std::vector<Membership>& so_far,
                             const Subjects& subjects,
                             uint64_t bit) {
  std::vector<Membership> joined;
  joined.reserve(so_far.size() + subjects.size());
  size_t a = 0;
  size_t b = 0;
  while (a < so_far.size() || b < subjects.size()) {
    if (b == subjects.size() || (a < so_far.size() && so_far[a].subject < subjects[b])) {
      joined.push_back(so_far[a++]);
    } else if (a == so_far.size() || subjects[b] < so_far[a].subject) {
      joined.push_back({subjects[b++], bit});
    } else {
      joined.push_back({subjects[b++], so_far[a++].bits | bit});
    }
  }
  return joined;
}

/// How many people lie in exactly these segments.
using Patterns = std::map<uint64_t, int64_t>;

policies::Overlap OverlapOf(const Patterns& patterns, size_t a, size_t b) {
  policies::Overlap overlap;
  for (const auto& [bits, people] : patterns) {
    const bool in_a = (bits >> a & 1U) != 0;
    const bool in_b = (bits >> b & 1U) != 0;
    if (in_a && in_b) {
      overlap.both += people;
    } else if (in_a) {
      overlap.only_a += people;
    } else if (in_b) {
      overlap.only_b += people;
    }
  }
  return overlap;
}

void FindClose(const std::vector<Membership>& memberships,
               const policies::PublicationRule& rule,
               PublishedMembers& published) {
  Patterns patterns;
  for (const Membership& membership : memberships) ++patterns[membership.bits];
  const std::vector<SegmentEntry>& segments = published.segments;
  for (size_t a = 0; a < segments.size(); ++a) {
    for (size_t b = a + 1; b < segments.size(); ++b) {
      const policies::Overlap overlap = OverlapOf(patterns, a, b);
      const bool same = overlap.only_a == 0 && overlap.only_b == 0;
      const bool few = std::max(overlap.only_a, overlap.only_b) < rule.min_group;
      if (few && !same) published.close.emplace_back(segments[a].name, segments[b].name);
    }
  }
}

Subjects SubjectsOf(const std::vector<Uuid>& uuids) {
  Subjects subjects;
  subjects.reserve(uuids.size());
  for (const Uuid& uuid : uuids) subjects.push_back(SubjectId{uuid});
  return subjects;
}

/// Why a segment is not shown that would be a group with those who wait.
std::string WaitsText(const std::string& segment, Timestamp until) {
  return "segment '" + segment + "' is shown once its additions are a group, or on " +
         DateText(until);
}

/// Who of the segment may be shown now: removals are gone, small additions wait. Nobody when the
/// segment is withheld.
Subjects Released(const std::string& segment,
                  const Subjects& allowed,
                  const PublishGate& gate,
                  const StageContext& context,
                  PublishedMembers& published) {
  std::vector<Uuid> now;
  now.reserve(allowed.size());
  for (const SubjectId& subject : allowed) now.push_back(subject.value);
  ShownSegment before;
  if (gate.shown_before != nullptr && gate.shown_before->count(segment) != 0) {
    before = gate.shown_before->at(segment);
  }
  const policies::ReleasedList list = policies::ReleaseMembers(
      before.shown, before.held, now, context.as_of.micros, gate.publication);
  published.shown[segment] = {list.members, list.held};
  const std::string what = "segment '" + segment + "'";
  const auto size_now = static_cast<int64_t>(now.size());
  const policies::Verdict verdict = policies::CheckGroup(size_now, gate.publication, what);
  const auto size_shown = static_cast<int64_t>(list.members.size());
  const bool shown = policies::CheckGroup(size_shown, gate.publication, what).allowed;
  if (!verdict.allowed || !shown) {
    const Timestamp until{list.due_micros};
    published.withheld.push_back(
        {segment, verdict.allowed ? WaitsText(segment, until) : verdict.message});
    return {};
  }
  if (!list.held.empty()) published.held.push_back({segment, Timestamp{list.due_micros}});
  if (list.by_age) published.let_by_age.push_back(segment);
  return SubjectsOf(list.members);
}

/// Puts each subject's identifier (the smallest, if a person has several) to its member.
Status ReleaseIdentifiers(query::Connection& sql,
                          const std::string& view,
                          const std::vector<Membership>& memberships,
                          std::vector<Member>& members) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   sql.Query("SELECT subject, min(value) FROM " + SqlName(view) +
                             " WHERE value IS NOT NULL GROUP BY subject"));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return OkStatus();
    for (size_t r = 0; r < chunk.size(); ++r) {
      const SubjectId subject{chunk.GetUuid(0, r)};
      const auto at =
          std::lower_bound(memberships.begin(),
                           memberships.end(),
                           subject,
                           [](const Membership& m, const SubjectId& s) { return m.subject < s; });
      if (at == memberships.end() || at->subject != subject) continue;
      const std::string_view value = chunk.Text(1, r);
      if (value.size() > kReleasedBytesMax) {
        return Invalid("an identifier to be released is longer than 1,024 bytes");
      }
      members[static_cast<size_t>(at - memberships.begin())].released = value;
    }
  }
}

}  // namespace

Result<PublishOptions> PublishOptions::FromJson(const Json& json) {
  OptionReader reader("publish", json);
  PublishOptions options;
  options.segments = reader.Texts("segments");
  options.recipients = reader.Texts("recipients");
  options.identify_by = reader.Text("identify_by");
  options.snapshot = reader.Text("snapshot");
  if (reader.Has("expires")) options.expires_s = reader.Duration("expires", "");
  if (options.segments.empty()) reader.Fail("publish: 'segments' names no segment step");
  if (options.recipients.empty()) reader.Fail("publish: 'recipients' names nobody");
  if (options.segments.size() > kSegmentsMax) {
    reader.Fail("publish: a snapshot has at most 64 segments");
  }
  TRY(reader.Finish());
  return options;
}

std::vector<OptionDoc> PublishOptions::Docs() {
  return {
      {"segments", "list of input", "", "required", "The segment steps to publish, at most 64."},
      {"recipients",
       "list of text",
       "",
       "required",
       "Who receives a snapshot, each under tokens of its own; declared in organisation.yaml."},
      {"identify_by",
       "column",
       "",
       "",
       "The source column released beside the token, so that the recipient can find its "
       "customers."},
      {"snapshot", "text", "", "", "The snapshot's name; default: the step's."},
      {"expires", "duration", "", "", "After this time the snapshot is no longer served."},
  };
}

Json PublishedMembers::Figures() const {
  Json sizes{Json::Object{}};
  for (const SegmentEntry& segment : segments) sizes.Set(segment.name, segment.members);
  Json reasons{Json::Object{}};
  for (const WithheldSegment& segment : withheld) reasons.Set(segment.name, segment.reason);
  Json waiting{Json::Object{}};
  for (const HeldAdditions& one : held) {
    waiting.Set(one.segment, "additions wait until they are a group, or " + DateText(one.until));
  }
  return Json::Of({{"members", members.size()},
                   {"segments", std::move(sizes)},
                   {"withheld", std::move(reasons)},
                   {"held", std::move(waiting)},
                   {"not_allowed", not_allowed},
                   {"without_identifier", without_identifier}});
}

crypto::Digest MemberRowDigest(const crypto::HmacKey& digest_key,
                               std::string_view segment,
                               const Uuid& token) {
  Bytes row;
  AppendField(row, segment);
  Append(row, token);
  return digest_key.Mac(row);
}

Result<PublishedMembers> CollectMembers(query::Connection& sql,
                                        const PublishOptions& options,
                                        const PublishGate& gate,
                                        const crypto::RecipientTokens& tokens,
                                        const crypto::HmacKey& digest_key,
                                        const StageContext& context) {
  if (options.segments.size() > kSegmentsMax) return Invalid("a snapshot has at most 64 segments");
  PublishedMembers published;
  std::vector<Membership> memberships;
  for (const std::string& segment : options.segments) {
    ASSIGN_OR_RETURN(const Subjects all, ReadSubjects(sql, segment));
    const Subjects allowed = OnlyAllowed(all, gate, published.not_allowed);
    const Subjects shown = Released(segment, allowed, gate, context, published);
    if (shown.empty()) continue;
    memberships = Join(memberships, shown, uint64_t{1} << published.segments.size());
    published.segments.push_back({segment, shown.size(), Json()});
  }
  FindClose(memberships, gate.publication, published);
  if (context.progress) context.progress(0.3);
  published.members.reserve(memberships.size());
  for (const Membership& membership : memberships) {
    Member member{tokens.Token(membership.subject), membership.bits, {}};
    for (size_t bit = 0; bit < published.segments.size(); ++bit) {
      if ((membership.bits >> bit & 1U) == 0) continue;
      published.content.Add(
          MemberRowDigest(digest_key, published.segments[bit].name, member.token));
    }
    published.members.push_back(std::move(member));
  }
  if (!gate.identifiers_view.empty()) {
    TRY(ReleaseIdentifiers(sql, gate.identifiers_view, memberships, published.members));
    for (const Member& member : published.members) {
      if (member.released.empty()) ++published.without_identifier;
    }
  }
  std::sort(published.members.begin(),
            published.members.end(),
            [](const Member& a, const Member& b) { return a.token < b.token; });
  if (context.progress) context.progress(1.0);
  return published;
}

}  // namespace signet::pipelines
