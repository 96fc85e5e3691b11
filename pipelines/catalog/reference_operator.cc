#include "pipelines/catalog/reference_operator.h"

#include "pipelines/govern/source_spec.h"
#include "pipelines/govern/tokeniser.h"

namespace signet::pipelines {

ReferenceOperator::ReferenceOperator() {
  signature_.name = "reference";
  signature_.summary = "Reads one file of reference data, which is about nobody.";
  signature_.shape = Shape::kPerFile;
  signature_.accepts = {DatasetKind::kRaw};
  signature_.produces = DatasetKind::kReference;
  signature_.in_documents = false;
  signature_.keys = {"link"};
}

Result<Schema> ReferenceOperator::Bind(const BindRequest& request) const {
  ASSIGN_OR_RETURN(const SourceSpec spec, SourceSpec::FromJson(request.options["source"]));
  return TokenisedSchema(spec);
}

Status ReferenceOperator::Run(TaskContext& context) const {
  ASSIGN_OR_RETURN(const SourceSpec spec, SourceSpec::FromJson(context.spec().options["source"]));
  TokeniseKeys keys;
  ASSIGN_OR_RETURN(keys.link, context.lease().Key("link"));
  ASSIGN_OR_RETURN(context.result().figures,
                   RunTokenise(context.sql(), spec, keys, context.stage()));
  return context.WriteOutput(context.Output("out"));
}

}  // namespace signet::pipelines
