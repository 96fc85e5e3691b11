#include "pipelines/identity/resolver.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "crypto/base/text.h"
#include "crypto/pseudonym/suppression_hasher.h"
#include "pipelines/identity/identity_table.h"
#include "pipelines/identity/link_graph.h"

namespace signet::pipelines {
namespace {

constexpr size_t kLinksMax = 16;
constexpr size_t kKeyBytes = 32;

std::string LinkColumns(size_t count) {
  std::vector<std::string> names;
  for (size_t i = 1; i <= count; ++i) names.push_back("link_" + std::to_string(i));
  return Join(names, ", ");
}

Result<uint16_t> KindFromName(LinkGraph& graph, std::string_view name) {
  const size_t colon = name.find(':');
  ASSIGN_OR_RETURN(const crypto::LinkType type, crypto::LinkTypeFromName(name.substr(0, colon)));
  return graph.KindOf(
      type, colon == std::string_view::npos ? std::string() : std::string(name.substr(colon + 1)));
}

Status ReadKnown(query::Connection& connection, const std::string& view, LinkGraph& graph) {
  ASSIGN_OR_RETURN(const auto rows,
                   connection.Query("SELECT link, type, subject, alias_of, blocked, seen FROM " +
                                    SqlName(view)));
  std::map<std::string, uint16_t, std::less<>> kinds;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return OkStatus();
    for (size_t r = 0; r < chunk.size(); ++r) {
      const std::string_view name = chunk.Text(1, r);
      auto kind = kinds.find(name);
      if (kind == kinds.end()) {
        ASSIGN_OR_RETURN(const uint16_t number, KindFromName(graph, name));
        kind = kinds.emplace(std::string(name), number).first;
      }
      const Uuid link = chunk.GetUuid(0, r);
      if (chunk.Bool(4, r)) {
        graph.AddKnownBlocked(link, kind->second);
        continue;
      }
      const Uuid own = chunk.GetUuid(2, r);
      const Uuid in_use = chunk.IsNull(3, r) ? own : chunk.GetUuid(3, r);
      graph.AddKnown(link, kind->second, own, in_use, chunk.Int64(5, r));
    }
  }
}

void AddChunk(const query::Chunk& chunk, const std::vector<uint16_t>& kinds, LinkGraph& graph) {
  const size_t links = kinds.size();
  for (size_t c = 0; c < links; ++c) {
    for (size_t r = 0; r < chunk.size(); ++r) {
      if (!chunk.IsNull(c, r)) graph.Prefetch(chunk.GetUuid(c, r));
    }
  }
  std::array<LinkGraph::Node, kLinksMax> nodes{};
  for (size_t r = 0; r < chunk.size(); ++r) {
    size_t n = 0;
    for (size_t c = 0; c < links; ++c) {
      if (!chunk.IsNull(c, r)) nodes[n++] = graph.NodeOf(chunk.GetUuid(c, r), kinds[c]);
    }
    if (n > 0) graph.AddRow(std::span(nodes.data(), n));
  }
}

Result<uint64_t> ReadInput(query::Connection& connection,
                           const ResolveInput& input,
                           LinkGraph& graph) {
  if (input.links.empty() || input.links.size() > kLinksMax) {
    return Invalid("source view '" + input.view + "' needs 1 to " + std::to_string(kLinksMax) +
                   " link columns");
  }
  std::vector<uint16_t> kinds;
  for (const ResolveInput::Link& link : input.links) {
    kinds.push_back(graph.KindOf(link.type, link.id_domain));
  }
  ASSIGN_OR_RETURN(
      const auto rows,
      connection.Query("SELECT " + LinkColumns(kinds.size()) + " FROM " + SqlName(input.view)));
  uint64_t count = 0;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return count;
    count += chunk.size();
    AddChunk(chunk, kinds, graph);
  }
}

/// Random bytes in blocks: one system call for hundreds of subjects.
class EntropyBlocks {
 public:
  explicit EntropyBlocks(Entropy& entropy) : entropy_(entropy), block_(kBlockBytes) {}
  ~EntropyBlocks() { Wipe(block_.data(), block_.size()); }
  EntropyBlocks(const EntropyBlocks&) = delete;
  EntropyBlocks& operator=(const EntropyBlocks&) = delete;

  /// The next `size` bytes; valid until the next call.
  ByteView Take(size_t size) {
    if (used_ + size > block_.size()) {
      entropy_.Fill(block_);
      used_ = 0;
    }
    used_ += size;
    return ByteView(block_).subspan(used_ - size, size);
  }

 private:
  static constexpr size_t kBlockBytes = 1 << 16;
  Entropy& entropy_;
  Bytes block_;
  size_t used_ = kBlockBytes;
};

Status WriteIdentity(query::Connection& connection, const LinkGraph& graph) {
  ASSIGN_OR_RETURN(const auto writer, connection.CreateTable("identity_out", IdentitySchema()));
  size_t r = 0;
  Status status;
  graph.ForEach([&](const LinkGraph::Entry& entry) {
    if (!status.ok()) return;
    writer->column(0).SetUuid(r, entry.link);
    writer->column(1).SetText(r, graph.KindName(entry.kind));
    writer->column(2).SetUuid(r, entry.own != nullptr ? entry.own->id : Uuid{});
    if (entry.own == entry.in_use) {
      writer->column(3).SetNull(r);
    } else {
      writer->column(3).SetUuid(r, entry.in_use->id);
    }
    writer->column(4).SetBool(r, entry.blocked);
    writer->column(5).SetInt64(r, entry.own != nullptr ? entry.own->seen : 0);
    if (++r == query::kChunkRows) {
      status = writer->Flush(r);
      r = 0;
    }
  });
  TRY(status);
  if (r > 0) TRY(writer->Flush(r));
  return writer->Finish();
}

