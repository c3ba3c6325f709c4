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
  // A finished value with what its expansion would weigh.
  struct Value {
    NodePtr node;
    std::size_t weight = 0;
    std::size_t depth = 0;       // levels of lists and maps, itself included
    std::string alias;           // the anchor's name, when this is an alias
    bool is_string_tag = false;  // !!str: "<<" is then an ordinary key
  };
  // A list or map that is still open.
  struct Frame {
    std::shared_ptr<Node> node;
    std::string anchor;
    bool is_reference = false;
    std::size_t weight = 1;
    std::size_t depth = 1;
    std::optional<Value> key;                            // a map waits for this key's value
    std::unordered_map<std::string, std::size_t> index;  // canonical key -> entry, once the map is large
    std::vector<bool> written;                           // entry stands there by its own key, not by `<<`
  };

  bool push(std::string_view tag, std::string_view anchor, Mark mark, Kind kind);
  bool deliver(Value value);
  bool add_to_mapping(Frame& frame, Value value);
  bool merge(Frame& frame, const Value& key, const Value& value);
  bool merge_entries(Frame& frame, const Node& source, const ViaPtr& via);
  std::size_t position(Frame& frame, const Node& key);
  void put(Frame& frame, Entry entry, bool written);
  bool refuse(std::string message, Mark mark, std::string hint = {});
  bool refuse_size(Mark mark, std::string hint);

  const SourceFiles& files_;
  Diagnostics& diagnostics_;
  const Limits& limits_;
  std::vector<Frame> frames_;
  std::unordered_map<std::string, Value> anchors_;
  std::unordered_set<std::string> open_anchors_;
  NodePtr root_;
  std::optional<Diagnostic> failure_;
};

}  // namespace fairlead::parser::yaml
