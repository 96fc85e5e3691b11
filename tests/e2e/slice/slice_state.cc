#include "tests/e2e/slice/slice_state.h"

#include <utility>

#include "crypto/base/text.h"
#include "crypto/pseudonym/link_hasher.h"
#include "crypto/pseudonym/normalise.h"
#include "pipelines/artifacts/dataset_reader.h"
#include "pipelines/erasure/piece_rewriter.h"
#include "pipelines/erasure/subject_locator.h"
#include "pipelines/govern/gate.h"
#include "pipelines/govern/tokeniser.h"
#include "pipelines/identity/identity_table.h"
#include "pipelines/identity/resolver.h"
#include "policies/consent/ledger.h"

namespace signet::slice {

using pipelines::DatasetKind;
using pipelines::LeasedDek;
using pipelines::Piece;
using pipelines::Schema;
using pipelines::SourceSpec;
using pipelines::SuppressionList;
using pipelines::query::Connection;
using policies::LabelClass;
using policies::LedgerPartition;

namespace {

std::string LedgerKey(int partition) {
  return "ledger/" + std::to_string(partition);
}
std::string DatasetKey(const std::string& name) {
  return "dataset/" + name;
}
constexpr const char* kSuppressionKey = "suppression";

Result<LedgerPartition> LoadLedger(crypto::KvStore& store, int partition) {
  ASSIGN_OR_RETURN(const auto bytes, store.Get(LedgerKey(partition)));
  if (!bytes) return LedgerPartition();
  return LedgerPartition::Decode(*bytes);
}

}  // namespace

Result<std::unique_ptr<State>> State::Open(const std::filesystem::path& folder,
                                           const std::filesystem::path& custody) {
  std::unique_ptr<State> state(new State);
  ASSIGN_OR_RETURN(state->custody_, crypto::FileCustody::Open(custody, state->entropy_));
  ASSIGN_OR_RETURN(const SecretBytes root, state->custody_->BaseKey());
  ASSIGN_OR_RETURN(
      state->store_,
      crypto::OpenRocksStore(
          folder / "store", crypto::DeriveKey(root, crypto::KeyUse::kStore, ""), state->entropy_));
  ASSIGN_OR_RETURN(
      state->vault_,
      crypto::KeyVault::Open(*state->custody_, *state->store_, state->entropy_, state->clock_));
  state->blobs_ = std::make_unique<pipelines::FileBlobStore>(folder / "blobs");
  state->digest_key_ =
      std::make_unique<crypto::HmacKey>(state->vault_->Derive(crypto::KeyUse::kDigest, ""));
  state->link_key_ = state->vault_->Derive(crypto::KeyUse::kLink, "");
  state->suppression_key_ = state->vault_->Derive(crypto::KeyUse::kSuppression, "");
  return state;
}

Result<State::Dataset> State::Load(const std::string& name) {
  const auto pending = pending_.find(name);
  if (pending != pending_.end()) return pending->second;
  ASSIGN_OR_RETURN(const Bytes bytes, store_->Require(DatasetKey(name)));
  ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(bytes)));
  Dataset dataset;
  ASSIGN_OR_RETURN(dataset.schema, Schema::FromJson(json["schema"]));
  for (const Json& item : json["pieces"].items()) {
    ASSIGN_OR_RETURN(Piece piece, Piece::FromJson(item));
    dataset.pieces.push_back(std::move(piece));
  }
  return dataset;
}

void State::Save(const std::string& name, const Dataset& dataset, crypto::WriteBatch& batch) {
  Json pieces{Json::Array()};
  for (const Piece& piece : dataset.pieces) pieces.Push(piece.ToJson());
  batch.Put(DatasetKey(name),
            Json::Of({{"schema", dataset.schema.ToJson()}, {"pieces", pieces}}).Dump());
}

Result<const SecretBytes*> State::Dek(const DekId& id) {
  const auto found = deks_.find(id);
  if (found != deks_.end()) return &found->second;
  ASSIGN_OR_RETURN(SecretBytes key, vault_->OpenDek(id));
  return &deks_.emplace(id, std::move(key)).first->second;
}

