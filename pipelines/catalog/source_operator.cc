#include "pipelines/catalog/source_operator.h"

#include "pipelines/govern/source_spec.h"
#include "pipelines/govern/tokeniser.h"

namespace signet::pipelines {

SourceOperator::SourceOperator(About about) {
  const bool persons = about == About::kPersons;
  signature_.name = persons ? "tokenise" : "reference";
  signature_.summary = persons ? "Reads one source file once; casts, treats and tokenises it."
                               : "Reads one file of reference data, which is about nobody.";
  signature_.shape = Shape::kPerFile;
  signature_.accepts = {DatasetKind::kRaw};
  signature_.produces = persons ? DatasetKind::kTokenised : DatasetKind::kReference;
  signature_.in_documents = false;
  signature_.keys = {"link"};
}

Result<Schema> SourceOperator::Bind(const BindRequest& request) const {
  ASSIGN_OR_RETURN(const SourceSpec spec, SourceSpec::FromJson(request.options["source"]));
  return TokenisedSchema(spec);
}

Status SourceOperator::Run(TaskContext& context) const {
  ASSIGN_OR_RETURN(const SourceSpec spec, SourceSpec::FromJson(context.spec().options["source"]));
  TokeniseKeys keys;
  ASSIGN_OR_RETURN(keys.link, context.lease().Key("link"));
  ASSIGN_OR_RETURN(context.result().figures,
                   RunTokenise(context.sql(), spec, keys, context.stage()));
  return context.WriteOutput(context.Output("out"));
}

}  // namespace signet::pipelines
