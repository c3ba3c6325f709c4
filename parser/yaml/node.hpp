// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parser/diagnostic.hpp"

namespace fairlead::parser::yaml {

class Node;
// Nodes are immutable and shared: an alias is the same node again, a merged
// mapping shares the values of its parts. Never null inside a tree.
using NodePtr = std::shared_ptr<const Node>;

enum class Kind {
  null,
  boolean,
  integer,
  real,
  string,  // also symbols (":foo" is the text "foo" with is_symbol)
  sequence,
  mapping,
  reference,  // !reference [a, b]: `items` holds the path; gone after parser/merge
};

// How an entry of a mapping came to stand where it stands, when not by being
// written there. A chain, newest step first; null means written in place. It is
// told relative to the map: the entry that holds the map may have a way as well
// (a whole job that came from an included file).
struct Via {
  enum class Step { include, extends, reference, merge_key, defaults, inputs };
  Step step;
  std::string what;  // ".base", "ci/build.yml", "default", ".setup:script"
  std::shared_ptr<const Via> next;
};
using ViaPtr = std::shared_ptr<const Via>;

struct Entry {
  NodePtr key;  // usually a string; GitLab names keys that are not in its messages
  NodePtr value;
  ViaPtr via;
};

// One YAML value with the place where it starts. Scalars keep both their
// meaning under YAML 1.1 as Psych reads it and the text as written.
class Node {
 public:
  Kind kind = Kind::null;
  Mark mark;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;
  bool is_symbol = false;
  bool quoted = false;         // a quoted or block scalar
  std::string text;            // string: the value; other scalars: as written
  std::vector<NodePtr> items;  // sequence, reference
  std::vector<Entry> entries;  // mapping, in order, keys unique (also of an invalid !reference {a: b})

  // Bytes of its text with every shared part written out, and one for each list
  // and map: what bounds aliases, `extends` and references. Kept by the reader
  // and by make_sequence() and make_mapping().
  std::size_t weight = 1;
  bool holds_reference = false;  // itself or somewhere below

  bool is_null() const { return kind == Kind::null; }
  bool is_string() const { return kind == Kind::string; }
  bool is_sequence() const { return kind == Kind::sequence; }
  bool is_mapping() const { return kind == Kind::mapping; }
  bool is_scalar() const {
    return kind != Kind::sequence && kind != Kind::mapping && kind != Kind::reference;
  }

  // The value under a string key, or nullptr. O(1) for large mappings.
  const Entry* find(std::string_view key) const;
  NodePtr get(std::string_view key) const;
  // The entry whose key is the same as `key`, of any scalar kind.
  const Entry* find_same(const Node& key) const;

  // What Ruby's to_s makes of a scalar: integers in decimal, booleans
  // true/false, null "" and so on. Used wherever GitLab stringifies.
  std::string to_s() const;
  // What Ruby's inspect makes of the value: `"a"`, `["a", 1]`, `{"b"=>"c"}`,
  // `nil`. GitLab quotes values this way. Cut after a few thousand bytes.
  std::string inspect() const;

 private:
  const void* index() const;

  // Index for find(), built on first use for mappings of more than 16
  // entries. A tree is used by one thread at a time.
  mutable std::shared_ptr<const void> index_;
};

// Whether two keys are one key to GitLab: a symbol and its text are, "1" and 1
// are not. Lists and maps are never the same as anything.
bool same_key(const Node& a, const Node& b);

// The way of an entry that came by `own` and was then carried on by `steps`.
ViaPtr concat(const ViaPtr& steps, const ViaPtr& own);

NodePtr make_null(Mark mark);
NodePtr make_string(std::string text, Mark mark);
NodePtr make_boolean(bool value, Mark mark);
NodePtr make_integer(std::int64_t value, Mark mark);
NodePtr make_sequence(std::vector<NodePtr> items, Mark mark);
NodePtr make_mapping(std::vector<Entry> entries, Mark mark);

}  // namespace fairlead::parser::yaml
