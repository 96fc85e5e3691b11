#include "pipelines/govern/gate_facts.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <tuple>
#include <utility>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

using policies::Fact;

constexpr int64_t kDayMicros = 86'400'000'000;

/// Where the facts of a column are in the query's result.
struct FactColumn {
  ColumnRole role = ColumnRole::kValue;
  std::string purpose;
  std::string source;
  std::string wording;
  size_t value = 0;
  std::optional<size_t> time;
};

/// Reads facts out of chunks whose first column is the subject.
class FactReader {
 public:
  FactReader(const SourceSpec& spec, const JurisdictionTable& jurisdictions, Timestamp as_of)
      : jurisdictions_(jurisdictions), source_(spec.name), day_(as_of.micros / kDayMicros) {
    for (size_t i = 0; i < spec.columns.size(); ++i) {
      const SourceColumn& column = spec.columns[i];
      if (column.role == ColumnRole::kValue) continue;
      FactColumn fact{column.role,
                      column.purpose,
                      spec.name + "." + column.name,
                      column.wording,
                      names_.size() + 1,
                      std::nullopt};
      names_.push_back(FactColumnName(i));
      if (!column.as_of.empty()) {
        fact.time = names_.size() + 1;
        names_.push_back(FactTimeColumnName(i));
      }
      if (column.role == ColumnRole::kCountry) country_ = columns_.size();
      if (column.role == ColumnRole::kRegion) region_ = columns_.size();
      columns_.push_back(std::move(fact));
    }
  }

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  void Read(const query::Chunk& chunk, size_t r, std::vector<Fact>& facts) const {
    const SubjectId subject{chunk.GetUuid(0, r)};
    const size_t before = facts.size();
    const std::string jurisdiction = Jurisdiction(chunk, r);
    for (size_t i = 0; i < columns_.size(); ++i) {
      const FactColumn& column = columns_[i];
      if (chunk.IsNull(column.value, r) || i == region_) continue;
      Fact fact;
      fact.subject = subject;
      fact.source = column.source;
      if (!Fill(column, chunk, r, jurisdiction, fact)) continue;
      if (column.time && !chunk.IsNull(*column.time, r)) {
        fact.time_micros = chunk.Int64(*column.time, r);
      }
      facts.push_back(std::move(fact));
    }
    if (facts.size() == before) facts.push_back({subject, Fact::kSeen, "", "", 0, source_, ""});
  }

 private:
  static constexpr size_t kNone = ~size_t{0};

  [[nodiscard]] std::string_view TextOf(size_t column, const query::Chunk& chunk, size_t r) const {
    if (column == kNone || chunk.IsNull(columns_[column].value, r)) return {};
    return chunk.Text(columns_[column].value, r);
  }

  [[nodiscard]] std::string Jurisdiction(const query::Chunk& chunk, size_t r) const {
    if (country_ == kNone) return {};
    return jurisdictions_.Of(TextOf(country_, chunk, r), TextOf(region_, chunk, r));
  }

  bool Fill(const FactColumn& column,
            const query::Chunk& chunk,
            size_t r,
            const std::string& jurisdiction,
            Fact& fact) const {
    const auto yes = [&] { return chunk.Bool(column.value, r); };
    const auto truth = [](bool value) { return std::string(value ? "true" : "false"); };
    switch (column.role) {
      case ColumnRole::kValue:
      case ColumnRole::kRegion:
        return false;
      case ColumnRole::kCountry:
        fact.kind = Fact::kJurisdiction;
        fact.value = jurisdiction;
        return true;
      case ColumnRole::kConsent:
        fact.kind = Fact::kConsent;
        fact.purpose = column.purpose;
        fact.value = yes() ? "given" : "withdrawn";
        fact.wording = column.wording;
        return true;
      case ColumnRole::kOptOutSale:
      case ColumnRole::kOptOutShare:
        fact.kind = Fact::kOptOutSale;
        fact.value = truth(yes());
        return true;
      case ColumnRole::kGpc:  // its absence takes nothing back
        fact.kind = Fact::kGpc;
        fact.value = "true";
        return yes();
      case ColumnRole::kBirthDate:
        fact.kind = Fact::kMinor;
        fact.value = truth(AgeInYears(chunk.Int64(column.value, r), day_) <
                           jurisdictions_.MinorAge(jurisdiction));
        return true;
      case ColumnRole::kMinor:
        fact.kind = Fact::kMinor;
        fact.value = truth(yes());
        return true;
    }
    return false;
  }

