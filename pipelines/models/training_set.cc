#include "pipelines/models/training_set.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/models/lanes.h"

namespace signet::pipelines {
namespace {

constexpr size_t kRowsMin = 100;
constexpr size_t kClassRowsMin = 10;

/// What decides where a person goes.
struct Person {
  double place = 0;  ///< in [0, 1): the lowest are held out, the next validate
  double time = 0;   ///< with fold_time
};

/// By hash, or by `fold_time`, the latest first and the missing last; ties fall by hash.
void PlaceByTime(std::vector<Person>& people) {
  std::vector<size_t> order(people.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return people[a].time > people[b].time ||
           (people[a].time == people[b].time && people[a].place < people[b].place);
  });
  for (size_t i = 0; i < order.size(); ++i) {
    people[order[i]].place = static_cast<double>(i) / static_cast<double>(order.size());
  }
}

Result<std::vector<Person>> PeopleOf(const RowSpool& spool,
                                     const TrainOptions& options,
                                     uint64_t seed) {
  std::vector<Person> people;
  people.reserve(spool.rows());
  const bool by_time = !options.fold_time.empty();
  TRY(spool.ForEach([&](const FeatureMatrix& rows) {
    for (size_t i = 0; i < rows.rows(); ++i) {
      people.push_back({FoldOf(rows.subjects[i], seed), by_time ? rows.extras.back()[i] : 0});
    }
    return OkStatus();
  }));
  if (by_time) PlaceByTime(people);
  return people;
}

/// Labels, folds and subjects of both parts, in order.
Status Split(const TrainOptions& options, uint64_t seed, TrainingSet& set) {
  ASSIGN_OR_RETURN(const std::vector<Person> people, PeopleOf(set.spool, options, seed));
  set.held.reserve(people.size());
  size_t next = 0;
  return set.spool.ForEach([&](const FeatureMatrix& rows) {
    for (size_t i = 0; i < rows.rows(); ++i) {
      const double place = people[next++].place;
      const bool held = place < options.holdout_share;
      set.held.push_back(held ? 1 : 0);
      LabelledRows& part = held ? set.holdout : set.learning;
      part.subjects.push_back(rows.subjects[i]);
      part.Add(rows, i, options.model, set.window);
      if (held) continue;
      const bool validates = place < options.holdout_share + options.validation_share;
      part.fold.push_back(validates ? 0 : -1);
    }
    return OkStatus();
  });
}

/// The rows of one part among `rows`, whose first is the set's `first`-th.
FeatureMatrix PartOf(const TrainingSet& set, const FeatureMatrix& rows, size_t first, bool held) {
  FeatureMatrix part;
  part.columns = rows.columns;
  for (size_t i = 0; i < rows.rows(); ++i) {
    if ((set.held[first + i] != 0) != held) continue;
    const float* cells = rows.cells.data() + i * rows.columns;
    part.cells.insert(part.cells.end(), cells, cells + rows.columns);
    part.subjects.push_back(rows.subjects[i]);
  }
  return part;
}

Status ForEachOf(const TrainingSet& set,
                 bool held,
                 const std::function<Status(const FeatureMatrix&)>& visit) {
  size_t first = 0;
  return set.spool.ForEach([&](const FeatureMatrix& rows) -> Status {
    const FeatureMatrix part = PartOf(set, rows, first, held);
    first += rows.rows();
    return part.rows() == 0 ? OkStatus() : visit(part);
  });
}

/// Missing as 0.
void AppendColumn(const FeatureMatrix& rows, size_t column, std::vector<double>& values) {
  for (size_t at = column; at < rows.cells.size(); at += rows.columns) {
    values.push_back(std::isnan(rows.cells[at]) ? 0 : static_cast<double>(rows.cells[at]));
  }
}

/// One list of cuts for all rows learnt from: sketches of parts, merged.
Result<CutList> LearnCuts(const TrainingSet& set, const BoosterOptions& params) {
  std::vector<QuantileSketch> sketches(set.encoder.size());
  TRY(ForEachOf(set, /*held=*/false, [&](const FeatureMatrix& rows) {
    ForEachIn(sketches.size(), params.threads, [&](size_t c) {
      std::vector<float> values(rows.rows());
      for (size_t i = 0; i < values.size(); ++i) values[i] = rows.cells[i * rows.columns + c];
      sketches[c].Add(values);
    });
    return OkStatus();
  }));
  return CutList::Of(sketches, params.max_bin);
}

Status Encode(const TrainingSet& set, int threads, bool held, LabelledRows& part) {
  TRY(ForEachOf(set, held, [&](const FeatureMatrix& rows) {
    const size_t wanted = (kHeadRowsMax - std::min(kHeadRowsMax, part.head.size() / rows.columns));
    const size_t cells = std::min(wanted, rows.rows()) * rows.columns;
    part.head.insert(part.head.end(),
                     rows.cells.begin(),
                     rows.cells.begin() + static_cast<std::ptrdiff_t>(cells));
    return part.codes.Append(set.cuts.Encode({rows.cells, rows.columns}, threads).codes);
  }));
  return part.codes.Finish();
}

/// Cells as codes, where `set.spool` has its rows: in memory or on the disk.
Status EncodeAll(const TrainOptions& options, const ScratchFile* disk, TrainingSet& set) {
  ASSIGN_OR_RETURN(set.cuts, LearnCuts(set, options.params));
  for (LabelledRows* part : {&set.learning, &set.holdout}) {
    std::shared_ptr<ScratchFile> file;
    if (disk != nullptr) {
      ASSIGN_OR_RETURN(file, disk->Another());
    }
    part->columns = set.encoder.size();
    part->codes = CodeStore(part->columns, std::move(file));
    TRY(Encode(set, options.params.threads, part == &set.holdout, *part));
  }
  return OkStatus();
}

std::string_view OutcomeName(ModelKind kind) {
  switch (kind) {
    case ModelKind::kChurn:
      return "churned";
    case ModelKind::kClv:
      return "spent anything";
    case ModelKind::kPropensity:
    case ModelKind::kSurvival:
      break;
  }
  return "had the event";
}

/// Both outcomes must occur often enough in each fold to learn and to judge.
Status CheckFolds(const TrainingSet& set, ModelKind kind) {
  if (set.size() < kRowsMin) {
    return Invalid("train: " + std::to_string(set.size()) +
                   " eligible subjects are too few; at least " + std::to_string(kRowsMin) +
                   " are needed");
  }
  struct Counts {
    const char* name = "";
    size_t least = 0;
    size_t rows = 0, positives = 0;
  };
  Counts folds[] = {{"training", kClassRowsMin}, {"validation", 2}, {"holdout", 2}};
  const auto count = [&](const LabelledRows& rows, size_t i, Counts& fold) {
    ++fold.rows;
    const bool positive = kind == ModelKind::kSurvival ? rows.happened[i] != 0 : rows.labels[i] > 0;
    fold.positives += positive ? 1 : 0;
  };
  for (size_t i = 0; i < set.learning.size(); ++i) {
    count(set.learning, i, folds[set.learning.fold[i] + 1]);
  }
  for (size_t i = 0; i < set.holdout.size(); ++i) count(set.holdout, i, folds[2]);
  for (const Counts& fold : folds) {
    const bool classes = kind == ModelKind::kChurn || kind == ModelKind::kPropensity;
    const bool lacks =
        fold.positives < fold.least || (classes && fold.rows - fold.positives < fold.least);
    if (!lacks) continue;
    return Invalid("train: of " + std::to_string(fold.rows) + " subjects in the " + fold.name +
                   " fold " + std::to_string(fold.positives) + " " +
                   std::string(OutcomeName(kind)) +
                   ": nothing can be learnt from one outcome alone");
  }
  return OkStatus();
}

/// A feature as a number that rises with time.
std::string FoldTimeSql(const std::string& name, const Schema& schema) {
  const Column* column = schema.Find(name);
  const bool moment = column != nullptr &&
                      (column->type == ColumnType::kDate || column->type == ColumnType::kTimestamp);
  const std::string field = "f." + SqlName(name);
  return moment ? "epoch_us(CAST(" + field + " AS TIMESTAMP))" : field;
}

}  // namespace

