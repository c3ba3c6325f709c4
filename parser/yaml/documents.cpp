// SPDX-License-Identifier: Apache-2.0
#include "parser/yaml/documents.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace fairlead::parser::yaml {

namespace {

// GitLab reads two documents; one more because a leading divider leaves an
// empty first one.
constexpr std::size_t kMostFragments = 3;
constexpr std::string_view kBlanks = " \t\r\n\f\v";

std::vector<Fragment> split(std::string_view text, FileId file) {
  std::vector<Fragment> fragments;
  std::size_t from = 0;
  std::size_t line = 0;
  while (fragments.size() + 1 < kMostFragments) {
    const bool divides = text.substr(line).starts_with("---") && line + 3 < text.size() &&
                         kBlanks.find(text[line + 3]) != std::string_view::npos;
    if (divides) {
      fragments.push_back(Fragment{file, from, line - from});
      from = text.find_first_not_of(kBlanks, line + 3);
      if (from == std::string_view::npos) from = text.size();
      line = from;
      // What follows on the divider's own line starts no line of its own, but
      // what follows a swallowed line break does; `---` cannot be the former.
      if (text.substr(line).starts_with("---") && text[line - 1] == '\n') continue;
    }
    const std::size_t end = text.find('\n', line);
    if (end == std::string_view::npos) break;
    line = end + 1;
  }
  fragments.push_back(Fragment{file, from, text.size() - from});
  return fragments;
}

// As Rails' blank?: nothing there, or an empty or false value.
bool is_blank_value(const NodePtr& node) {
  if (!node) return true;
  switch (node->kind) {
    case Kind::null:
      return true;
    case Kind::boolean:
      return !node->boolean;
    case Kind::string:
      return is_blank(node->text);
    case Kind::sequence:
      return node->items.empty();
    case Kind::mapping:
      return node->entries.empty();
    default:
      return false;
  }
}

ConfigText failed(Diagnostic failure) {
  ConfigText text;
  text.failure = std::move(failure);
  return text;
}

ConfigText failed(std::string message, Mark mark, std::string hint) {
  return failed(Diagnostic{Severity::error, std::move(message), mark, std::move(hint), {}});
}

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::sequence:
      return "a list";
    case Kind::mapping:
      return "a map";
    default:
      return "a single value";
  }
}

}  // namespace

bool is_blank(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text.find_first_not_of(kBlanks) == std::string_view::npos;
}

ConfigText read_config_text(const SourceFiles& files, FileId file, Diagnostics& diagnostics,
                            const Limits& limits) {
  const std::string_view text = files.text(file);
  if (text.size() > limits.text_bytes) {
    return failed("The provided YAML is too big", Mark{.file = file},
                  fmt::format("it has {} bytes, the limit is {}", text.size(), limits.text_bytes));
  }
  std::vector<NodePtr> documents;
  for (const Fragment& fragment : split(text, file)) {
    Reading reading = read_fragment(files, fragment, diagnostics, limits);
    if (reading.failure) return failed(std::move(*reading.failure));
    if (!is_blank_value(reading.root)) documents.push_back(std::move(reading.root));
  }
  ConfigText result;
  if (documents.empty()) {
    result.content = make_mapping({}, Mark{.file = file, .line = 1, .column = 1});
    return result;
  }
  const bool has_header =
      documents.size() > 1 && documents.front()->is_mapping() && documents.front()->find("spec") != nullptr;
  if (has_header) result.header = documents.front();
  result.content = has_header ? documents.back() : documents.front();
  if (!result.content->is_mapping()) {
    return failed("Invalid configuration format", result.content->mark,
                  fmt::format("the file must hold a map of keywords and jobs, this is {}",
                              kind_name(result.content->kind)));
  }
  return result;
}

}  // namespace fairlead::parser::yaml
