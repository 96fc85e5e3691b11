// Negative evidence of an erasure: nothing that named the person is left in any byte of the state
// folder, nor in what the store says with today's keys, nor in a backup that is restored.
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/state_folder.h"
#include "crypto/base/file.h"
#include "crypto/pseudonym/link_hasher.h"
#include "crypto/pseudonym/normalise.h"
#include "crypto/pseudonym/recipient_tokens.h"
#include "pipelines/artifacts/dataset_reader.h"
#include "pipelines/erasure/subject_locator.h"
#include "pipelines/query/database.h"
#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using coordinator::StateFolder;
using testing_support::ProcessResult;

constexpr int kCustomers = 80;
constexpr int kErased = 7;
constexpr int kStays = 11;

/// What named a person, by name of the thing; each is searched for as it is, and UUIDs and keys
/// also as text.
using Traces = std::map<std::string, std::string>;

void AddUuid(Traces& traces, const std::string& name, const Uuid& uuid) {
  traces[name + " (bytes)"] = std::string(AsText(uuid));
  traces[name + " (text)"] = UuidText(uuid);
  traces[name + " (hex)"] = ToHex(uuid);
  traces[name + " (base64)"] = ToBase64(uuid).substr(0, 20);
}

class NegativeEvidence : public testing::Test {
 protected:
  void SetUp() override {
    SetUpShop(place_, kCustomers);
    ASSERT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
  }

  /// Everything that names the customer in the state, with today's keys.
  Traces TracesOf(int customer) {
    Traces traces;
    traces["the e-mail address"] = ShopEmail(customer);
    Result<std::unique_ptr<StateFolder>> state =
        StateFolder::Open(place_.state(), clock_, entropy_);
    EXPECT_TRUE(state.ok()) << state.status().ToString();
    const SecretBytes key = (*state)->vault().Derive(crypto::KeyUse::kLink, "");
    std::string normalised;
    EXPECT_TRUE(crypto::Normalise(crypto::LinkType::kEmail, ShopEmail(customer), "FI", normalised));
    const Uuid link = crypto::LinkHasher(key).Link(crypto::LinkType::kEmail, "", normalised);
    const auto database = std::move(pipelines::query::Database::Open({})).value();
    const auto sql = database->Connect();
    OpenDataset(**state, *sql, "@identity");
    OpenDataset(**state, *sql, "@keyring");
    const auto footprint = pipelines::LocateSubject(*sql, "@identity", std::span(&link, 1));
    EXPECT_TRUE(footprint.ok()) << footprint.status().ToString();
    for (const Uuid& value : footprint->links) AddUuid(traces, "a link value", value);
    AddUuid(traces, "the SubjectId", footprint->subject.value);
    const SecretBytes recipient =
        (*state)->vault().Derive(crypto::KeyUse::kRecipient, "email_platform");
    AddUuid(traces,
            "the recipient's token",
            crypto::RecipientTokens(recipient, 1).Token(footprint->subject));
    AddKeys(**state, *sql, footprint->subject, traces);
    return traces;
  }

  /// The person's own keys, and the wrapped keys of everything that held their rows.
  static void AddKeys(StateFolder& state,
                      pipelines::query::Connection& sql,
                      const SubjectId& subject,
                      Traces& traces) {
    auto opened = sql.Query("SELECT cell_key, log_key FROM \"@keyring\" WHERE subject = '" +
                            UuidText(subject.value) + "'::UUID");
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    const auto rows = std::move(opened).value();
    pipelines::query::Chunk chunk;
    ASSERT_TRUE(*rows->Next(chunk));
    ASSERT_EQ(chunk.size(), 1U);
    traces["the cell key"] = std::string(AsText(chunk.Blob(0, 0)));
    traces["the log key"] = std::string(AsText(chunk.Blob(1, 0)));
    const std::vector<coordinator::LiveDataset> all = *coordinator::DatasetRegistry(state).All();
    for (const coordinator::LiveDataset& dataset : all) {
      if (dataset.name != "@keyring") continue;
      for (const pipelines::Piece& piece : dataset.pieces) {
        for (const pipelines::Stream& stream : piece.streams) {
          const auto record = *state.store().Get("keys/dek/" + stream.dek.text());
          ASSERT_TRUE(record.has_value());
          // The wrapped key is the record's end: RFC 5649 makes 40 bytes of 32.
          const std::string bytes(AsText(*record));
          traces["a wrapped key of " + dataset.name + " " + stream.dek.text()] =
              bytes.substr(bytes.size() - 40);
        }
      }
    }
  }

