#include "pipelines/models/score.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/math/exact_sum.h"
#include "pipelines/math/intervals.h"
#include "pipelines/models/model_file.h"
#include "pipelines/query/single_value.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

using Inputs = std::map<std::string, Schema>;

bool IsModel(const Schema& schema) {
  const Column* model = schema.Find("model");
  return model != nullptr && model->type == ColumnType::kBytes;
}

/// The inputs that hold models, by name.
std::vector<std::string> ModelInputs(const ScoreOptions& options, const Inputs& inputs) {
  std::vector<std::string> names;
  for (const auto& [name, schema] : inputs) {
    if (name != options.features && IsModel(schema)) names.push_back(name);
  }
  return names;
}

std::string ScoreColumn(const ScoreOptions& options, const std::string& input) {
  const auto found = options.as.find(input);
  return found == options.as.end() ? input : found->second;
}

Result<Model> ReadModel(query::Connection& connection, const std::string& input) {
  const Result<Bytes> bytes =
      query::ReadSingleBlob(connection, "SELECT model FROM " + SqlName(input));
  if (!bytes.ok()) {
    return bytes.status().WithContext("score: input '" + input + "' must hold exactly one model");
  }
  Result<Model> model = Model::Decode(*bytes);
  if (!model.ok()) return model.status().WithContext("score: input '" + input + "'");
  return model;
}

/// Positions of the `count` columns that moved a row most, strongest first.
void Strongest(const double* contributions,
               size_t columns,
               size_t count,
               std::vector<size_t>& order) {
  order.resize(columns);
  std::iota(order.begin(), order.end(), size_t{0});
  const size_t kept = std::min(count, columns);
  std::partial_sort(order.begin(),
                    order.begin() + static_cast<std::ptrdiff_t>(kept),
                    order.end(),
                    [&](size_t a, size_t b) {
                      const double x = std::fabs(contributions[a]);
                      const double y = std::fabs(contributions[b]);
                      return x > y || (x == y && a < b);
                    });
  order.resize(kept);
}

/// One model's part of `out`: scores, and reasons as indices into `texts` (-1: none).
struct Scored {
  std::string column;
  std::vector<double> scores;
  std::vector<int32_t> reasons;  ///< rows x count
  std::vector<std::string> texts;
};

/// Gives each distinct sentence its index: there are few.
class Sentences {
 public:
  Sentences(const Model& model, std::vector<std::string>& texts) : model_(model), texts_(texts) {}
  int32_t IndexOf(size_t column, float cell, uint8_t code, bool raises) {
    const bool number = model_.encoder.KindOf(column) == ValueKind::kNumber;
    const std::tuple<size_t, int, bool> key{
        column, number || std::isnan(cell) ? code : 1000 + static_cast<int>(cell), raises};
    const auto [found, fresh] = known_.emplace(key, static_cast<int32_t>(texts_.size()));
    if (fresh) texts_.push_back(model_.Reason(column, cell, code, raises));
    return found->second;
  }

 private:
  const Model& model_;
  std::vector<std::string>& texts_;
  std::map<std::tuple<size_t, int, bool>, int32_t> known_;
};

Status AddReasons(const Model& model, const FeatureMatrix& rows, size_t count, Scored& scored) {
  const RowMatrix cells{rows.cells, rows.columns};
  const CodeMatrix codes = model.trees.cuts.Encode(cells, 1);
  ASSIGN_OR_RETURN(const std::vector<double> contributions, model.trees.Contributions(cells));
  Sentences sentences(model, scored.texts);
  std::vector<size_t> order;
  for (size_t first = 0; first < contributions.size(); first += rows.columns) {
    const double* own = contributions.data() + first;
    Strongest(own, rows.columns, count, order);
    for (size_t k = 0; k < count; ++k) {
      const bool moved = k < order.size() && own[order[k]] != 0;
      if (!moved) {
        scored.reasons.push_back(-1);
        continue;
      }
      const size_t at = first + order[k];
      scored.reasons.push_back(
          sentences.IndexOf(order[k], rows.cells[at], codes.codes[at], own[order[k]] > 0));
    }
  }
  return OkStatus();
}

