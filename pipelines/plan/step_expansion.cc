#include "pipelines/plan/step_expansion.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "policies/document/map_reader.h"
#include "policies/document/reader.h"

namespace signet::pipelines {
namespace {

using policies::Diagnostics;
using policies::MapReader;
using policies::Node;
using Entry = Node::Entry;
using Names = std::map<std::string, std::vector<std::string>>;  ///< what a name stands for

std::string ReplacedAll(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// The tree with every scalar's text changed by `change`.
Node WithTexts(const Node& node, const std::function<std::string(const std::string&)>& change) {
  if (node.is_scalar()) return Node::Scalar(node.mark(), change(node.text()), node.quoted());
  if (node.is_list()) {
    std::vector<Node> items;
    items.reserve(node.items().size());
    for (const Node& item : node.items()) items.push_back(WithTexts(item, change));
    return Node::List(node.mark(), std::move(items));
  }
  if (!node.is_map()) return node;
  std::vector<Entry> entries;
  entries.reserve(node.entries().size());
  for (const Entry& entry : node.entries()) {
    entries.push_back({entry.key, entry.key_mark, WithTexts(entry.value, change)});
  }
  return Node::Map(node.mark(), std::move(entries));
}

Node Without(const Node& map, const std::string& key) {
  std::vector<Entry> entries = map.entries();
  std::erase_if(entries, [&key](const Entry& entry) { return entry.key == key; });
  return Node::Map(map.mark(), std::move(entries));
}

/// A list in which each name that stands for others is replaced by them.
Node WithNames(const Node& list, const Names& names) {
  std::vector<Node> items;
  for (const Node& item : list.items()) {
    const auto found = names.find(item.text());
    if (!item.is_scalar() || found == names.end()) {
      items.push_back(item);
      continue;
    }
    for (const std::string& name : found->second) {
      items.push_back(Node::Scalar(item.mark(), name, item.quoted()));
    }
  }
  return Node::List(list.mark(), std::move(items));
}

/// The step with the datasets that it reads named anew: `from`, `inputs`, `segments`. A name that
/// stands for several is replaced in lists only.
Node WithDatasets(const Node& step, const Names& names) {
  if (!step.is_map()) return step;
  const auto change = [&names](const std::string& text) {
    const auto found = names.find(text);
    return found != names.end() && found->second.size() == 1 ? found->second.front() : text;
  };
  std::vector<Entry> entries;
  entries.reserve(step.entries().size());
  for (const Entry& entry : step.entries()) {
    Node value = entry.value;
    if (entry.key == "from" || entry.key == "inputs") value = WithTexts(value, change);
    if (entry.key == "segments" && value.is_list()) value = WithNames(value, names);
    entries.push_back({entry.key, entry.key_mark, std::move(value)});
  }
  return Node::Map(step.mark(), std::move(entries));
}

/// The document with other steps.
Node WithSteps(const Node& root, std::vector<Entry> steps) {
  std::vector<Entry> entries = root.entries();
  const auto found = std::find_if(
      entries.begin(), entries.end(), [](const Entry& entry) { return entry.key == "steps"; });
  if (found != entries.end()) found->value = Node::Map(found->value.mark(), std::move(steps));
  return Node::Map(root.mark(), std::move(entries));
}

const Node* StepsOf(const Node& root) {
  const Node* const steps = root.is_map() ? root.Find("steps") : nullptr;
  return steps != nullptr && steps->is_map() ? steps : nullptr;
}

bool IsPlainWord(const std::string& word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  });
}

/// The values of one name of a foreach: a list, or a text with commas.
std::vector<std::string> ValuesOf(const Entry& name,
                                  const Parameters& parameters,
                                  Diagnostics& diagnostics) {
  const Node given = Substitute(name.value, parameters, diagnostics);
  std::vector<std::string> values;
  if (given.is_scalar()) {
    for (const std::string& part : Split(given.text(), ',')) values.emplace_back(Trim(part));
  } else if (const auto texts = given.AsTexts()) {
    values = *texts;
  }
  std::set<std::string> seen;
  const bool plain = std::all_of(values.begin(), values.end(), [&seen](const std::string& value) {
    return IsPlainWord(value) && seen.insert(value).second;
  });
  if (!values.empty() && plain) return values;
  diagnostics.Error("SIG-1216",
                    name.value.mark(),
                    "the values of '" + name.key + "' must be a list of plain words, each once");
  return {};
}

/// Each step of `made` once for each value, in which `place` is the value; at most
/// kForeachStepsMax of them.
std::vector<Entry> Multiplied(const std::vector<Entry>& made,
                              const std::string& place,
                              const std::vector<std::string>& values) {
  std::vector<Entry> next;
  for (const Entry& one : made) {
    for (const std::string& value : values) {
      if (next.size() >= kForeachStepsMax) return next;
      const auto put = [&](const std::string& text) { return ReplacedAll(text, place, value); };
      next.push_back({one.key + "." + value, one.key_mark, WithTexts(one.value, put)});
    }
  }
  return next;
}

/// Writes one foreach step out, once for each combination of values.
void WriteOut(const Entry& step,
              const Parameters& parameters,
              std::vector<Entry>& to,
              Diagnostics& diagnostics) {
  const Node& loops = *step.value.Find("foreach");
  if (!loops.is_map() || loops.entries().empty()) {
    return diagnostics.Error("SIG-1216",
                             loops.mark(),
                             "`foreach` of step '" + step.key + "' names nothing to go over",
                             "write `foreach: {country: [FI, SE]}`");
  }
  std::vector<Entry> made{{step.key, step.key_mark, Without(step.value, "foreach")}};
  for (const Entry& loop : loops.entries()) {
    const std::vector<std::string> values = ValuesOf(loop, parameters, diagnostics);
    std::vector<Entry> next = Multiplied(made, "${each." + loop.key + "}", values);
    if (next.size() >= kForeachStepsMax) {
      return diagnostics.Error("SIG-1216",
                               loop.key_mark,
                               "step '" + step.key + "' would be " +
                                   std::to_string(kForeachStepsMax) + " steps or more");
    }
    made = std::move(next);
  }
  to.insert(to.end(), made.begin(), made.end());
}

/// One fragment taken into a document, at one level.
class Fragments {
 public:
  Fragments(Timestamp now, Diagnostics& diagnostics) : now_(now), diagnostics_(diagnostics) {}

