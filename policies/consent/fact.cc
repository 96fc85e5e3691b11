#include "policies/consent/fact.h"

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/text.h"

namespace signet::policies {
namespace {

// facts = "SGFA" version(2) texts fact_count(8) fact*
// texts = count(4) field*            a field is length(4) bytes
// fact  = subject(16) kind(1) purpose(4) value(4) source(4) wording(4) time(8); texts by index
constexpr uint32_t kMagic = 0x53474641;
constexpr uint16_t kVersion = 1;
constexpr size_t kFactBytes = 16 + 1 + 4 * 4 + 8;

bool IsFlag(std::string_view value) {
  return value == "true" || value == "false";
}

// Why value or purpose do not fit the kind; null when they do.
const char* Misfit(const Fact& fact) {
  switch (fact.kind) {
    case Fact::kSeen:
      return fact.value.empty() && fact.purpose.empty() ? nullptr : "'seen' takes no value";
    case Fact::kConsent:
      if (fact.purpose.empty()) return "a consent names its purpose";
      return fact.value == "given" || fact.value == "withdrawn" ? nullptr
                                                                : "a consent is given or withdrawn";
    case Fact::kJurisdiction:
      return fact.purpose.empty() ? nullptr : "a jurisdiction takes no purpose";
    case Fact::kMinor:
    case Fact::kOptOutSale:
    case Fact::kGpc:
    case Fact::kLimitSensitive:
      if (!fact.purpose.empty()) return "the fact takes no purpose";
      return IsFlag(fact.value) ? nullptr : "the fact is true or false";
    case Fact::kRestriction:
      return IsFlag(fact.value) ? nullptr : "a restriction is true or false";
    case Fact::kTombstone:
      return fact.value == "true" && fact.purpose.empty() ? nullptr : "a tombstone is true";
  }
  return "unknown kind of fact";
}

class TextTable {
 public:
  uint32_t Add(const std::string& text) {
    const auto added = index_.emplace(text, static_cast<uint32_t>(texts_.size()));
    if (added.second) texts_.push_back(&added.first->first);
    return added.first->second;
  }
  void AppendTo(Bytes& bytes) const {
    AppendU32(bytes, static_cast<uint32_t>(texts_.size()));
    for (const std::string* text : texts_) AppendField(bytes, *text);
  }

 private:
  std::map<std::string, uint32_t> index_;
  std::vector<const std::string*> texts_;
};

Result<std::vector<std::string>> ReadTexts(ByteReader& reader) {
  ASSIGN_OR_RETURN(const uint32_t count, reader.U32());
  std::vector<std::string> texts;
  for (uint32_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const ByteView field, reader.Field());
    if (field.size() > kFactTextMax) return Corrupt("a text of the facts is too long");
    texts.emplace_back(AsText(field));
  }
  return texts;
}

Result<std::string> TextAt(ByteReader& reader, const std::vector<std::string>& texts) {
  ASSIGN_OR_RETURN(const uint32_t index, reader.U32());
  if (index >= texts.size()) return Corrupt("a fact names a text that is not there");
  return texts[index];
}

Result<Fact> ReadFact(ByteReader& reader, const std::vector<std::string>& texts) {
  Fact fact;
  ASSIGN_OR_RETURN(const ByteView subject, reader.Take(16));
  std::copy(subject.begin(), subject.end(), fact.subject.value.begin());
  ASSIGN_OR_RETURN(const uint8_t kind, reader.U8());
  if (kind > Fact::kLimitSensitive) return Corrupt("a fact of an unknown kind");
  fact.kind = static_cast<Fact::Kind>(kind);
  ASSIGN_OR_RETURN(fact.purpose, TextAt(reader, texts));
  ASSIGN_OR_RETURN(fact.value, TextAt(reader, texts));
  ASSIGN_OR_RETURN(fact.source, TextAt(reader, texts));
  ASSIGN_OR_RETURN(fact.wording, TextAt(reader, texts));
  ASSIGN_OR_RETURN(const uint64_t time, reader.U64());
  fact.time_micros = static_cast<int64_t>(time);
  if (const Status valid = ValidateFact(fact); !valid.ok()) return Corrupt(valid.message());
  return fact;
}

}  // namespace

Status ValidateFact(const Fact& fact) {
  for (const std::string* text : {&fact.purpose, &fact.value, &fact.source, &fact.wording}) {
    if (text->size() > kFactTextMax) return Invalid("a text of the fact is too long");
    if (!IsValidUtf8(*text)) return Invalid("a text of the fact is not UTF-8");
  }
  if (fact.time_micros < 0) return Invalid("the fact's time is before 1970");
  if (const char* misfit = Misfit(fact); misfit != nullptr) return Invalid(misfit);
  return OkStatus();
}

Bytes EncodeFacts(std::span<const Fact> facts) {
  TextTable texts;
  Bytes body;
  body.reserve(facts.size() * kFactBytes);
  AppendU64(body, facts.size());
  for (const Fact& fact : facts) {
    CHECK(ValidateFact(fact).ok());
    Append(body, fact.subject.value);
    body.push_back(static_cast<uint8_t>(fact.kind));
    AppendU32(body, texts.Add(fact.purpose));
    AppendU32(body, texts.Add(fact.value));
    AppendU32(body, texts.Add(fact.source));
    AppendU32(body, texts.Add(fact.wording));
    AppendU64(body, static_cast<uint64_t>(fact.time_micros));
  }
  Bytes bytes;
  AppendU32(bytes, kMagic);
  AppendU16(bytes, kVersion);
  texts.AppendTo(bytes);
  Append(bytes, body);
  return bytes;
}

Result<std::vector<Fact>> DecodeFacts(ByteView bytes) {
  const auto decode = [&]() -> Result<std::vector<Fact>> {
    ByteReader reader(bytes);
    ASSIGN_OR_RETURN(const uint32_t magic, reader.U32());
    ASSIGN_OR_RETURN(const uint16_t version, reader.U16());
    if (magic != kMagic || version != kVersion) return Corrupt("not facts of version 1");
    ASSIGN_OR_RETURN(const std::vector<std::string> texts, ReadTexts(reader));
    ASSIGN_OR_RETURN(const uint64_t count, reader.U64());
    if (reader.rest().size() % kFactBytes != 0 || reader.rest().size() / kFactBytes != count) {
      return Corrupt("the facts' length does not fit their number");
    }
    std::vector<Fact> facts;
    facts.reserve(count);
    for (uint64_t i = 0; i < count; ++i) {
      ASSIGN_OR_RETURN(Fact fact, ReadFact(reader, texts));
      facts.push_back(std::move(fact));
    }
    return facts;
  };
  Result<std::vector<Fact>> facts = decode();
  if (!facts.ok()) return Corrupt("facts: " + facts.status().message());
  return facts;
}

}  // namespace signet::policies
