#include "pipelines/identity/link_graph.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "crypto/base/check.h"

namespace signet::pipelines {

LinkGraph::LinkGraph(LinkLimits limits, std::function<bool(const Uuid& link)> suppressed)
    : limits_(limits), suppressed_(std::move(suppressed)) {}

uint16_t LinkGraph::KindOf(crypto::LinkType type, const std::string& id_domain) {
  for (size_t i = 0; i < kinds_.size(); ++i) {
    if (kinds_[i].type == type && kinds_[i].id_domain == id_domain) return static_cast<uint16_t>(i);
  }
  CHECK(kinds_.size() < 0xffff);
  kinds_.push_back({type, id_domain});
  return static_cast<uint16_t>(kinds_.size() - 1);
}

std::string LinkGraph::KindName(uint16_t kind) const {
  const std::string type(crypto::LinkTypeName(kinds_[kind].type));
  return kinds_[kind].id_domain.empty() ? type : type + ":" + kinds_[kind].id_domain;
}

LinkGraph::Node LinkGraph::NodeOf(const Uuid& link, uint16_t kind) {
  const Node node = index_.Add(link);
  if (node < flags_.size()) return node;
  const bool is_suppressed = suppressed_ && suppressed_(link);
  figures_.suppressed_links += is_suppressed ? 1 : 0;
  flags_.push_back(is_suppressed ? kSuppressed : 0);
  kind_.push_back(kind);
  own_.push_back(kNone);
  in_use_.push_back(kNone);
  parent_.push_back(node);
  return node;
}

uint32_t LinkGraph::SubjectNumber(const Uuid& id, int64_t seen) {
  const uint32_t number = subject_index_.Add(id);
  if (number == subjects_.size()) subjects_.push_back({id, seen, false});
  // An alias' target may be known by its aliases alone: they are younger.
  subjects_[number].seen = std::min(subjects_[number].seen, seen);
  newest_seen_ = std::max(newest_seen_, seen);
  return number;
}

void LinkGraph::AddKnown(
    const Uuid& link, uint16_t kind, const Uuid& own, const Uuid& in_use, int64_t seen) {
  const Node node = NodeOf(link, kind);
  if (flags_[node] & kSuppressed) return;
  flags_[node] |= kAlive | kOld;
  kind_[node] = kind;
  own_[node] = SubjectNumber(own, seen);
  in_use_[node] = SubjectNumber(in_use, seen);
  if (kinds_[kind].type == crypto::LinkType::kId) subject_ids_.emplace_back(in_use_[node], kind);
}

void LinkGraph::AddKnownBlocked(const Uuid& link, uint16_t kind) {
  const Node node = NodeOf(link, kind);
  if (flags_[node] & kSuppressed) return;
  flags_[node] |= kAlive | kOld | kBlocked;
}

void LinkGraph::AddRow(std::span<const Node> nodes) {
  for (const Node node : nodes) {
    if (flags_[node] & kSuppressed) {
      ++figures_.suppressed_rows;
      return;
    }
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    flags_[nodes[i]] |= kAlive;
    for (size_t j = i + 1; j < nodes.size(); ++j) {
      if (nodes[i] != nodes[j]) pairs_.Add(nodes[i], nodes[j]);
    }
  }
}

uint32_t LinkGraph::Find(uint32_t node) {
  while (parent_[node] != node) {
    parent_[node] = parent_[parent_[node]];
    node = parent_[node];
  }
  return node;
}

void LinkGraph::Join(uint32_t a, uint32_t b) {
  a = Find(a);
  b = Find(b);
  if (a != b) parent_[std::max(a, b)] = std::min(a, b);
}

bool LinkGraph::HasId(uint32_t subject, uint16_t kind) const {
  return std::ranges::binary_search(subject_ids_, std::pair(subject, kind));
}

// A neighbour is counted as (node, kind of the neighbour, whether it is known as the same person).
void LinkGraph::BlockOverLimit() {
  std::ranges::sort(subject_ids_);
  std::vector<uint64_t> counts;
  counts.reserve(pairs_.size() * 2);
  const auto add = [&](Node node, Node neighbour) {
    const bool same = in_use_[node] != kNone && in_use_[node] == in_use_[neighbour];
    counts.push_back(uint64_t{node} << 32 | uint64_t{kind_[neighbour]} << 8 | (same ? 1U : 0U));
  };
  for (const uint64_t pair : pairs_.pairs()) {
    add(static_cast<Node>(pair >> 32), static_cast<Node>(pair));
    add(static_cast<Node>(pair), static_cast<Node>(pair >> 32));
  }
  std::ranges::sort(counts);
  for (size_t begin = 0; begin < counts.size();) {
    size_t end = begin;
    while (end < counts.size() && counts[end] >> 32 == counts[begin] >> 32) ++end;
    BlockByCounts(static_cast<Node>(counts[begin] >> 32),
                  std::span(counts).subspan(begin, end - begin));
    begin = end;
  }
}

void LinkGraph::BlockByCounts(Node node, std::span<const uint64_t> counts) {
  const uint32_t ids_max = limits_.IdsFor(kinds_[kind_[node]].type);
  for (size_t begin = 0; begin < counts.size();) {
    const auto kind = static_cast<uint16_t>(counts[begin] >> 8);
    uint64_t others = 0;
    uint64_t same = 0;
    size_t end = begin;
    for (; end < counts.size() && static_cast<uint16_t>(counts[end] >> 8) == kind; ++end) {
      (counts[end] & 1U ? same : others) += 1;
    }
    begin = end;
    // What earlier runs saw is remembered as the person: it has an id, so one neighbour at least.
    if (in_use_[node] != kNone && HasId(in_use_[node], kind)) same = std::max<uint64_t>(same, 1);
    const bool is_id = kinds_[kind].type == crypto::LinkType::kId;
    if ((is_id && ids_max > 0 && others + same > ids_max) ||
        (limits_.neighbours > 0 && others + same > limits_.neighbours)) {
      flags_[node] |= kBlocked;
    }
  }
}

void LinkGraph::JoinAll() {
  for (const uint64_t pair : pairs_.pairs()) {
    const auto a = static_cast<Node>(pair >> 32);
    const auto b = static_cast<Node>(pair);
    if (((flags_[a] | flags_[b]) & kBlocked) == 0) Join(a, b);
  }
  std::vector<uint32_t> first(subjects_.size(), kNone);
  for (Node node = 0; node < flags_.size(); ++node) {
    if (in_use_[node] == kNone || (flags_[node] & kBlocked)) continue;
    uint32_t& known = first[in_use_[node]];
    if (known == kNone) known = node;
    Join(known, node);
  }
}

std::vector<LinkGraph::Node> LinkGraph::AliveInOrder() const {
  // Eight bytes of a keyed hash decide nearly always: the sort stays within its own memory.
  std::vector<std::pair<uint64_t, Node>> order;
  order.reserve(flags_.size());
  for (Node node = 0; node < flags_.size(); ++node) {
    if ((flags_[node] & kAlive) == 0 || (flags_[node] & kSuppressed) != 0) continue;
    uint64_t head = 0;
    std::memcpy(&head, index_[node].data(), sizeof(head));
    order.emplace_back(__builtin_bswap64(head), node);  // big-endian: orders like the bytes
  }
  std::ranges::sort(order, [this](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : index_[a.second] < index_[b.second];
  });
  std::vector<Node> nodes;
  nodes.reserve(order.size());
  for (const auto& entry : order) nodes.push_back(entry.second);
  return nodes;
}

void LinkGraph::ChooseSubjects(const std::function<Subject()>& new_subject) {
  std::vector<uint32_t> chosen(flags_.size(), kNone);  // by root
  const auto age = [this](uint32_t subject) {
    return std::tie(subjects_[subject].seen, subjects_[subject].id);
  };
  for (const Node node : alive_) {
    if (in_use_[node] == kNone || (flags_[node] & kBlocked)) continue;
    uint32_t& best = chosen[Find(node)];
    if (best == kNone || age(in_use_[node]) < age(best)) best = in_use_[node];
  }
  std::vector<bool> used(subjects_.size(), false);
  for (const Node node : alive_) {
    if (flags_[node] & kBlocked) continue;
    uint32_t& best = chosen[Find(node)];
    if (best == kNone) {
      best = static_cast<uint32_t>(subjects_.size());
      subjects_.push_back(new_subject());
      used.push_back(false);
      ++figures_.new_subjects;
    }
    // A subject whose alias changes now was merged now.
    if (in_use_[node] != kNone && in_use_[node] != best && !used[in_use_[node]]) {
      used[in_use_[node]] = true;
      ++figures_.merged;
    }
    if (!used[best]) {
      used[best] = true;
      ++figures_.subjects;
    }
    if (own_[node] == kNone) own_[node] = best;
    in_use_[node] = best;
  }
}

void LinkGraph::Resolve(const std::function<Subject()>& new_subject) {
  BlockOverLimit();
  JoinAll();
  alive_ = AliveInOrder();
  ChooseSubjects(new_subject);
  figures_.links = alive_.size();
  for (const Node node : alive_) {
    if ((flags_[node] & kOld) == 0) ++figures_.new_links;
    if (flags_[node] & kBlocked) {
      ++figures_.blocked[std::string(crypto::LinkTypeName(kinds_[kind_[node]].type))];
    }
  }
}

void LinkGraph::ForEach(const std::function<void(const Entry&)>& visit) const {
  for (const Node node : alive_) {
    Entry entry{index_[node], kind_[node], (flags_[node] & kBlocked) != 0, nullptr, nullptr};
    if (!entry.blocked) {
      entry.own = &subjects_[own_[node]];
      entry.in_use = &subjects_[in_use_[node]];
    }
    visit(entry);
  }
}

}  // namespace signet::pipelines