Result<Scored> ScoreWith(query::Connection& connection,
                         const ScoreOptions& options,
                         const Inputs& inputs,
                         const std::string& input,
                         std::vector<SubjectId>& subjects) {
  ASSIGN_OR_RETURN(const Model model, ReadModel(connection, input));
  TRY(model.encoder.CheckSchema(inputs.at(options.features)).WithContext("score: " + input));
  ASSIGN_OR_RETURN(FeatureMatrix rows,
                   model.encoder.Read(connection, SqlName(options.features) + " f", {}));
  Scored scored;
  scored.column = ScoreColumn(options, input);
  ASSIGN_OR_RETURN(scored.scores, model.Score(rows, options.threads));
  if (options.reasons > 0 && rows.rows() > 0) {
    TRY(AddReasons(model, rows, static_cast<size_t>(options.reasons), scored));
  }
  subjects = std::move(rows.subjects);
  return scored;
}

/// Writes the sentence behind `scored.reasons[at]`, NULL for none.
void SetReason(query::ColumnWriter& column, size_t row, const Scored& scored, size_t at) {
  const int32_t code = scored.reasons[at];
  if (code < 0) {
    column.SetNull(row);
  } else {
    column.SetText(row, scored.texts[static_cast<size_t>(code)]);
  }
}

/// Writes every `step`th sentence from `scored.reasons[first]` on into the first `count` rows.
void SetReasons(
    query::ColumnWriter& column, const Scored& scored, size_t first, size_t count, size_t step) {
  for (size_t r = 0; r < count; ++r) SetReason(column, r, scored, first + r * step);
}

Status WriteScores(query::Connection& connection,
                   const Schema& schema,
                   const std::vector<SubjectId>& subjects,
                   const std::vector<Scored>& models,
                   size_t reasons) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  for (size_t first = 0; first < subjects.size(); first += query::kChunkRows) {
    const size_t count = std::min(query::kChunkRows, subjects.size() - first);
    for (size_t r = 0; r < count; ++r) writer->column(0).SetUuid(r, subjects[first + r].value);
    size_t column = 1;
    for (const Scored& scored : models) {
      query::ColumnWriter& score = writer->column(column++);
      for (size_t r = 0; r < count; ++r) score.SetDouble(r, scored.scores[first + r]);
      for (size_t k = 0; k < reasons; ++k) {
        SetReasons(writer->column(column++), scored, first * reasons + k, count, reasons);
      }
    }
    TRY(writer->Flush(count));
  }
  return writer->Finish();
}

}  // namespace

Result<Schema> ScoreOutputSchema(const ScoreOptions& options, const Inputs& inputs) {
  ASSIGN_OR_RETURN(const Schema* features, InputNamed(inputs, options.features));
  const Column* subject = features->Find(kSubjectColumn);
  if (subject == nullptr) return Invalid("score: input '" + options.features + "' has no subject");
  const std::vector<std::string> models = ModelInputs(options, inputs);
  if (models.empty()) {
    return Invalid("score: no input is a model; name one beside '" + options.features + "'");
  }
  for (const auto& [input, column] : options.as) {
    if (std::find(models.begin(), models.end(), input) == models.end()) {
      return Invalid("score: as names '" + input + "', which is no model among the inputs");
    }
  }
  policies::Label read;
  for (const Column& column : features->columns) read = policies::Label::Join(read, column.label);
  Schema schema{{*subject}};
  std::set<std::string> names = {std::string(kSubjectColumn)};
  for (const std::string& input : models) {
    const policies::Label label =
        policies::Label::Join(read, inputs.at(input).Find("model")->label);
    const std::string name = ScoreColumn(options, input);
    schema.columns.push_back({name, ColumnType::kDouble, label});
    for (int k = 1; k <= options.reasons; ++k) {
      schema.columns.push_back({name + "_reason_" + std::to_string(k), ColumnType::kText, label});
    }
    if (!names.insert(name).second) {
      return Invalid("score: two columns would be called '" + name + "'");
    }
  }
  return schema;
}

Result<Json> RunScore(query::Connection& connection,
                      const ScoreOptions& options,
                      const Inputs& inputs,
                      const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, ScoreOutputSchema(options, inputs));
  std::vector<SubjectId> subjects;
  std::vector<Scored> models;
  Json figures{Json::Object()};
  const std::vector<std::string> names = ModelInputs(options, inputs);
  for (const std::string& input : names) {
    ASSIGN_OR_RETURN(Scored scored, ScoreWith(connection, options, inputs, input, subjects));
    figures.Field("mean").Set(scored.column, Rounded(MeanOf(scored.scores), 4));
    models.push_back(std::move(scored));
    if (context.progress) {
      context.progress(static_cast<double>(models.size()) / static_cast<double>(names.size()));
    }
  }
  figures.Set("subjects", subjects.size());
  TRY(WriteScores(connection, schema, subjects, models, static_cast<size_t>(options.reasons)));
  return figures;
}

}  // namespace signet::pipelines
