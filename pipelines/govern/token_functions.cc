#include "pipelines/govern/token_functions.h"

#include <string_view>
#include <utility>

#include "crypto/base/text.h"
#include "crypto/primitives/hkdf.h"
#include "crypto/primitives/hmac.h"
#include "crypto/pseudonym/link_hasher.h"
#include "crypto/pseudonym/normalise.h"

namespace signet::pipelines {
namespace {

using query::Arguments;
using query::ColumnWriter;

Status RegisterLink(query::Connection& connection,
                    const SourceSpec& spec,
                    size_t i,
                    const std::shared_ptr<const crypto::LinkHasher>& hasher,
                    const std::shared_ptr<UnusableCounts>& counts) {
  const SourceLink link = spec.links[i];
  const std::string region = spec.default_region;
  query::ScalarFunction function{LinkFunctionName(i), {ColumnType::kText}, ColumnType::kUuid, {}};
  function.run = [link, region, hasher, counts, i](const Arguments& in, ColumnWriter& out) {
    std::string normalised;
    uint64_t unusable = 0;
    for (size_t r = 0; r < in.rows(); ++r) {
      if (in[0].IsNull(r)) continue;
      normalised.clear();
      if (crypto::Normalise(link.type, in[0].Text(r), region, normalised)) {
        out.SetUuid(r, hasher->Link(link.type, link.id_domain, normalised));
      } else {
        out.SetNull(r);
        if (!Trim(in[0].Text(r)).empty()) ++unusable;
      }
    }
    (*counts)[i]->fetch_add(unusable, std::memory_order_relaxed);
    return OkStatus();
  };
  return connection.RegisterFunction(std::move(function));
}

Status RegisterHmac(query::Connection& connection,
                    std::string name,
                    const SecretBytes& link_key,
                    std::string_view domain) {
  Bytes info;
  AppendField(info, "signet/pseudonym/v1");
  AppendField(info, domain);
  const auto key =
      std::make_shared<const crypto::HmacKey>(crypto::HkdfSha256(link_key, {}, info, 32));
  query::ScalarFunction function{std::move(name), {ColumnType::kText}, ColumnType::kUuid, {}};
  function.run = [key](const Arguments& in, ColumnWriter& out) {
    for (size_t r = 0; r < in.rows(); ++r) {
      if (!in[0].IsNull(r)) out.SetUuid(r, key->MacUuid(AsBytes(in[0].Text(r))));
    }
    return OkStatus();
  };
  return connection.RegisterFunction(std::move(function));
}

}  // namespace

std::string LinkFunctionName(size_t link) {
  return "signet_link_" + std::to_string(link + 1);
}
std::string TokenFunctionName(size_t column) {
  return "signet_token_" + std::to_string(column + 1);
}

Result<std::shared_ptr<UnusableCounts>> RegisterTokenFunctions(query::Connection& connection,
                                                               const SourceSpec& spec,
                                                               const SecretBytes& link_key) {
  auto counts = std::make_shared<UnusableCounts>();
  const auto hasher = std::make_shared<const crypto::LinkHasher>(link_key);
  for (size_t i = 0; i < spec.links.size(); ++i) {
    counts->push_back(std::make_unique<std::atomic<uint64_t>>(0));
    TRY(RegisterLink(connection, spec, i, hasher, counts));
  }
  for (size_t i = 0; i < spec.columns.size(); ++i) {
    const SourceColumn& column = spec.columns[i];
    if (column.treatment.kind != policies::TreatmentKind::kPseudonymise) continue;
    const std::string& domain = column.treatment.options["domain"].AsString();
    TRY(RegisterHmac(
        connection, TokenFunctionName(i), link_key, domain.empty() ? column.category : domain));
  }
  if (!spec.unique.empty()) TRY(RegisterHmac(connection, "signet_row_key", link_key, "row"));
  return counts;
}

}  // namespace signet::pipelines
