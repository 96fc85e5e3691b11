#include "pipelines/catalog/tokenise_operator.h"

#include "pipelines/govern/source_spec.h"
#include "pipelines/govern/tokeniser.h"

namespace signet::pipelines {

TokeniseOperator::TokeniseOperator() {
  signature_.name = "tokenise";
  signature_.summary = "Reads one source file once; casts, treats and tokenises it.";
  signature_.shape = Shape::kPerFile;
  signature_.accepts = {DatasetKind::kRaw};
  signature_.produces = DatasetKind::kTokenised;
  signature_.in_documents = false;
  signature_.keys = {"link"};
}

Result<Schema> TokeniseOperator::Bind(const BindRequest& request) const {
  ASSIGN_OR_RETURN(const SourceSpec spec, SourceSpec::FromJson(request.options["source"]));
  return TokenisedSchema(spec);
}

Status TokeniseOperator::Run(TaskContext& context) const {
  ASSIGN_OR_RETURN(const SourceSpec spec, SourceSpec::FromJson(context.spec().options["source"]));
  TokeniseKeys keys;
  ASSIGN_OR_RETURN(keys.link, context.lease().Key("link"));
  ASSIGN_OR_RETURN(context.result().figures,
                   RunTokenise(context.sql(), spec, keys, context.stage()));
  return context.WriteOutput(context.Output("out"));
}

}  // namespace signet::pipelines