Result<std::map<LabelClass, LeasedDek>> State::NewDeks(const std::string& dataset,
                                                       int partition,
                                                       const Schema& schema,
                                                       crypto::WriteBatch& batch) {
  std::map<LabelClass, LeasedDek> deks;
  for (const pipelines::Column& column : schema.columns) {
    const LabelClass label_class = column.label.label_class;
    if (deks.contains(label_class)) continue;
    ASSIGN_OR_RETURN(const DekId id,
                     vault_->NewDek({dataset,
                                     std::to_string(run_),
                                     partition,
                                     std::string(policies::LabelClassName(label_class))},
                                    batch));
    ASSIGN_OR_RETURN(const SecretBytes* key, Dek(id));
    deks[label_class] = {id, key};
  }
  return deks;
}

Result<State::Opened> State::OpenDatabase(const std::string& readable) {
  pipelines::query::DatabaseOptions options;
  if (!readable.empty()) options.readable_paths = {readable};
  Opened opened;
  ASSIGN_OR_RETURN(opened.database, pipelines::query::Database::Open(options));
  opened.sql = opened.database->Connect();
  return opened;
}

Status State::OpenView(Connection& sql, const std::string& view, const Dataset& dataset) {
  pipelines::DatasetReader reader(*blobs_);
  return reader.OpenView(
      sql, view, dataset.schema, dataset.pieces, [this](const DekId& id) { return Dek(id); });
}

Result<State::Dataset> State::Write(Connection& sql,
                                    const std::string& table,
                                    const Output& output,
                                    const std::string& partition_column,
                                    crypto::WriteBatch& batch) {
  pipelines::WriteRequest request;
  request.dataset = output.name;
  request.kind = output.kind;
  request.schema = output.schema;
  request.producer = "run" + std::to_string(run_) + "/" + output.name + "/0";
  Dataset dataset{output.schema, {}};
  if (partition_column == "none") {
    ASSIGN_OR_RETURN(request.deks, NewDeks(output.name, -1, output.schema, batch));
    ASSIGN_OR_RETURN(Piece piece,
                     pipelines::WritePiece(sql, table, request, *digest_key_, *blobs_, entropy_));
    dataset.pieces.push_back(std::move(piece));
    return dataset;
  }
  ASSIGN_OR_RETURN(
      dataset.pieces,
      pipelines::WritePartitioned(
          sql,
          table,
          {kPartitions,
           [&](int partition) { return NewDeks(output.name, partition, output.schema, batch); },
           partition_column},
          request,
          {*digest_key_, *blobs_, entropy_}));
  return dataset;
}

Result<State::Dataset> State::Tokenise(const SourceSpec& source,
                                       Json& figures,
                                       crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const Opened opened, OpenDatabase(source.path));
  ASSIGN_OR_RETURN(figures, pipelines::RunTokenise(*opened.sql, source, {&link_key_}, {}));
  ASSIGN_OR_RETURN(const Schema schema, pipelines::TokenisedSchema(source));
  return Write(*opened.sql,
               "out",
               {"tokenised_" + source.name, DatasetKind::kTokenised, schema},
               "none",
               batch);
}

Result<SuppressionList> State::Suppressed() {
  ASSIGN_OR_RETURN(const auto bytes, store_->Get(kSuppressionKey));
  if (!bytes) return SuppressionList();
  return SuppressionList::Decode(*bytes);
}

Status State::Resolve(const std::vector<SourceSpec>& sources,
                      const std::map<std::string, Dataset>& tokenised,
                      Json& figures,
                      crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const Opened opened, OpenDatabase());
  Connection& sql = *opened.sql;
  pipelines::ResolveOptions options;
  for (const SourceSpec& source : sources) {
    pipelines::ResolveInput input{"in_" + source.name, {}};
    Dataset links = tokenised.at(source.name);
    std::vector<std::string> names;
    for (size_t i = 0; i < source.links.size(); ++i) {
      names.push_back(pipelines::LinkColumnName(i));
      input.links.push_back({source.links[i].type, source.links[i].id_domain});
    }
    ASSIGN_OR_RETURN(links.schema, links.schema.Select(names));
    TRY(OpenView(sql, input.view, links));
    options.inputs.push_back(std::move(input));
  }
  ASSIGN_OR_RETURN(const auto known, store_->Get(DatasetKey("identity")));
  if (known) {
    for (const char* name : {"identity", "keyring"}) {
      ASSIGN_OR_RETURN(const Dataset dataset, Load(name));
      TRY(OpenView(sql, name, dataset));
      TRY(Discard(dataset.pieces, batch));
    }
  } else {
    options.identity.clear();
    options.keyring.clear();
  }
  ASSIGN_OR_RETURN(const SuppressionList suppressed, Suppressed());
  ASSIGN_OR_RETURN(
      figures, pipelines::RunResolve(sql, options, {&suppression_key_, &suppressed}, entropy_, {}));
  const auto keep = [&](const std::string& name, Schema schema, const std::string& by) -> Status {
    const Output output{name, DatasetKind::kIdentity, std::move(schema)};
    ASSIGN_OR_RETURN(pending_[name], Write(sql, name + "_out", output, by, batch));
    Save(name, pending_.at(name), batch);
    return OkStatus();
  };
  TRY(keep("identity", pipelines::IdentitySchema(), "none"));
  return keep("keyring", pipelines::KeyringSchema(), "");
}