  Node Expand(const Node& root, int depth) {
    const Node* const steps = StepsOf(root);
    if (steps == nullptr) return root;
    std::vector<Entry> written;
    Names outputs;
    for (const Entry& step : steps->entries()) {
      const Node* const uses = step.value.is_map() ? step.value.Find("uses") : nullptr;
      if (uses == nullptr || uses->text() != "pipeline") {
        written.push_back(step);
      } else {
        TakeIn(step, depth, written, outputs);
      }
    }
    if (!outputs.empty()) {
      for (Entry& step : written) step.value = WithDatasets(step.value, outputs);
    }
    return WithSteps(root, std::move(written));
  }

 private:
  void Refuse(const policies::Mark& mark, const std::string& why, const std::string& remedy = {}) {
    diagnostics_.Error("SIG-1217", mark, why, remedy);
  }

  /// The values of the step's `params`, by name.
  static std::map<std::string, std::string> ParamsOf(MapReader& reader) {
    std::map<std::string, std::string> given;
    for (const Entry& param : reader.Entries("params")) given[param.key] = param.value.text();
    return given;
  }

  void TakeIn(const Entry& step, int depth, std::vector<Entry>& written, Names& outputs) {
    MapReader reader(step.value, "step '" + step.key + "'", diagnostics_);
    reader.Know("uses");
    const std::string file = reader.RequiredText("file");
    const policies::Mark mark = reader.ValueMark("file");
    const std::map<std::string, std::string> given = ParamsOf(reader);
    const std::vector<Entry> inputs = reader.Entries("inputs");
    reader.Finish();
    if (file.empty()) return;
    if (depth >= kFragmentDepthMax) return Refuse(mark, "fragments use each other too deeply");
    const std::filesystem::path path =
        std::filesystem::path(std::string(step.key_mark.file)).parent_path() / file;
    const Result<Node> read = policies::ReadDocument(path);
    if (!read.ok()) {
      return Refuse(mark,
                    "the fragment " + path.string() + " cannot be read: " +
                        read.status().message().substr(0, read.status().message().find('\n')),
                    "name a file beside the document it stands in");
    }
    Names names;
    std::string output;
    const std::optional<Node> fragment = Bind(*read, given, inputs, step, names, output);
    if (!fragment) return;
    const Node whole = Expand(*fragment, depth + 1);
    const Node* const steps = StepsOf(whole);
    if (steps == nullptr) return;
    for (const Entry& local : steps->entries()) names[local.key] = {step.key + "." + local.key};
    for (const Entry& local : steps->entries()) {
      written.push_back(
          {step.key + "." + local.key, local.key_mark, WithDatasets(local.value, names)});
    }
    if (!output.empty()) outputs[step.key] = {step.key + "." + output};
  }

