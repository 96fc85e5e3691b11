#include "pipelines/identity/link_graph.h"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

using crypto::LinkType;

Uuid LinkOf(uint64_t n) {
  SeededEntropy random(n);
  return random.RandomUuid();
}

/// A world of rows over three kinds of links: ids, e-mails, cards.
using Row = std::vector<std::pair<int, uint64_t>>;  // (kind, number)

std::vector<Row> RandomRows(uint64_t seed, size_t rows, uint64_t persons) {
  SeededEntropy random(seed);
  std::vector<Row> world;
  for (size_t i = 0; i < rows; ++i) {
    const uint64_t person = random.Next() % persons;
    Row row;
    if (random.Next() % 3 != 0) row.emplace_back(0, person);
    if (random.Next() % 3 != 0) row.emplace_back(1, person * 2 + random.Next() % 2);
    if (random.Next() % 3 != 0) {
      row.emplace_back(2, random.Next() % 10 == 0 ? random.Next() % persons : person);
    }
    if (!row.empty()) world.push_back(row);
  }
  return world;
}

/// The persons as sets of link values; blocked values apart.
struct Groups {
  std::set<std::set<Uuid>> persons;
  std::set<Uuid> blocked;
  friend bool operator==(const Groups&, const Groups&) = default;
};

LinkGraph BuildGraph(const std::vector<Row>& rows) {
  LinkLimits limits;
  limits.email = 2;
  limits.card = 2;
  LinkGraph graph(limits, {});
  const std::vector<uint16_t> kinds = {graph.KindOf(LinkType::kId, "crm"),
                                       graph.KindOf(LinkType::kEmail, ""),
                                       graph.KindOf(LinkType::kCard, "")};
  for (const Row& row : rows) {
    std::vector<LinkGraph::Node> nodes;
    for (const auto& [kind, number] : row) {
      const auto k = static_cast<uint64_t>(kind);
      nodes.push_back(graph.NodeOf(LinkOf(number * 3 + k), kinds[k]));
    }
    graph.AddRow(nodes);
  }
  return graph;
}

Groups GroupsOf(const LinkGraph& graph) {
  Groups groups;
  std::map<Uuid, std::set<Uuid>> by_subject;
  graph.ForEach([&](const LinkGraph::Entry& entry) {
    if (entry.blocked) {
      groups.blocked.insert(entry.link);
    } else {
      by_subject[entry.in_use->id].insert(entry.link);
    }
  });
  for (auto& [subject, links] : by_subject) groups.persons.insert(links);
  return groups;
}

Groups Resolve(const std::vector<Row>& rows, uint64_t seed) {
  LinkGraph graph = BuildGraph(rows);
  SeededEntropy random(seed);
  graph.Resolve([&] { return LinkGraph::Subject{random.RandomUuid(), 1, true}; });
  return GroupsOf(graph);
}

Uuid LinkOfCell(const std::pair<int, uint64_t>& cell) {
  return LinkOf(cell.second * 3 + static_cast<uint64_t>(cell.first));
}

/// Links that stand beside more than two ids.
std::set<Uuid> BlockedIn(const std::vector<Row>& rows) {
  std::map<Uuid, std::set<Uuid>> ids;
  for (const Row& row : rows) {
    for (const auto& a : row) {
      for (const auto& b : row) {
        if (a.first != 0 && b.first == 0) ids[LinkOfCell(a)].insert(LinkOfCell(b));
      }
    }
  }
  std::set<Uuid> blocked;
  for (const auto& [value, neighbours] : ids) {
    if (neighbours.size() > 2) blocked.insert(value);
  }
  return blocked;
}

/// `merged` and all of `sets` that meet it become one.
std::vector<std::set<Uuid>> Merge(const std::vector<std::set<Uuid>>& sets, std::set<Uuid> merged) {
  std::vector<std::set<Uuid>> rest;
  for (const std::set<Uuid>& set : sets) {
    const bool meets = std::ranges::any_of(set, [&](const Uuid& u) { return merged.contains(u); });
    if (meets) {
      merged.insert(set.begin(), set.end());
    } else {
      rest.push_back(set);
    }
  }
  rest.push_back(std::move(merged));
  return rest;
}

/// The same by repeated merging of sets, the slow and obvious way.
Groups Reference(const std::vector<Row>& rows) {
  Groups groups;
  groups.blocked = BlockedIn(rows);
  std::vector<std::set<Uuid>> sets;
  for (const Row& row : rows) {
    std::set<Uuid> links;
    for (const auto& cell : row) {
      if (!groups.blocked.contains(LinkOfCell(cell))) links.insert(LinkOfCell(cell));
    }
    if (!links.empty()) sets = Merge(sets, std::move(links));
  }
  groups.persons.insert(sets.begin(), sets.end());
  return groups;
}