Status State::Gate(const policies::Policy& policy,
                   const SourceSpec& source,
                   const Dataset& tokenised,
                   RunReport& report,
                   crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const Opened opened, OpenDatabase());
  Connection& sql = *opened.sql;
  pipelines::GateSpec spec;
  spec.source = source;
  spec.jurisdictions = pipelines::JurisdictionTable::FromPolicy(policy);
  TRY(OpenView(sql, spec.tokenised, tokenised));
  for (const char* name : {"identity", "keyring"}) {
    ASSIGN_OR_RETURN(const Dataset dataset, Load(name));
    TRY(OpenView(sql, name, dataset));
  }
  pipelines::StageContext context;
  context.as_of = *TimestampFromText("2026-06-01");
  context.partitions = kPartitions;
  const auto apply = [&](int partition, std::vector<policies::Fact> facts) -> Status {
    // Facts of an earlier source of this run are in the batch, not yet in the store.
    const auto* pending = batch.Find(LedgerKey(partition));
    ASSIGN_OR_RETURN(LedgerPartition ledger,
                     pending != nullptr && pending->value ? LedgerPartition::Decode(*pending->value)
                                                          : LoadLedger(*store_, partition));
    ASSIGN_OR_RETURN(const auto outcome, ledger.Apply(facts));
    if (outcome.changes > 0) batch.Put(LedgerKey(partition), ledger.Encode());
    return OkStatus();
  };
  ASSIGN_OR_RETURN(const pipelines::GovernedDataset governed,
                   pipelines::RunGate(sql, spec, context, apply));
  report.gate[source.name] = governed.figures();
  ASSIGN_OR_RETURN(const Dataset written,
                   Write(sql,
                         governed.table(),
                         {source.name, DatasetKind::kGoverned, governed.schema()},
                         std::string(pipelines::kPartitionColumn),
                         batch));
  const Result<Dataset> before = Load(source.name);
  if (before.ok()) TRY(Discard(before->pieces, batch));
  Save(source.name, written, batch);
  ASSIGN_OR_RETURN(const auto content, pipelines::ContentOf(written.pieces));
  report.content[source.name] = content.Hex();
  return OkStatus();
}

/// Their keys go with the batch; the blobs are deleted after it.
Status State::Discard(const std::vector<Piece>& pieces, crypto::WriteBatch& batch) {
  for (const Piece& piece : pieces) {
    for (const pipelines::Stream& stream : piece.streams) {
      TRY(vault_->DestroyDek(stream.dek, batch));
      garbage_.push_back(stream.blob_digest);
    }
  }
  return OkStatus();
}

Status State::DeleteGarbage() {
  for (const std::string& digest : garbage_) TRY(blobs_->Delete(digest));
  garbage_.clear();
  deks_.clear();
  return OkStatus();
}

Result<State::RunReport> State::Ingest(const policies::Policy& policy,
                                       const std::vector<SourceSpec>& sources) {
  ++run_;
  RunReport report;
  crypto::WriteBatch batch;
  std::map<std::string, Dataset> tokenised;
  for (const SourceSpec& source : sources) {
    ASSIGN_OR_RETURN(tokenised[source.name], Tokenise(source, report.tokenise, batch));
  }
  TRY(Resolve(sources, tokenised, report.resolve, batch));
  for (const SourceSpec& source : sources) {
    TRY(Gate(policy, source, tokenised.at(source.name), report, batch));
    TRY(Discard(tokenised.at(source.name).pieces, batch));
  }
  TRY(store_->Write(batch, crypto::Durability::kSync));
  pending_.clear();
  TRY(DeleteGarbage());
  return report;
}