  static void OpenDataset(StateFolder& state,
                          pipelines::query::Connection& sql,
                          const std::string& name) {
    const coordinator::LiveDataset dataset =
        *coordinator::DatasetRegistry(state).Find("@state", name);
    std::map<DekId, SecretBytes> keys;
    for (const pipelines::Piece& piece : dataset.pieces) {
      for (const pipelines::Stream& stream : piece.streams) {
        keys.emplace(stream.dek, std::move(state.vault().OpenDek(stream.dek)).value());
      }
    }
    pipelines::DatasetReader reader(state.blobs());
    const Status opened = reader.OpenView(
        sql,
        name,
        dataset.schema,
        dataset.pieces,
        [&keys](const DekId& id) -> Result<const SecretBytes*> { return &keys.at(id); });
    ASSERT_TRUE(opened.ok()) << opened.ToString();
  }

  /// "FILE: what" for each trace in any byte below `folder`.
  static std::vector<std::string> InFiles(const fs::path& folder, const Traces& traces) {
    std::vector<std::string> found;
    for (const fs::directory_entry& file : fs::recursive_directory_iterator(folder)) {
      if (!file.is_regular_file()) continue;
      const std::string bytes = ReadText(file.path());
      for (const auto& trace : traces) {
        if (bytes.find(trace.second) != std::string::npos) {
          found.push_back(file.path().string() + ": " + trace.first);
        }
      }
    }
    return found;
  }

  /// The same in every value of the opened store; the suppression list is exempt.
  std::vector<std::string> InStore(const fs::path& folder, const Traces& traces) {
    std::vector<std::string> found;
    Result<std::unique_ptr<StateFolder>> state = StateFolder::Open(folder, clock_, entropy_);
    EXPECT_TRUE(state.ok()) << state.status().ToString();
    const Status scanned =
        (*state)->store().Scan("", [&](std::string_view key, ByteView value) -> Status {
          if (key == "suppression") return OkStatus();
          for (const auto& trace : traces) {
            const bool hit = AsText(value).find(trace.second) != std::string_view::npos ||
                             key.find(trace.second) != std::string_view::npos;
            if (hit) found.push_back(std::string(key) + ": " + trace.first);
          }
          return OkStatus();
        });
    EXPECT_TRUE(scanned.ok()) << scanned.ToString();
    return found;
  }

  ProcessResult Do(const fs::path& state, std::vector<std::string> arguments, int customer) const {
    arguments.insert(arguments.end(), {"--state", state.string()});
    return place_.Signet(std::move(arguments), "email " + ShopEmail(customer) + "\n");
  }

  SystemClock clock_;
  SystemEntropy entropy_;
  Workplace place_;
};

TEST_F(NegativeEvidence, NoByteOfTheStateNamesTheErasedPersonAndTheSearchFindsOthers) {
  const Traces erased = TracesOf(kErased);
  const Traces stays = TracesOf(kStays);
  // The search can find: today's wrapped keys are in the store.
  EXPECT_FALSE(InStore(place_.state(), erased).empty());
  const fs::path backup = place_.root() / "backup";
  fs::copy(place_.state(), backup, fs::copy_options::recursive);

  const ProcessResult result = Do(place_.state(), {"subject", "erase"}, kErased);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(InFiles(place_.state(), erased), std::vector<std::string>());
  EXPECT_EQ(InStore(place_.state(), erased), std::vector<std::string>());
  EXPECT_EQ(Do(place_.state(), {"subject", "status"}, kErased).exit_code, 1);
  EXPECT_EQ(Do(place_.state(), {"subject", "status"}, kStays).exit_code, 0);
  // Those who stay have kept their ids and own keys; only what wraps them is new.
  Traces after = TracesOf(kStays);
  for (const auto& trace : stays) {
    if (trace.first.find("wrapped") == std::string::npos) {
      EXPECT_EQ(after[trace.first], trace.second);
    }
  }
}

TEST_F(NegativeEvidence, ARestoredBackupNamesNobodyWithOrWithoutTheOldCustodyCopy) {
  const Traces erased = TracesOf(kErased);
  const fs::path backup = place_.root() / "backup";
  fs::copy(place_.state(), backup, fs::copy_options::recursive);
  ASSERT_EQ(Do(place_.state(), {"subject", "erase"}, kErased).exit_code, 0);

  // With its own old custody: no byte at rest names the person.
  EXPECT_EQ(InFiles(backup, erased), std::vector<std::string>());
  // Without it, under today's custody: no byte either, and nothing in it can be opened.
  fs::remove_all(backup / "custody");
  EXPECT_EQ(InFiles(backup, erased), std::vector<std::string>());
  fs::copy(place_.state() / "custody", backup / "custody", fs::copy_options::recursive);
  EXPECT_EQ(InFiles(backup, erased), std::vector<std::string>());
  const Result<std::unique_ptr<StateFolder>> opened = StateFolder::Open(backup, clock_, entropy_);
  EXPECT_EQ(opened.status().code(), StatusCode::kCorrupt)
      << "an old store beside today's keys was taken";
}

}  // namespace
}  // namespace signet::e2e
