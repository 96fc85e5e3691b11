#include "crypto/audit/evidence.h"

#include <algorithm>
#include <string>
#include <utility>

#include "crypto/base/file.h"
#include "crypto/primitives/sha256.h"

namespace signet::crypto {
namespace {

constexpr size_t kNameDigits = 16;

}  // namespace

Result<std::filesystem::path> WriteEvidence(const std::filesystem::path& folder,
                                            const LogEvidence& evidence,
                                            Timestamp now) {
  Json json = Json::Of({{"finding", evidence.finding},
                        {"found_at", TimestampText(now)},
                        {"origin", evidence.origin},
                        {"key", evidence.key},
                        {"facts", evidence.facts}});
  for (const auto& [name, note] : {std::pair{"remembered_checkpoint", &evidence.remembered},
                                   {"stored_checkpoint", &evidence.stored},
                                   {"witness_answer", &evidence.witnessed}}) {
    if (!note->empty()) json.Set(name, *note);
  }
  const std::string text = json.Pretty() + "\n";
  std::string time = TimestampText(now);
  std::erase_if(time, [](char c) { return c == ':' || c == '-'; });
  const std::filesystem::path path =
      folder / (time + "-" + ToHex(Sha256::Of(AsBytes(text))).substr(0, kNameDigits) + ".json");
  TRY(MakeFolders(folder));
  TRY(WriteFileAtomically(path, AsBytes(text), 0644));
  return path;
}

Status WithEvidence(const Status& found,
                    const std::filesystem::path& folder,
                    LogEvidence evidence,
                    Timestamp now) {
  evidence.finding = found.message();
  const Result<std::filesystem::path> path = WriteEvidence(folder, evidence, now);
  std::string remedy = found.remedy();
  if (!remedy.empty()) remedy += "; ";
  remedy += path.ok() ? "keep the evidence: " + path->string()
                      : "evidence could not be written: " + path.status().message();
  return found.WithRemedy(remedy);
}

}  // namespace signet::crypto
