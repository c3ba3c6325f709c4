// SPDX-License-Identifier: Apache-2.0
#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

// stage, tags, timeout, interruptible, coverage, allow_failure, start_in: too
// small for a file each.
namespace fairlead::parser::entry {

namespace {

constexpr std::size_t kTagsLimit = 50;
constexpr Seconds kMaxTimeout = std::chrono::days(30);  // one month of ChronicDuration
constexpr Seconds kMaxStartIn = std::chrono::weeks(1);

}  // namespace

std::string read_stage(const At& at, const Node& node) {
  if (is_text(node)) return node.text;
  at.config("should be a string", node.mark);
  return {};
}

std::vector<std::string> read_tags(const At& at, const Node& node) {
  if (!is_text_list(node)) {
    at.config("should be an array of strings", node.mark,
              is_text(node) ? "write [" + node.text + "]" : std::string());
    return {};
  }
  if (node.items.size() >= kTagsLimit) at.config("must be less than the limit of 50 tags", node.mark);
  return text_list(node);
}

std::optional<Seconds> read_timeout(const At& at, const Node& node) {
  const std::optional<Seconds> timeout = is_text(node) ? duration_of(node.text) : std::nullopt;
  if (!timeout) {
    at.config("should be a duration", node.mark,
              is_integer(node) ? "write \"" + node.to_s() + " seconds\"" : std::string());
  } else if (*timeout > kMaxTimeout) {
    at.config("should not exceed the limit", node.mark);
  }
  return timeout;
}

std::optional<bool> read_interruptible(const At& at, const Node& node) {
  if (node.kind == yaml::Kind::boolean) return node.boolean;
  at.config("should be a boolean value", node.mark);
  return std::nullopt;
}

std::optional<std::string> read_coverage(const At& at, const Node& node, Syntax& syntax) {
  if (!is_text(node) || !looks_like_regex(node.text) || !syntax.is_regex(node.text)) {
    at.config("must be a regular expression with re2 syntax", node.mark);
    return std::nullopt;
  }
  const std::string& text = node.text;
  if (text.front() == '/' && text.back() == '/') return text.substr(1, text.size() - 2);
  return text;
}

AllowFailureConfig read_allow_failure(const At& at, const Node& node) {
  AllowFailureConfig out;
  if (node.kind == yaml::Kind::boolean) {
    out.value = node.boolean;
    return out;
  }
  check_keys(at, node, Scope::allow_failure);
  out.exit_codes = integers_attribute(at, node, "exit_codes").value_or(std::vector<int>());
  return out;
}

std::optional<Seconds> read_start_in(const At& at, const Node* node, Mark missing_mark) {
  const std::optional<Seconds> start_in =
      node != nullptr && is_text(*node) ? duration_of(node->text) : std::nullopt;
  const Mark mark = node != nullptr ? node->mark : missing_mark;
  if (!start_in) {
    at.attribute("start_in", "should be a duration", mark);
  } else if (*start_in > kMaxStartIn) {
    at.attribute("start_in", "should not exceed the limit", mark);
  }
  return start_in;
}

}  // namespace fairlead::parser::entry