TEST(LinkGraph, GroupsLikeTheObviousAlgorithmInAnyOrderOfRows) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::vector<Row> rows = RandomRows(seed, 60, 15);
    const Groups want = Reference(rows);
    EXPECT_EQ(Resolve(rows, seed), want);
    for (uint64_t order = 0; order < 3; ++order) {
      SeededEntropy random(seed * 100 + order);
      for (size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[random.Next() % i]);
      for (Row& row : rows) std::ranges::reverse(row);
      EXPECT_EQ(Resolve(rows, seed + order), want);
    }
  }
}

TEST(LinkGraph, MergeKeepsTheOlderSubjectAndItsAliasRemembersTheOther) {
  LinkGraph graph({}, {});
  const uint16_t id = graph.KindOf(LinkType::kId, "crm");
  const uint16_t email = graph.KindOf(LinkType::kEmail, "");
  const Uuid older = LinkOf(101), younger = LinkOf(102);
  graph.AddKnown(LinkOf(1), id, younger, younger, 5);
  graph.AddKnown(LinkOf(2), email, older, older, 3);
  const std::vector<LinkGraph::Node> row = {graph.NodeOf(LinkOf(1), id),
                                            graph.NodeOf(LinkOf(2), email)};
  graph.AddRow(row);
  graph.Resolve([&]() -> LinkGraph::Subject {
    ADD_FAILURE();
    return {};
  });
  graph.ForEach([&](const LinkGraph::Entry& entry) {
    EXPECT_EQ(entry.in_use->id, older);
    EXPECT_EQ(entry.own->id, entry.link == LinkOf(1) ? younger : older);
  });
  EXPECT_EQ(graph.figures().merged, 1U);
  EXPECT_EQ(graph.figures().subjects, 1U);
}

TEST(LinkGraph, CookieOfAnotherRunIsBlockedWhenASecondCustomerUsesIt) {
  LinkGraph graph({}, {});
  const uint16_t id = graph.KindOf(LinkType::kId, "crm");
  const uint16_t cookie = graph.KindOf(LinkType::kCookie, "");
  const Uuid first = LinkOf(101);
  graph.AddKnown(LinkOf(1), id, first, first, 1);
  graph.AddKnown(LinkOf(2), cookie, first, first, 1);
  const std::vector<LinkGraph::Node> row = {graph.NodeOf(LinkOf(3), id),
                                            graph.NodeOf(LinkOf(2), cookie)};
  graph.AddRow(row);
  const Uuid second = LinkOf(103);
  graph.Resolve([&] { return LinkGraph::Subject{second, 2, true}; });
  std::map<Uuid, LinkGraph::Entry> entries;
  graph.ForEach([&](const LinkGraph::Entry& entry) { entries.emplace(entry.link, entry); });
  EXPECT_TRUE(entries.at(LinkOf(2)).blocked);
  EXPECT_EQ(entries.at(LinkOf(1)).in_use->id, first);
  EXPECT_EQ(entries.at(LinkOf(3)).in_use->id, second);
}

TEST(LinkGraph, SameRowsAgainChangeNothing) {
  const std::vector<Row> rows = RandomRows(9, 200, 40);
  LinkGraph first = BuildGraph(rows);
  SeededEntropy random(1);
  first.Resolve([&] { return LinkGraph::Subject{random.RandomUuid(), 1, true}; });
  LinkGraph second = BuildGraph(rows);
  first.ForEach([&](const LinkGraph::Entry& entry) {
    if (entry.blocked) {
      second.AddKnownBlocked(entry.link, entry.kind);
    } else {
      second.AddKnown(entry.link, entry.kind, entry.own->id, entry.in_use->id, entry.own->seen);
    }
  });
  second.Resolve([&]() -> LinkGraph::Subject {
    ADD_FAILURE();
    return {};
  });
  EXPECT_EQ(GroupsOf(first), GroupsOf(second));
  EXPECT_EQ(second.figures().merged, 0U);
  EXPECT_EQ(second.figures().new_links, 0U);
}

TEST(LinkGraph, RowWithASuppressedLinkBringsNothingToLife) {
  const Uuid erased = LinkOf(1);
  LinkGraph graph({}, [&](const Uuid& link) { return link == erased; });
  const uint16_t id = graph.KindOf(LinkType::kId, "crm");
  const uint16_t email = graph.KindOf(LinkType::kEmail, "");
  const std::vector<LinkGraph::Node> row = {graph.NodeOf(erased, id),
                                            graph.NodeOf(LinkOf(2), email)};
  graph.AddRow(row);
  graph.Resolve([&]() -> LinkGraph::Subject {
    ADD_FAILURE();
    return {};
  });
  graph.ForEach([](const LinkGraph::Entry&) { ADD_FAILURE() << "nobody is left"; });
  EXPECT_EQ(graph.figures().suppressed_links, 1U);
  EXPECT_EQ(graph.figures().suppressed_rows, 1U);
}

}  // namespace
}  // namespace signet::pipelines