RowMatrix LabelledRows::Head(size_t rows_max) const {
  const size_t cells = std::min(head.size(), rows_max * columns);
  return {{head.data(), cells}, columns};
}

Status TrainingSet::ForEachHeld(const std::function<Status(const FeatureMatrix&)>& visit) const {
  return ForEachOf(*this, /*held=*/true, visit);
}

Result<std::vector<std::vector<double>>> TrainingSet::Columns(
    bool held_out, const std::vector<size_t>& columns) const {
  std::vector<std::vector<double>> values(columns.size());
  TRY(ForEachOf(*this, held_out, [&](const FeatureMatrix& rows) {
    for (size_t k = 0; k < columns.size(); ++k) AppendColumn(rows, columns[k], values[k]);
    return OkStatus();
  }));
  return values;
}

double FoldOf(const SubjectId& subject, uint64_t seed) {
  uint64_t halves[2];
  std::memcpy(halves, subject.value.data(), sizeof(halves));
  uint64_t z = seed + 0x9E3779B97F4A7C15ULL;
  for (const uint64_t half : halves) {
    z ^= half;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    z ^= z >> 31U;
  }
  return static_cast<double>(z >> 11U) * 0x1p-53;
}

Result<TrainingSet> ReadTrainingSet(query::Connection& connection,
                                    const TrainOptions& options,
                                    const std::map<std::string, Schema>& inputs,
                                    const StageContext& context) {
  const Schema& schema = inputs.at(options.features);
  TrainingSet set;
  ASSIGN_OR_RETURN(set.window, LabelWindowOf(connection, options, context.as_of));
  ASSIGN_OR_RETURN(
      set.encoder,
      FeatureEncoder::Learn(connection, options.features, schema, options.drop, options.min_leaf));
  ASSIGN_OR_RETURN(const std::string from, LabelledSql(options, schema, set.window));
  std::vector<std::string> extras = LabelColumnsSql();
  if (!options.fold_time.empty()) extras.push_back(FoldTimeSql(options.fold_time, schema));
  ASSIGN_OR_RETURN(set.spool, SpoolOf(connection, set.encoder, options, from, extras, context));
  TRY(Split(options, context.seed, set));
  TRY(CheckFolds(set, options.model));
  TRY(EncodeAll(options, set.spool.disk(), set));
  return set;
}

}  // namespace signet::pipelines
