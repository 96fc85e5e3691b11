#include "pipelines/models/judge_stage.h"

#include <memory>
#include <utility>

#include "crypto/base/check.h"
#include "crypto/base/text.h"
#include "crypto/primitives/sha256.h"
#include "pipelines/math/paired_judgement.h"
#include "pipelines/models/judged_rows.h"
#include "pipelines/models/model_file.h"
#include "pipelines/models/training_set.h"
#include "pipelines/query/single_value.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

using Inputs = std::map<std::string, Schema>;

constexpr double kConfidence = 0.95;
constexpr size_t kPeopleMin = 20;

struct Contender {
  Model model;
  std::string digest;
};

Result<Contender> ReadContender(query::Connection& connection,
                                const std::string& input,
                                ModelKind kind) {
  const Result<Bytes> bytes =
      query::ReadSingleBlob(connection, "SELECT model FROM " + SqlName(input));
  if (!bytes.ok()) {
    return bytes.status().WithContext("judge: input '" + input + "' must hold exactly one model");
  }
  Result<Model> model = Model::Decode(*bytes);
  if (!model.ok()) return model.status().WithContext("judge: input '" + input + "'");
  if (model->kind != kind) {
    return Invalid("judge: input '" + input + "' is a model of " +
                   std::string(ModelKindName(model->kind)) + ", not of " +
                   std::string(ModelKindName(kind)));
  }
  return Contender{std::move(model).value(), ToHex(crypto::Sha256::Of(*bytes))};
}

/// The people held out, with what each model says of them.
struct Exam {
  std::vector<SubjectId> people;
  std::vector<double> scores;
  std::vector<uint8_t> classes;
  std::vector<double> values;
};

Result<Exam> Sit(query::Connection& connection,
                 const JudgeOptions& options,
                 const Contender& contender,
                 const Inputs& inputs,
                 const StageContext& context) {
  ASSIGN_OR_RETURN(const JudgedRows rows,
                   Judge(connection, options.task, contender.model, inputs, context));
  const std::vector<uint8_t> classes = rows.Classes();
  const std::vector<double> values = rows.Values();
  Exam exam;
  for (size_t i = 0; i < rows.size(); ++i) {
    const SubjectId& person = rows.subjects[i];
    if (FoldOf(person, context.seed) >= options.task.holdout_share) continue;
    exam.people.push_back(person);
    exam.scores.push_back(rows.scores[i]);
    exam.classes.push_back(classes[i]);
    exam.values.push_back(values[i]);
  }
  return exam;
}

std::string VerdictOf(const PairedFigure& figure) {
  const std::string_view verdict = figure.Verdict();
  if (verdict == "b is better") return "challenger";
  return verdict == "a is better" ? "champion" : std::string(verdict);
}

Status WriteFigures(query::Connection& connection,
                    const Schema& schema,
                    const std::vector<PairedFigure>& figures) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  size_t row = 0;
  for (const PairedFigure& figure : figures) {
    writer->column(0).SetText(row, figure.metric);
    writer->column(1).SetDouble(row, figure.a);
    writer->column(2).SetDouble(row, figure.b);
    writer->column(3).SetDouble(row, figure.difference.value);
    writer->column(4).SetDouble(row, figure.difference.low);
    writer->column(5).SetDouble(row, figure.difference.high);
    writer->column(6).SetText(row, VerdictOf(figure));
    ++row;
  }
  TRY(writer->Flush(row));
  return writer->Finish();
}

}  // namespace

Result<JudgeOptions> JudgeOptions::FromJson(const Json& json) {
  OptionReader reader("judge", json);
  JudgeOptions options;
  options.champion = reader.Text("champion", options.champion);
  options.challenger = reader.Text("challenger", options.challenger);
  // What is left says how the models were learnt; train's own reader checks it.
  Json task = Json::Of({{"model", reader.OneOf("model", {"churn", "clv", "propensity"})},
                        {"features", reader.Text("features", "features")},
                        {"where", reader.Text("where")},
                        {"holdout", reader.Number("holdout", 0.2, 0.05, 0.5)}});
  if (reader.Has("label")) {
    task.Set("label", reader.Map("label"));
  } else {
    reader.Fail("'label' is missing");
  }
  TRY(reader.Finish());
  Result<TrainOptions> read = TrainOptions::FromJson(task);
  if (!read.ok()) return read.status().WithContext("judge");
  options.task = std::move(read).value();
  return options;
}

