// SPDX-License-Identifier: Apache-2.0
#include "parser/variables/collection.hpp"

#include <fmt/format.h>

#include <limits>
#include <string_view>
#include <unordered_map>

#include "parser/variables/expand.hpp"
#include "parser/variables/reference.hpp"

namespace fairlead::parser {
namespace {

// Tarjan's algorithm, without recursion since values are foreign input and a
// chain of references may be long. Nodes and edges are visited in the order of
// the collection, which fixes the order of the result and of error messages.
class Components {
 public:
  explicit Components(const model::Variables& variables) : variables_(variables), marks_(variables.size()) {
    for (std::size_t i = 0; i < variables.size(); ++i) by_key_[variables[i].key].push_back(i);
  }

  std::vector<std::vector<std::size_t>> find() {
    for (std::size_t node = 0; node < variables_.size(); ++node)
      if (marks_[node].id == kUnseen) visit_from(node);
    return std::move(components_);
  }

 private:
  static constexpr std::size_t kUnseen = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t kDone = kUnseen - 1;
  struct Mark {
    std::size_t id = kUnseen;
  };
  struct Frame {
    std::size_t node;
    std::size_t id;
    std::size_t lowest;
    std::size_t stack_size;  // before this node was put there
    std::vector<std::size_t> children;
    std::size_t next_child = 0;
  };

  Frame enter(std::size_t node) {
    Frame frame{
        .node = node, .id = next_id_, .lowest = next_id_, .stack_size = stack_.size(), .children = {}};
    marks_[node].id = next_id_++;
    stack_.push_back(node);
    if (possible_reference(variables_[node].value)) {
      for (std::string_view name : references_of(variables_[node])) {
        const auto it = by_key_.find(name);
        if (it != by_key_.end())
          frame.children.insert(frame.children.end(), it->second.begin(), it->second.end());
      }
    }
    return frame;
  }

  void visit_from(std::size_t start) {
    std::vector<Frame> frames;
    frames.push_back(enter(start));
    while (!frames.empty()) {
      Frame& frame = frames.back();
      if (frame.next_child < frame.children.size()) {
        const std::size_t child = frame.children[frame.next_child++];
        if (marks_[child].id == kUnseen) {
          frames.push_back(enter(child));
        } else if (marks_[child].id != kDone && marks_[child].id < frame.lowest) {
          frame.lowest = marks_[child].id;
        }
        continue;
      }
      const std::size_t lowest = frame.lowest;
      if (lowest == frame.id) leave(frame.stack_size);
      frames.pop_back();
      if (!frames.empty() && lowest < frames.back().lowest) frames.back().lowest = lowest;
    }
  }

  void leave(std::size_t stack_size) {
    components_.emplace_back(stack_.begin() + static_cast<std::ptrdiff_t>(stack_size), stack_.end());
    for (std::size_t node : components_.back()) marks_[node].id = kDone;
    stack_.resize(stack_size);
  }

  const model::Variables& variables_;
  std::vector<Mark> marks_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> by_key_;
  std::vector<std::size_t> stack_;
  std::size_t next_id_ = 0;
  std::vector<std::vector<std::size_t>> components_;
};

// nullopt when the result would be longer than `limit`.
std::optional<std::string> expand_value(
    const std::string& value, const std::unordered_map<std::string_view, const model::Variable*>& known,
    const CollectionOptions& options, std::size_t limit) {
  std::string out;
  std::size_t at = 0;
  for (Reference ref = next_reference(value, 0, true); ref.start != std::string::npos;
       ref = next_reference(value, at, true)) {
    out.append(value, at, ref.start - at);
    at = ref.start + ref.size;
    const auto it = ref.name.empty() ? known.end() : known.find(ref.name);
    bool keep = ref.name.empty();  // `$$`, `%%`: the runner's to read
    if (!keep && it == known.end()) keep = options.keep_undefined;
    if (it != known.end()) {
      if (it->second->file)
        keep = !options.expand_file_refs;
      else if (it->second->raw)
        keep = !options.expand_raw_refs;
    }
    if (keep)
      out.append(value, ref.start, ref.size);
    else if (it != known.end())
      out.append(it->second->value);
    if (out.size() > limit) return std::nullopt;
  }
  out.append(value, at, std::string::npos);
  if (out.size() > limit) return std::nullopt;
  return out;
}

}  // namespace

std::vector<std::vector<std::size_t>> dependency_components(const model::Variables& variables) {
  return Components(variables).find();
}

std::vector<std::size_t> dependency_order(const model::Variables& variables) {
  std::vector<std::size_t> order;
  order.reserve(variables.size());
  for (const auto& component : dependency_components(variables))
    order.insert(order.end(), component.begin(), component.end());
  return order;
}

std::optional<std::string> cycle_error(const model::Variables& variables) {
  std::string cycles;
  for (const auto& component : dependency_components(variables)) {
    if (component.size() < 2) continue;
    std::string names;
    for (std::size_t i : component)
      names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", variables[i].key);
    cycles += fmt::format("{}[{}]", cycles.empty() ? "" : ", ", names);
  }
  if (cycles.empty()) return std::nullopt;
  return "circular variable reference detected: " + cycles;
}

ExpandedVariables sort_and_expand_all(const model::Variables& variables, CollectionOptions options) {
  ExpandedVariables result;
  result.cycle_error = cycle_error(variables);
  if (result.cycle_error) {
    result.variables = variables;
    return result;
  }
  result.variables.reserve(variables.size());  // `known` points into it
  std::unordered_map<std::string_view, const model::Variable*> known;
  std::size_t used = 0;
  for (std::size_t i : dependency_order(variables)) {
    result.variables.push_back(variables[i]);
    model::Variable& added = result.variables.back();
    if (!added.raw && possible_reference(added.value)) {
      if (std::optional<std::string> value =
              expand_value(added.value, known, options, kMaxExpandedBytes - used)) {
        used += value->size();
        added.value = std::move(*value);
      }
    }
    known[added.key] = &added;
  }
  return result;
}

}  // namespace fairlead::parser