  /// Reads the fragment's head and gives its parameters their values.
  std::optional<Node> Bind(const Node& root,
                           const std::map<std::string, std::string>& given,
                           const std::vector<Entry>& inputs,
                           const Entry& step,
                           Names& names,
                           std::string& output) {
    const size_t errors = diagnostics_.count();
    MapReader reader(root, "the fragment", diagnostics_);
    const Node* const version = reader.Required("signet");
    if (version != nullptr && version->AsInt() != int64_t{1}) {
      diagnostics_.Error("SIG-1212", version->mark(), "this Signet reads documents of version 1");
    }
    reader.RequiredText("fragment");
    reader.Text("description");
    output = reader.Text("output");
    const Parameters parameters = ReadParameters(reader, given, now_, diagnostics_);
    for (const std::string& name : reader.Texts("inputs")) {
      const auto found = std::find_if(
          inputs.begin(), inputs.end(), [&name](const Entry& one) { return one.key == name; });
      if (found == inputs.end()) {
        Refuse(step.key_mark,
               "step '" + step.key + "' does not say what the fragment's input '" + name + "' is",
               "add `inputs: {" + name + ": DATASET}`");
      } else {
        names[name] = {found->value.text()};
      }
    }
    for (const Entry& input : inputs) {
      if (names.count(input.key) != 0) continue;
      Refuse(input.key_mark, "the fragment has no input '" + input.key + "'");
    }
    reader.Entries("steps");
    reader.Finish();
    if (diagnostics_.count() != errors) return std::nullopt;
    const Node looped = ExpandForeach(root, parameters, diagnostics_);
    return WithSql(Substitute(looped, parameters, diagnostics_), parameters);
  }

  /// Steps' SQL with the fragment's parameters as typed literals.
  static Node WithSql(const Node& root, const Parameters& parameters) {
    const Node* const steps = StepsOf(root);
    if (steps == nullptr) return root;
    std::vector<Entry> changed = steps->entries();
    for (Entry& step : changed) {
      std::vector<Entry> entries = step.value.entries();
      for (Entry& entry : entries) {
        if ((entry.key != "sql" && entry.key != "where") || !entry.value.is_scalar()) continue;
        entry.value = Node::Scalar(entry.value.mark(),
                                   SubstituteSql(entry.value.text(), parameters.sql),
                                   entry.value.quoted());
      }
      if (step.value.is_map()) step.value = Node::Map(step.value.mark(), std::move(entries));
    }
    return WithSteps(root, std::move(changed));
  }

  Timestamp now_;
  Diagnostics& diagnostics_;
};

}  // namespace

Node ExpandForeach(const Node& root, const Parameters& parameters, Diagnostics& diagnostics) {
  const Node* const steps = StepsOf(root);
  if (steps == nullptr) return root;
  std::vector<Entry> written;
  Names made;
  for (const Entry& step : steps->entries()) {
    if (!step.value.is_map() || step.value.Find("foreach") == nullptr) {
      written.push_back(step);
      continue;
    }
    const size_t before = written.size();
    WriteOut(step, parameters, written, diagnostics);
    std::vector<std::string>& names = made[step.key];
    for (size_t i = before; i < written.size(); ++i) names.push_back(written[i].key);
  }
  if (made.empty()) return root;
  for (Entry& step : written) step.value = WithDatasets(step.value, made);
  return WithSteps(root, std::move(written));
}

Node ExpandFragments(const Node& root, Timestamp now, Diagnostics& diagnostics) {
  return Fragments(now, diagnostics).Expand(root, 0);
}

}  // namespace signet::pipelines
