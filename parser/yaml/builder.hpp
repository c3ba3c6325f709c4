// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "parser/yaml/reader.hpp"

namespace fairlead::parser::yaml {

// Makes one Node tree out of YAML events. Knows Psych's rules (tags, merge
// keys, duplicate keys) and the limits; knows nothing of libyaml.
//
// Every call answers false once the document is refused; failure() then says
// why. Lives for one document.
class Builder {
 public:
  struct Scalar {
    std::string_view text;
    std::string_view tag;  // as written or "tag:yaml.org,2002:..."; empty: none
    bool quoted = false;   // quoted or block style, and no tag
  };

  Builder(const SourceFiles& files, Diagnostics& diagnostics, const Limits& limits)
      : files_(files), diagnostics_(diagnostics), limits_(limits) {}

  bool scalar(const Scalar& scalar, std::string_view anchor, Mark mark);
  bool alias(std::string_view anchor, Mark mark);
  bool open_sequence(std::string_view tag, std::string_view anchor, Mark mark);
  bool open_mapping(std::string_view tag, std::string_view anchor, Mark mark);
  bool close();

  const NodePtr& root() const { return root_; }
  const std::optional<Diagnostic>& failure() const { return failure_; }

 private:
  // A finished value. `depth` counts levels of lists and maps, itself included.
  struct Value {
    NodePtr node;
    std::size_t depth = 0;
    bool is_string_tag = false;  // !!str: "<<" is then an ordinary key
  };
  // A list or map that is still open. Its items or entries so far lie at the
  // end of items_ or entries_, from `first` on: one allocation when it closes.
  struct Frame {
    std::shared_ptr<Node> node;
    std::string anchor;
    std::size_t first = 0;
    std::size_t depth = 1;
    bool is_reference = false;
    std::optional<Value> key;  // a map waits for this key's value
    std::unique_ptr<std::unordered_map<std::string, std::size_t>>
        index;  // of a large map: canonical key -> entry
  };

  bool push(std::string_view tag, std::string_view anchor, Mark mark, Kind kind);
  // `alias`: the anchor's name, when the value is an alias.
  bool deliver(Value value, std::string_view alias = {});
  bool add_to_mapping(Frame& frame, Value value, std::string_view alias);
  bool merge(Frame& frame, const Value& value, std::string_view alias);
  void merge_entries(Frame& frame, const std::vector<Entry>& source, const ViaPtr& via);
  Entry* find(Frame& frame, const Node& key);
  void put(Frame& frame, Entry entry);
  bool refuse(std::string message, Mark mark, std::string hint = {});
  bool refuse_size(Mark mark, std::string hint);

  const SourceFiles& files_;
  Diagnostics& diagnostics_;
  const Limits& limits_;
  std::vector<Frame> frames_;
  std::vector<NodePtr> items_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string, Value> anchors_;
  std::unordered_set<std::string> open_anchors_;
  NodePtr root_;
  std::optional<Diagnostic> failure_;
};

}  // namespace fairlead::parser::yaml