Status WriteKeyring(query::Connection& connection,
                    const LinkGraph& graph,
                    const std::string& keyring,
                    EntropyBlocks& random) {
  ASSIGN_OR_RETURN(const auto writer, connection.CreateTable("keyring_out", KeyringSchema()));
  size_t r = 0;
  for (const LinkGraph::Subject& subject : graph.subjects()) {
    if (!subject.is_new) continue;
    writer->column(0).SetUuid(r, subject.id);
    writer->column(1).SetBytes(r, random.Take(kKeyBytes));
    writer->column(2).SetBytes(r, random.Take(kKeyBytes));
    if (++r == query::kChunkRows) {
      TRY(writer->Flush(r));
      r = 0;
    }
  }
  if (r > 0) TRY(writer->Flush(r));
  TRY(writer->Finish());
  if (keyring.empty()) return OkStatus();
  return connection.Execute("INSERT INTO keyring_out SELECT subject, cell_key, log_key FROM " +
                            SqlName(keyring));
}

/// Looks each person's link values up among the kept signals.
Status FindSignals(const LinkGraph& graph, const ResolveKeys& keys) {
  if (keys.signals == nullptr || keys.signals->empty() || keys.found == nullptr) return OkStatus();
  if (keys.suppression == nullptr) return Denied("the suppression key is not in this lease");
  const crypto::SuppressionHasher hasher(*keys.suppression);
  std::map<Uuid, int64_t> kept;
  for (const KeptSignal& signal : *keys.signals) kept.emplace(signal.value, signal.time);
  graph.ForEach([&](const LinkGraph::Entry& entry) {
    if (entry.in_use == nullptr) return;
    const auto signal = kept.find(hasher.Of(entry.link));
    if (signal == kept.end()) return;
    keys.found->push_back({{signal->first, signal->second}, SubjectId{entry.in_use->id}});
  });
  return OkStatus();
}

Json FiguresOf(const LinkGraph::Figures& figures, uint64_t rows) {
  Json blocked{Json::Object()};
  for (const auto& [type, count] : figures.blocked) blocked.Set(type, count);
  return Json::Of({{"rows", rows},
                   {"links", figures.links},
                   {"new_links", figures.new_links},
                   {"subjects", figures.subjects},
                   {"new_subjects", figures.new_subjects},
                   {"merged", figures.merged},
                   {"blocked", blocked},
                   {"suppressed_links", figures.suppressed_links},
                   {"suppressed_rows", figures.suppressed_rows}});
}

}  // namespace

Result<ResolveOptions> ResolveOptions::FromJson(const Json& json) {
  ResolveOptions options;
  for (const Json& item : json["inputs"].items()) {
    ResolveInput input;
    input.view = item["view"].AsString();
    for (const Json& link : item["links"].items()) {
      ASSIGN_OR_RETURN(const crypto::LinkType type,
                       crypto::LinkTypeFromName(link["type"].AsString()));
      input.links.push_back({type, link["domain"].AsString()});
    }
    options.inputs.push_back(std::move(input));
  }
  ASSIGN_OR_RETURN(options.limits, LinkLimits::FromJson(json["limits"]));
  if (json.Has("identity")) options.identity = json["identity"].AsString();
  if (json.Has("keyring")) options.keyring = json["keyring"].AsString();
  return options;
}

Json ResolveOptions::ToJson() const {
  Json list{Json::Array()};
  for (const ResolveInput& input : inputs) {
    Json links{Json::Array()};
    for (const ResolveInput::Link& link : input.links) {
      links.Push(Json::Of({{"type", crypto::LinkTypeName(link.type)}, {"domain", link.id_domain}}));
    }
    list.Push(Json::Of({{"view", input.view}, {"links", links}}));
  }
  return Json::Of({{"inputs", list},
                   {"limits", limits.ToJson()},
                   {"identity", identity},
                   {"keyring", keyring}});
}

Result<Json> RunResolve(query::Connection& connection,
                        const ResolveOptions& options,
                        const ResolveKeys& keys,
                        Entropy& entropy,
                        const StageContext& context) {
  std::function<bool(const Uuid&)> suppressed;
  std::optional<crypto::SuppressionHasher> hasher;
  if (keys.suppressed != nullptr && !keys.suppressed->empty()) {
    if (keys.suppression == nullptr) return Denied("the suppression key is not in this lease");
    hasher.emplace(*keys.suppression);
    suppressed = [&hasher, &keys](const Uuid& link) {
      return keys.suppressed->Contains(hasher->Of(link));
    };
  }
  LinkGraph graph(options.limits, suppressed);
  if (!options.identity.empty()) TRY(ReadKnown(connection, options.identity, graph));
  uint64_t rows = 0;
  for (size_t i = 0; i < options.inputs.size(); ++i) {
    ASSIGN_OR_RETURN(const uint64_t count, ReadInput(connection, options.inputs[i], graph));
    rows += count;
    if (context.progress) {
      context.progress(0.8 * static_cast<double>(i + 1) /
                       static_cast<double>(options.inputs.size()));
    }
  }
  EntropyBlocks random(entropy);
  graph.Resolve([&] {
    LinkGraph::Subject subject;
    const ByteView id = random.Take(sizeof(Uuid));
    std::memcpy(subject.id.data(), id.data(), id.size());
    subject.seen = graph.newest_seen() + 1;
    subject.is_new = true;
    return subject;
  });
  TRY(FindSignals(graph, keys));
  TRY(WriteIdentity(connection, graph));
  TRY(WriteKeyring(connection, graph, options.keyring, random));
  return FiguresOf(graph.figures(), rows);
}

}  // namespace signet::pipelines
