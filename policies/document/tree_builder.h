/// TreeBuilder: makes a Node tree from the parser's events and refuses what Signet does not allow.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <yaml-cpp/eventhandler.h>

#include "policies/document/diagnostic.h"
#include "policies/document/node.h"

namespace signet::policies {

/// Reports the first error and ignores the events behind it. Anchors become shared subtrees, so an
/// alias costs nothing; limits count it each time.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::shared_ptr<const SourceText> source, Diagnostics& diagnostics)
      : source_(std::move(source)), diagnostics_(diagnostics) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] const std::optional<Node>& root() const { return root_; }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override;

 private:
  // A list or map that is still open.
  struct Open {
    bool map = false;
    Mark mark;
    YAML::anchor_t anchor = 0;
    std::vector<Node> items;
    std::vector<Node::Entry> entries;
    std::map<std::string, Mark> keys;
    std::optional<Node> key;
  };

  void Fail(const char* code, const Mark& mark, std::string message, std::string remedy = {});
  [[nodiscard]] Mark Place(const YAML::Mark& mark, int length = 1) const;
  bool AcceptTag(const Mark& mark, const std::string& tag);
  void Start(bool map, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
  void Add(Node node, YAML::anchor_t anchor);
  void TakeKey(Open& open, const Node& key);

  std::shared_ptr<const SourceText> source_;
  Diagnostics& diagnostics_;
  bool failed_ = false;
  int documents_ = 0;
  std::optional<Node> root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node> anchors_;
};

}  // namespace signet::policies