std::vector<OptionDoc> JudgeOptions::Options() {
  std::vector<OptionDoc> options = {
      {"champion", "input", "", "champion", "The model in force: MODEL@approved."},
      {"challenger", "input", "", "challenger", "The model that would replace it."},
      {"model", "one of churn|clv|propensity", "", "churn", "What both models say."},
      {"features", "input", "", "features", "The features at the cut-off, with what came after."},
      {"where", "expression", "", "", "Boolean SQL over the features: who is eligible."},
      {"holdout", "number", "share", "0.2", "As in train: whom the models did not learn from."},
  };
  for (const OptionDoc& doc : TrainOptions::Options()) {
    if (doc.name.rfind("label", 0) == 0) options.push_back(doc);
  }
  return options;
}

Result<Schema> JudgeOutputSchema(const JudgeOptions& options, const Inputs& inputs) {
  ASSIGN_OR_RETURN(const Schema learnt, TrainOutputSchema(options.task, inputs));
  policies::Label label = learnt.Find("model")->label;
  for (const std::string& input : {options.champion, options.challenger}) {
    ASSIGN_OR_RETURN(const Schema* schema, InputNamed(inputs, input));
    const Column* model = schema->Find("model");
    if (model == nullptr || model->type != ColumnType::kBytes) {
      return Invalid("judge: input '" + input + "' is no model");
    }
    label = policies::Label::Join(label, model->label);
  }
  return Schema{{{"metric", ColumnType::kText, label},
                 {"champion", ColumnType::kDouble, label},
                 {"challenger", ColumnType::kDouble, label},
                 {"difference", ColumnType::kDouble, label},
                 {"low", ColumnType::kDouble, label},
                 {"high", ColumnType::kDouble, label},
                 {"verdict", ColumnType::kText, label}}};
}

Result<Json> RunJudge(query::Connection& connection,
                      const JudgeOptions& options,
                      const Inputs& inputs,
                      const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, JudgeOutputSchema(options, inputs));
  const ModelKind kind = options.task.model;
  ASSIGN_OR_RETURN(const Contender champion, ReadContender(connection, options.champion, kind));
  ASSIGN_OR_RETURN(const Contender challenger, ReadContender(connection, options.challenger, kind));
  ASSIGN_OR_RETURN(const Exam one, Sit(connection, options, champion, inputs, context));
  ASSIGN_OR_RETURN(const Exam other, Sit(connection, options, challenger, inputs, context));
  CHECK(one.people == other.people);
  if (one.people.size() < kPeopleMin) {
    return Invalid("judge: " + std::to_string(one.people.size()) +
                   " people held out are too few; at least " + std::to_string(kPeopleMin) +
                   " are needed");
  }
  const Result<std::vector<PairedFigure>> judged =
      kind == ModelKind::kClv
          ? JudgeValues(one.scores, other.scores, one.values, kConfidence)
          : JudgeProbabilities(one.scores, other.scores, one.classes, kConfidence);
  if (!judged.ok()) return judged.status().WithContext("judge");
  TRY(WriteFigures(connection, schema, *judged));
  if (context.progress) context.progress(1);
  Json paired{Json::Array()};
  for (const PairedFigure& figure : *judged) paired.Push(figure.ToJson());
  return Json::Of(
      {{"model", ModelKindName(kind)},
       {"people", one.people.size()},
       {"judged",
        Json::Of({{"champion_digest", champion.digest}, {"challenger_digest", challenger.digest}})},
       {"paired", std::move(paired)},
       {"verdict", VerdictOf(judged->front())}});
}

}  // namespace signet::pipelines
