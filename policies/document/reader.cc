#include "policies/document/reader.h"

#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "policies/document/text_check.h"
#include "policies/document/tree_builder.h"

namespace signet::policies {
namespace {

// Parses until the first error; the builder notes its own, yaml-cpp throws.
void ParseInto(TreeBuilder& builder,
               const std::shared_ptr<const SourceText>& source,
               std::string_view text,
               Diagnostics& diagnostics) {
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    while (!builder.failed() && parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::ParserException& e) {
    if (builder.failed()) return;
    const Mark mark = PlaceOf(source, e.mark.line, e.mark.column, 1);
    if (e.msg.find("referenced anchor") != std::string::npos) {
      diagnostics.Error("SIG-1107", mark, "the alias names no anchor");
    } else {
      diagnostics.Error("SIG-1101", mark, "not valid YAML: " + e.msg);
    }
  } catch (const std::exception&) {
    if (builder.failed()) return;
    diagnostics.Error("SIG-1101", PlaceOf(source, 0, 0, 1), "not valid YAML");
  }
}

}  // namespace

std::optional<Node> ReadDocumentText(const std::string& name,
                                     std::string_view text,
                                     Diagnostics& diagnostics) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  const std::shared_ptr<const SourceText> source =
      SourceText::Of(name, text.size() > kDocumentBytesMax ? std::string_view() : text);
  const Mark top = PlaceOf(source, 0, 0, 1);
  if (text.size() > kDocumentBytesMax) {
    diagnostics.Error("SIG-1004",
                      Mark{name, 0, 0, 1, nullptr},
                      "the document has " + WithThousands(static_cast<int64_t>(text.size())) +
                          " bytes, the limit is " +
                          WithThousands(static_cast<int64_t>(kDocumentBytesMax)));
    return std::nullopt;
  }
  if (!CheckText(source, text, diagnostics)) return std::nullopt;
  const size_t errors = diagnostics.count();
  TreeBuilder builder(source, diagnostics);
  ParseInto(builder, source, text, diagnostics);
  if (diagnostics.count() != errors) return std::nullopt;
  if (!builder.root().has_value() || builder.root()->is_null()) {
    diagnostics.Error("SIG-1005", top, "the document is empty");
    return std::nullopt;
  }
  return builder.root();
}

Result<Node> ReadDocumentText(const std::string& name, std::string_view text) {
  Diagnostics diagnostics;
  std::optional<Node> node = ReadDocumentText(name, text, diagnostics);
  if (!node.has_value()) return ToStatus(diagnostics);
  return *std::move(node);
}

Result<Node> ReadDocument(const std::filesystem::path& path) {
  std::error_code ignored;
  const uintmax_t size = std::filesystem::file_size(path, ignored);
  if (!ignored && size > 2 * kDocumentBytesMax) {
    Diagnostics diagnostics;
    diagnostics.Error("SIG-1004",
                      Mark{path.string(), 0, 0, 1, nullptr},
                      "the document has " + WithThousands(static_cast<int64_t>(size)) +
                          " bytes, the limit is " +
                          WithThousands(static_cast<int64_t>(kDocumentBytesMax)));
    return ToStatus(diagnostics);
  }
  const Result<Bytes> bytes = ReadFile(path);
  if (!bytes.ok()) {
    Diagnostic diagnostic{"SIG-1001", bytes.status().message(), {}, bytes.status().remedy(), {}};
    return Status(bytes.status().code(), Render(diagnostic)).WithDiagnostic("SIG-1001");
  }
  return ReadDocumentText(path.string(), AsText(*bytes));
}

}  // namespace signet::policies
