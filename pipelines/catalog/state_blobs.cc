#include "pipelines/catalog/state_blobs.h"

#include <string>

namespace signet::pipelines {

StreamHeader SuppressionHeader() {
  StreamHeader header;
  header.dataset = "@suppression";
  header.kind = DatasetKind::kFacts;
  header.label_class = policies::LabelClass::kLinks;
  header.producer = "coordinator";
  return header;
}

StreamHeader ConsentViewHeader(const std::string& purpose, int partition) {
  StreamHeader header;
  header.dataset = "@consent/" + purpose;
  header.kind = DatasetKind::kView;
  header.label_class = policies::LabelClass::kFacts;
  header.partition = partition;
  header.producer = "coordinator";
  return header;
}

StreamHeader FactsHeader(const std::string& dataset, int partition, const std::string& producer) {
  StreamHeader header;
  header.dataset = dataset;
  header.kind = DatasetKind::kFacts;
  header.label_class = policies::LabelClass::kFacts;
  header.partition = partition;
  header.producer = producer;
  return header;
}

}  // namespace signet::pipelines