  const JurisdictionTable& jurisdictions_;
  std::string source_;
  int64_t day_;
  std::vector<FactColumn> columns_;
  std::vector<std::string> names_;
  size_t country_ = kNone;
  size_t region_ = kNone;
};

uint64_t Prefix(const SubjectId& subject) {
  uint64_t prefix = 0;
  std::memcpy(&prefix, subject.value.data(), sizeof(prefix));
  return __builtin_bswap64(prefix);  // big-endian: orders like the bytes
}

/// The facts in order, each once; a subject of whom more is known needs no kSeen.
std::vector<Fact> Tidied(std::vector<Fact> facts) {
  const auto key = [](const Fact& f) {
    return std::tie(f.subject, f.kind, f.purpose, f.source, f.time_micros, f.value, f.wording);
  };
  // Facts are large: sort what is small, compare whole facts of one subject only.
  std::vector<std::pair<uint64_t, uint32_t>> order;
  order.reserve(facts.size());
  for (uint32_t i = 0; i < facts.size(); ++i) order.emplace_back(Prefix(facts[i].subject), i);
  std::ranges::sort(order, [&](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : key(facts[a.second]) < key(facts[b.second]);
  });
  std::vector<Fact> tidy;
  tidy.reserve(facts.size());
  for (const auto& entry : order) {
    Fact& fact = facts[entry.second];
    if (!tidy.empty() && tidy.back() == fact) continue;
    if (!tidy.empty() && tidy.back().kind == Fact::kSeen && tidy.back().subject == fact.subject) {
      tidy.pop_back();
    }
    tidy.push_back(std::move(fact));
  }
  return tidy;
}

}  // namespace

int64_t AgeInYears(int64_t birth_day, int64_t day) {
  const auto date = [](int64_t days) {
    return std::chrono::year_month_day(
        std::chrono::sys_days(std::chrono::days(static_cast<int>(days))));
  };
  const std::chrono::year_month_day birth = date(birth_day);
  const std::chrono::year_month_day today = date(day);
  const int64_t years = static_cast<int>(today.year()) - static_cast<int>(birth.year());
  const bool before_birthday =
      std::tuple(static_cast<unsigned>(today.month()), static_cast<unsigned>(today.day())) <
      std::tuple(static_cast<unsigned>(birth.month()), static_cast<unsigned>(birth.day()));
  return before_birthday ? years - 1 : years;
}

Result<uint64_t> CollectFacts(query::Connection& connection,
                              const SourceSpec& spec,
                              const JurisdictionTable& jurisdictions,
                              const PartitionTables& tables,
                              const StageContext& context,
                              const FactSink& sink) {
  const FactReader reader(spec, jurisdictions, context.as_of);
  std::string select = "SELECT DISTINCT subject";
  for (const std::string& name : reader.names()) select += ", " + name;
  uint64_t total = 0;
  for (int partition = 0; partition < context.partitions; ++partition) {
    const std::string& table = tables.table(static_cast<size_t>(partition));
    if (table.empty()) continue;
    ASSIGN_OR_RETURN(const auto rows, connection.Query(select + " FROM " + SqlName(table)));
    std::vector<Fact> facts;
    query::Chunk chunk;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
      if (!more) break;
      for (size_t r = 0; r < chunk.size(); ++r) reader.Read(chunk, r, facts);
    }
    facts = Tidied(std::move(facts));
    total += facts.size();
    if (!facts.empty()) TRY(sink(partition, std::move(facts)));
  }
  return total;
}

}  // namespace signet::pipelines
