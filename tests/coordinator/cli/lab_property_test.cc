// What must not change a result, and what changes it as theory says, for each family of methods at
// its outermost door: the rows in another order, another number of threads, a constant column more,
// a column under another name, and everybody a second time.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "tests/coordinator/cli/lab_world.h"

namespace signet::coordinator {
namespace {

using Lines = std::vector<std::string>;

Lines LinesOf(const std::string& csv) {
  std::istringstream in(csv);
  Lines lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string TextOf(const Lines& lines) {
  return Join(lines, "\n") + "\n";
}

/// The rows in an order that only a seedless rule decides.
std::string Shuffled(const std::string& csv) {
  Lines lines = LinesOf(csv);
  std::sort(lines.begin() + 1, lines.end(), [](const std::string& a, const std::string& b) {
    const auto key = [](const std::string& text) { return std::hash<std::string>{}(text); };
    return std::make_pair(key(a), a) < std::make_pair(key(b), b);
  });
  return TextOf(lines);
}

std::string WithConstant(const std::string& csv) {
  Lines lines = LinesOf(csv);
  for (size_t i = 0; i < lines.size(); ++i) lines[i] += i == 0 ? ",always" : ",1";
  return TextOf(lines);
}

/// The column `x`, which every table has, under another name.
std::string Renamed(const std::string& csv) {
  Lines lines = LinesOf(csv);
  lines[0] = "," + lines[0] + ",";
  lines[0].replace(lines[0].find(",x,"), 3, ",x_by_another_name,");
  lines[0] = lines[0].substr(1, lines[0].size() - 2);
  return TextOf(lines);
}

/// Everybody a second time, as somebody else: the first column names them.
std::string Twice(const std::string& csv) {
  const Lines lines = LinesOf(csv);
  Lines both = lines;
  for (size_t i = 1; i < lines.size(); ++i) both.push_back("again" + lines[i]);
  return TextOf(both);
}

/// Uniform in [0, 1), decided by `row` and `column` alone.
double Draw(int row, int column) {
  uint64_t z = (static_cast<uint64_t>(row) << 20) + static_cast<uint64_t>(column) * 0x9E3779B9U;
  z += 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
}

std::string Decimal(double value) {
  return FixedText(value, 4);
}

/// "who,x,z,v,arm,p,y": three groups by (x, z); the treated with a high z answer more often.
std::string People(int rows = 600) {
  std::string csv = "who,x,z,v,arm,p,y\n";
  for (int i = 0; i < rows; ++i) {
    const int group = i % 3;
    const double x = 8 * group + Draw(i, 1) + Draw(i, 2);
    const double z = (group == 1 ? 6 : 0) + Draw(i, 3) + Draw(i, 4);
    const bool treated = Draw(i, 5) < 0.5;
    const double chance = 0.15 + 0.02 * x + (treated && z > 3 ? 0.3 : 0);
    csv += "u" + std::to_string(i) + "," + Decimal(x) + "," + Decimal(z) + "," +
           Decimal(10 * Draw(i, 6)) + "," + (treated ? "t" : "c") + ",0.5," +
           (Draw(i, 7) < chance ? "1" : "0") + "\n";
  }
  return csv;
}

/// "who,day,item,x": purchases of half a year; who buys often differs.
std::string Shop() {
  std::string csv = "who,day,item,x\n";
  for (int c = 0; c < 150; ++c) {
    const double rate = 0.1 + 1.2 * Draw(c, 1) * Draw(c, 2);
    double week = 6 * Draw(c, 3);
    for (int j = 0; week < 26 && j < 40; ++j) {
      const auto day = static_cast<int>(7 * week);
      csv += "c" + std::to_string(c) + ",2026-0" + std::to_string(1 + day / 31) + "-" +
             (day % 31 < 9 ? "0" : "") + std::to_string(std::min(28, 1 + day % 31)) + ",i" +
             std::to_string(static_cast<int>(12 * Draw(c, 50 + j) * Draw(c % 2, j))) + "," +
             Decimal(5 + 20 * Draw(c, 4) + 10 * Draw(c, 100 + j)) + "\n";
      if (Draw(c, 150 + j) < 0.12) break;
      week += -std::log(1 - Draw(c, 200 + j)) / rate;
    }
  }
  return csv;
}

/// `twice`: what the figure is multiplied by when everybody is there twice; `tolerance` is a share.
struct Figure {
  const char* path;
  double twice = 1;
  double tolerance = 1e-6;
};

/// One method: how it is called, on what, and which figures tell of it.
struct Method {
  std::string name;
  void (*add)(CLI::App&, CommandOutcome&);
  std::string table;
  std::string call;  ///< arguments by blanks; FILE is the table
  std::vector<Figure> figures;
  bool threads = false;
};

constexpr double kNarrower = 0.70710678;  // 1 / sqrt(2)

std::vector<Method> PurchaseMethods() {
  const std::string bought =
      " --in FILE --customer who --time day --amount x --until 2026-05-31 --unit week";
  return {
      {"nbd",
       AddLabFit,
       Shop(),
       "fit nbd" + bought,
       {{"parameters/r/value", 1, 1e-4},
        {"parameters/alpha/value", 1, 1e-4},
        {"parameters/r/standard_error", kNarrower, 1e-3},
        {"log_likelihood", 2},
        {"data/customers", 2},
        {"forecast/purchases", 2, 1e-4}}},
      {"mbgnbd",
       AddLabFit,
       Shop(),
       "fit mbgnbd" + bought,
       {{"log_likelihood", 2}, {"forecast/purchases", 2, 1e-3}}},
      {"gamma-gamma",
       AddLabFit,
       Shop(),
       "fit gamma-gamma" + bought,
       {{"parameters/p/value", 1, 1e-3}, {"log_likelihood", 2}}},
      {"rfm",
       AddLabFeatures,
       Shop(),
       "features rfm --in FILE --customer who --time day --amount x --as-of 2026-07-01",
       {{"customers", 2}, {"grid/0/customers", 2, 0.1}, {"grid/0/recency"}}},
      {"recommend",
       AddLabRecommend,
       Shop(),
       "recommend --in FILE --customer who --item item --time day --cut 2026-04-01 --horizon 60d "
       "--top 3 --evaluate",
       {{"customers_judged", 2},
        {"results/all/popularity/hit_rate/value"},
        {"results/all/popularity/coverage"},
        {"results/all/own_frequency/recall/value"}},
       true},
  };
}

std::vector<Method> LearningMethods() {
  const auto train = [](const std::string& model, const std::string& rest) {
    return "train --in FILE --id who --rounds 15 --model " + model + rest;
  };
  const std::vector<Figure> classes = {{"rows", 2}, {"base_rate", 1, 0.01}, {"auc/value", 1, 0.05}};
  const std::string answer = " --target y --drop arm,p --time v";
  return {
      {"churn", AddLabTrain, People(), train("churn", answer), classes, true},
      {"forest", AddLabTrain, People(), train("forest", answer), classes, true},
      {"clv",
       AddLabTrain,
       People(),
       train("clv", " --target v --drop arm,p,y"),
       {{"rows", 2}, {"mean_predicted", 1, 0.1}},
       true},
      {"kmeans",
       AddLabCluster,
       People(),
       "cluster --in FILE --columns x,z --k 2..4 --restarts 4 --resamples 4",
       {{"chosen_k"}, {"rows_used", 2}, {"inertia", 2}, {"silhouette", 1, 0.01}},
       true},
      {"ward",
       AddLabCluster,
       People(),
       "cluster --in FILE --columns x,z --k 3 --method ward --resamples 4",
       {{"rows_used", 2}, {"inertia", 2}, {"silhouette", 1, 0.01}},
       true},
      {"pca",
       AddLabProject,
       People(),
       "project --in FILE --columns x,z,v --method pca",
       {{"components/0/explained_variance_ratio"}, {"components/1/explained_variance_ratio"}},
       true},
  };
}

std::vector<Method> DecisionMethods() {
  const std::string trial = " --in FILE --arm arm --control c";
  return {
      {"uplift",
       AddLabUplift,
       People(),
       "uplift" + trial + " --treatment t --outcome y --learner t --drop who,p --test-where v>5",
       {{"average_effect/value"}},
       true},
      {"ope",
       AddLabOpe,
       People(),
       "ope --in FILE --action arm --reward y --propensity p --policy 't' --features x,z",
       {{"rows", 2}, {"ips/value"}, {"snips/value"}, {"dr/value", 1, 0.01}}},
      {"experiment",
       AddLabExperiment,
       People(),
       "experiment evaluate" + trial +
           " --unit who --metric proportion:y --metric mean:x --cuped z --sequential --bayes",
       {{"sample_ratio/chi_square", 2},
        {"metrics/0/difference/value"},
        {"metrics/1/difference/value", 1, 1e-3},
        {"metrics/0/standard_error", kNarrower, 2e-3},
        {"metrics/1/standard_error", kNarrower, 5e-3}}},
  };
}

std::vector<Method> Methods() {
  std::vector<Method> all = PurchaseMethods();
  for (const auto& more : {LearningMethods(), DecisionMethods()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

const Json& At(const Json& json, const std::string& path) {
  const Json* at = &json;
  std::istringstream parts(path);
  for (std::string part; std::getline(parts, part, '/');) {
    const bool index = part.find_first_not_of("0123456789") == std::string::npos;
    static const Json kNone;
    if (!index) {
      at = &(*at)[part];
    } else {
      const auto i = static_cast<size_t>(std::stoi(part));
      at = i < at->items().size() ? &at->items()[i] : &kNone;
    }
  }
  return *at;
}

class LabProperty : public LabWorld {
 protected:
  Json Report(const Method& method,
              const std::string& table,
              const std::vector<std::pair<std::string, std::string>>& words = {},
              const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = Split(method.call, ' ');
    arguments.erase(std::remove(arguments.begin(), arguments.end(), ""), arguments.end());
    const std::string file = File("in.csv", table);
    for (std::string& argument : arguments) {
      if (argument == "FILE") argument = file;
      for (const auto& [from, to] : words) {
        if (argument == from) argument = to;
      }
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.insert(arguments.end(), {"--format", "json"});
    const std::string out = Run(method.add, arguments);
    EXPECT_EQ(exit_code_, 0) << errors_;
    const auto json = Json::Parse(out);
    return json.ok() ? *json : Json();
  }

  /// Of the table as it is; the same for all tests.
  const Json& Plain(const Method& method) {
    static std::map<std::string, Json> reports;
    auto found = reports.find(method.name);
    if (found == reports.end()) {
      found = reports.emplace(method.name, Report(method, method.table)).first;
    }
    return found->second;
  }

  static std::vector<std::string> ThreadsOf(const Method& method, const std::string& threads) {
    return method.threads ? std::vector<std::string>{"--threads", threads}
                          : std::vector<std::string>{};
  }

  static void ExpectAlike(const Method& method, const Json& changed, const Json& plain) {
    for (const Figure& figure : method.figures) {
      ASSERT_TRUE(At(plain, figure.path).is_number()) << figure.path << "\n" << plain.Dump();
      EXPECT_EQ(At(changed, figure.path).Dump(), At(plain, figure.path).Dump()) << figure.path;
    }
  }
};

TEST_F(LabProperty, NeitherTheOrderOfRowsNorThreadsChangeAnything) {
  for (const Method& method : Methods()) {
    SCOPED_TRACE(method.name);
    Json plain = Plain(method);
    Json shuffled = Report(method, Shuffled(method.table), {}, ThreadsOf(method, "3"));
    // A hierarchy's leaves are numbered as the rows of the file are.
    plain.Set("hierarchy", Json());
    shuffled.Set("hierarchy", Json());
    EXPECT_EQ(shuffled.Dump(), plain.Dump());
  }
}

TEST_F(LabProperty, AConstantColumnTellsNothing) {
  for (const Method& method : Methods()) {
    SCOPED_TRACE(method.name);
    ExpectAlike(method, Report(method, WithConstant(method.table)), Plain(method));
  }
}

TEST_F(LabProperty, ANameIsOnlyAName) {
  const std::string name = "x_by_another_name";
  for (const Method& method : Methods()) {
    SCOPED_TRACE(method.name);
    const Json renamed = Report(
        method,
        Renamed(method.table),
        {{"x", name}, {"x,z", name + ",z"}, {"x,z,v", name + ",z,v"}, {"mean:x", "mean:" + name}});
    ExpectAlike(method, renamed, Plain(method));
  }
}

TEST_F(LabProperty, EverybodyTwiceIsTheSameLawWithMoreCertainty) {
  for (const Method& method : Methods()) {
    const Json& plain = Plain(method);
    const Json both = Report(method, Twice(method.table));
    for (const Figure& figure : method.figures) {
      SCOPED_TRACE(method.name + ": " + figure.path);
      const double expected = figure.twice * At(plain, figure.path).AsDouble();
      EXPECT_NEAR(At(both, figure.path).AsDouble(),
                  expected,
                  figure.tolerance * std::max(std::abs(expected), 1e-3));
    }
  }
}

/// Two files: what is twice there has drifted as far.
TEST_F(LabProperty, DriftLooksAtSharesAlone) {
  const std::string then = People();
  const std::string now = People(400);
  const auto drift = [&](const std::string& a, const std::string& b) {
    const std::string reference = File("then.csv", a);
    const std::string current = File("now.csv", b);
    const std::string out = Run(AddLabDrift,
                                {"drift",
                                 "--reference",
                                 reference,
                                 "--current",
                                 current,
                                 "--drop",
                                 "who",
                                 "--format",
                                 "json"});
    EXPECT_EQ(exit_code_, 0) << errors_;
    const auto json = Json::Parse(out);
    return json.ok() ? *json : Json();
  };
  const Json plain = drift(then, now);
  EXPECT_EQ(drift(Shuffled(then), Shuffled(now)).Dump(), plain.Dump());
  const auto figure = [](const Json& json, const std::string& column, const char* what) {
    for (const Json& line : json["columns"].items()) {
      if (line["column"].AsString() == column) return line[what].Dump();
    }
    return std::string("no such column");
  };
  for (const char* column : {"x", "z", "v"}) {
    for (const char* what : {"psi", "ks"}) {
      SCOPED_TRACE(std::string(column) + " " + what);
      EXPECT_EQ(figure(drift(Twice(then), Twice(now)), column, what), figure(plain, column, what));
      EXPECT_EQ(figure(drift(WithConstant(then), WithConstant(now)), column, what),
                figure(plain, column, what));
    }
  }
  EXPECT_EQ(figure(drift(Renamed(then), Renamed(now)), "x_by_another_name", "psi"),
            figure(plain, "x", "psi"));
}

}  // namespace
}  // namespace signet::coordinator