Result<uint64_t> State::EraseFrom(const std::string& name,
                                  std::span<const SubjectId> subjects,
                                  std::vector<Piece>& gone,
                                  crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const Opened opened, OpenDatabase());
  ASSIGN_OR_RETURN(Dataset dataset, Load(name));
  pipelines::RewriteRequest request;
  request.schema = dataset.schema;
  request.subjects = subjects;
  if (name == "identity") request.subject_columns = {"subject", "alias_of"};
  request.keys = [this](const DekId& id) { return Dek(id); };
  request.new_keys = [&](const Piece& old) {
    return NewDeks(name, old.partition, dataset.schema, batch);
  };
  request.producer = "erasure" + std::to_string(run_) + "/" + name + "/0";
  ASSIGN_OR_RETURN(const pipelines::RewriteOutcome outcome,
                   pipelines::RewriteWithout(
                       {*opened.sql, *blobs_, *digest_key_, entropy_}, dataset.pieces, request));
  for (const pipelines::RewrittenPiece& piece : outcome.rewritten) gone.push_back(piece.old);
  dataset.pieces = outcome.pieces;
  Save(name, dataset, batch);
  return outcome.rows_removed;
}

Result<State::ErasureReport> State::Erase(const std::string& email) {
  ++run_;
  std::string normalised;
  if (!crypto::Normalise(crypto::LinkType::kEmail, email, "", normalised)) {
    return Invalid("no e-mail address");
  }
  const Uuid link = crypto::LinkHasher(link_key_).Link(crypto::LinkType::kEmail, "", normalised);
  pipelines::SubjectFootprint footprint;
  {
    ASSIGN_OR_RETURN(const Opened opened, OpenDatabase());
    ASSIGN_OR_RETURN(const Dataset identity, Load("identity"));
    TRY(OpenView(*opened.sql, "identity", identity));
    ASSIGN_OR_RETURN(footprint,
                     pipelines::LocateSubject(*opened.sql, "identity", std::span(&link, 1)));
  }
  ErasureReport report;
  report.subject = footprint.subject;
  report.links = footprint.links.size();
  crypto::WriteBatch batch;
  ASSIGN_OR_RETURN(SuppressionList suppressed, Suppressed());
  suppressed.Add(
      pipelines::SuppressionEntries(footprint, crypto::SuppressionHasher(suppression_key_)));
  batch.Put(kSuppressionKey, suppressed.Encode());
  std::vector<Piece> gone;
  for (const char* name : {"crm", "orders", "identity", "keyring"}) {
    ASSIGN_OR_RETURN(report.rows_removed[name], EraseFrom(name, footprint.subjects, gone, batch));
  }
  for (const SubjectId& subject : footprint.subjects) {
    const auto partition = static_cast<int>(PartitionOf(subject, kPartitions));
    ASSIGN_OR_RETURN(LedgerPartition ledger, LoadLedger(*store_, partition));
    ledger.Erase(subject);
    batch.Put(LedgerKey(partition), ledger.Encode());
  }
  TRY(Discard(gone, batch));
  ASSIGN_OR_RETURN(const uint32_t generation, vault_->RotateKek(batch));
  (void)generation;
  TRY(store_->Write(batch, crypto::Durability::kSync));
  TRY(vault_->DestroyOldKeks(clock_.Now()));
  TRY(DeleteGarbage());
  return report;
}

Result<State::Opened> State::OpenGoverned(const std::string& source) {
  ASSIGN_OR_RETURN(Opened opened, OpenDatabase());
  ASSIGN_OR_RETURN(const Dataset dataset, Load(source));
  TRY(OpenView(*opened.sql, "governed", dataset));
  return opened;
}

Result<std::string> State::ContentOf(const std::string& source) {
  ASSIGN_OR_RETURN(const Dataset dataset, Load(source));
  ASSIGN_OR_RETURN(const auto content, pipelines::ContentOf(dataset.pieces));
  return content.Hex();
}

Result<std::vector<SubjectId>> State::AllowedFor(const policies::Policy& policy,
                                                 const std::string& purpose) {
  std::vector<SubjectId> allowed;
  for (int partition = 0; partition < kPartitions; ++partition) {
    ASSIGN_OR_RETURN(const LedgerPartition ledger, LoadLedger(*store_, partition));
    const std::vector<SubjectId> some = ledger.AllowedFor(policy, purpose);
    allowed.insert(allowed.end(), some.begin(), some.end());
  }
  return allowed;
}

}  // namespace signet::slice
