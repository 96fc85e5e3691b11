#include "pipelines/models/judged_rows.h"

#include "pipelines/models/row_spool.h"

namespace signet::pipelines {

Result<JudgedRows> Judge(query::Connection& connection,
                         const TrainOptions& options,
                         const Model& model,
                         const std::map<std::string, Schema>& inputs,
                         const StageContext& context) {
  ASSIGN_OR_RETURN(const LabelWindow window, LabelWindowOf(connection, options, context.as_of));
  ASSIGN_OR_RETURN(const std::string from,
                   LabelledSql(options, inputs.at(options.features), window));
  ASSIGN_OR_RETURN(const RowSpool spool,
                   SpoolOf(connection, model.encoder, options, from, LabelColumnsSql(), context));
  JudgedRows judged;
  TRY(spool.ForEach([&](const FeatureMatrix& rows) -> Status {
    ASSIGN_OR_RETURN(const std::vector<double> scores, model.Score(rows, options.params.threads));
    for (size_t i = 0; i < rows.rows(); ++i) {
      judged.subjects.push_back(rows.subjects[i]);
      judged.scores.push_back(scores[i]);
      judged.Add(rows, i, options.model, window);
    }
    return OkStatus();
  }));
  return judged;
}

}  // namespace signet::pipelines
