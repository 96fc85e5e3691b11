/// Tables with one thing wrong, and how every family of `signet lab` takes them: a clear error or a
/// documented result, never a figure that is no number.
#pragma once

#include <cctype>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/query/database.h"
#include "tests/coordinator/cli/lab_world.h"

namespace signet::coordinator {

/// A number that only the row decides.
inline int Mixed(int row, int below, int by = 7919) {
  return (row * by + 13) % below;
}

inline std::string Of(int value) {
  return std::to_string(value);
}

using Cell = std::function<std::string(int)>;
using Cells = std::map<std::string, Cell>;

/// A table whose columns are made by `usual`, but for those that `changed` makes.
inline std::string Table(const std::vector<std::string>& names,
                         const Cells& usual,
                         const Cells& changed,
                         int rows) {
  std::string csv = Join(names, ",") + "\n";
  for (int row = 0; row < rows; ++row) {
    std::string line;
    for (const std::string& name : names) {
      const auto found = changed.find(name);
      line += (line.empty() && name == names.front() ? "" : ",") +
              (found == changed.end() ? usual.at(name) : found->second)(row);
    }
    csv += line + "\n";
  }
  return csv;
}

inline std::string People(const Cells& changed = {}, int rows = 300) {
  static const Cells kUsual = {{"id", [](int i) { return "p" + Of(i); }},
                               {"x", [](int i) { return Of(Mixed(i, 17)); }},
                               {"z", [](int i) { return Of(i * 31 % 23); }},
                               {"c", [](int i) { return std::string(1, "abc"[i % 3]); }},
                               {"y", [](int i) { return Of(Mixed(i, 3) == 0 ? 1 : 0); }},
                               {"v", [](int i) { return Of(Mixed(i, 90)); }},
                               {"days", [](int i) { return Of(1 + Mixed(i, 60)); }},
                               {"event", [](int i) { return Of(Mixed(i, 4) > 0 ? 1 : 0); }}};
  return Table({"id", "x", "z", "c", "y", "v", "days", "event"}, kUsual, changed, rows);
}

inline std::string Bought(const Cells& changed = {}, int rows = 120) {
  static const Cells kUsual = {
      {"who", [](int i) { return "c" + Of(Mixed(i, 40)); }},
      {"day",
       [](int i) { return "2026-0" + Of(1 + Mixed(i, 6, 31)) + "-" + Of(10 + Mixed(i, 18, 17)); }},
      {"item", [](int i) { return "i" + Of(Mixed(i, 6, 11)); }},
      {"paid", [](int i) { return Of(5 + Mixed(i, 40)); }}};
  return Table({"who", "day", "item", "paid"}, kUsual, changed, rows);
}

inline std::string Trial(const Cells& changed = {}, int rows = 300) {
  static const Cells kUsual = {{"unit", [](int i) { return "u" + Of(i); }},
                               {"arm", [](int i) { return std::string(1, "ab"[i % 2]); }},
                               {"y", [](int i) { return Of(Mixed(i, 3) == 0 ? 1 : 0); }},
                               {"v", [](int i) { return Of(Mixed(i, 50)); }},
                               {"pre", [](int i) { return Of(Mixed(i, 20, 31)); }},
                               {"seg", [](int i) { return std::string(1, "st"[i / 2 % 2]); }}};
  return Table({"unit", "arm", "y", "v", "pre", "seg"}, kUsual, changed, rows);
}

inline std::string Log(const Cells& changed = {}, int rows = 200) {
  static const Cells kUsual = {{"action", [](int i) { return std::string(1, "ab"[i % 2]); }},
                               {"reward", [](int i) { return Of(Mixed(i, 3) == 0 ? 1 : 0); }},
                               {"p", [](int) { return std::string("0.5"); }},
                               {"x", [](int i) { return Of(Mixed(i, 9)); }}};
  return Table({"action", "reward", "p", "x"}, kUsual, changed, rows);
}

inline Cell Always(const std::string& value) {
  return [value](int) { return value; };
}

/// One infinite value among numbers.
inline std::string OneInfinite(int row) {
  return row == 7 ? "inf" : Of(Mixed(row, 17));
}

/// `error` is part of what is said; empty: the command ends well.
struct Case {
  std::string name;
  std::string table;
  std::string error;
};

/// A family of methods: how it is called, and what it meets.
struct Family {
  const char* name;
  void (*add)(CLI::App&, CommandOutcome&);
  std::vector<std::string> arguments;
  std::vector<Case> cases;
};

/// "nan" or "inf" as a figure: JSON has no such numbers, and nobody may print them as text.
inline bool HoldsNoNumber(const std::string& text) {
  for (const char* word : {"nan", "inf", "infinity"}) {
    const std::string wanted(word);
    for (size_t at = 0; (at = text.find(wanted, at)) != std::string::npos; ++at) {
      const auto letter = [&](size_t i) {
        return i < text.size() && std::isalpha(static_cast<unsigned char>(text[i])) != 0;
      };
      if ((at == 0 || !letter(at - 1)) && !letter(at + wanted.size())) return true;
    }
  }
  return false;
}

class LabBadInput : public LabWorld {
 protected:
  /// The table as CSV, gzip or Parquet: by turns, so that each family meets each.
  std::string FileOf(const std::string& csv) {
    std::string plain = File("in.csv", csv);
    const bool gzip = ++cases_ % 3 == 0;
    if (cases_ % 3 == 1) return plain;
    std::string packed = (folder_.path() / (gzip ? "in.csv.gz" : "in.parquet")).string();
    const Status written =
        Writer().Execute("COPY (SELECT * FROM read_csv(" + SqlLiteral(plain) +
                         ", sample_size=-1)) TO " + SqlLiteral(packed) + " (FORMAT " +
                         (gzip ? "csv, COMPRESSION gzip" : "parquet") + ", USE_TMP_FILE false)");
    EXPECT_TRUE(written.ok()) << written.ToString();
    return packed;
  }

  /// Opened once a test: opening costs more than a case.
  pipelines::query::Connection& Writer() {
    if (!writer_) {
      const auto path = [&](const char* name) { return (folder_.path() / name).string(); };
      auto database = pipelines::query::Database::Open(
          {.readable_paths = {path("in.csv"), path("in.csv.gz"), path("in.parquet")}});
      CHECK(database.ok());
      database_ = std::move(*database);
      writer_ = database_->Connect();
    }
    return *writer_;
  }

  void ExpectAll(const Family& family) {
    for (const Case& c : family.cases) Expect(family, c);
  }

  void Expect(const Family& family, const Case& c) {
    const std::string file = FileOf(c.table);
    SCOPED_TRACE(std::string(family.name) + ": " + c.name + " in " + file);
    std::vector<std::string> arguments = family.arguments;
    for (std::string& argument : arguments) {
      if (argument == "FILE") argument = file;
    }
    arguments.insert(arguments.end(), {"--format", "json"});
    const std::string out = Run(family.add, arguments);
    if (c.error.empty()) {
      EXPECT_EQ(exit_code_, 0) << errors_;
      EXPECT_TRUE(Json::Parse(out).ok());
      EXPECT_FALSE(HoldsNoNumber(out)) << out;
    } else {
      EXPECT_EQ(exit_code_, 1);
      EXPECT_NE(errors_.find(c.error), std::string::npos) << errors_;
    }
  }

 private:
  std::unique_ptr<pipelines::query::Database> database_;
  std::unique_ptr<pipelines::query::Connection> writer_;
  int cases_ = 0;
};

}  // namespace signet::coordinator
