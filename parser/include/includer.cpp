// SPDX-License-Identifier: Apache-2.0
#include "parser/include/includer.hpp"

#include <utility>

#include <fmt/format.h>

namespace fairlead::parser::include {

namespace {

using yaml::Entry;
using yaml::NodePtr;
using yaml::Via;

bool has_yaml_extension(std::string_view path) {
  std::string name(path.substr(path.rfind('/') + 1));
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return (name.size() > 4 && name.ends_with(".yml")) || (name.size() > 5 && name.ends_with(".yaml"));
}

// Git names no path with an empty, `.` or `..` part, so GitLab finds none.
bool is_plain_path(std::string_view path) {
  while (true) {
    const std::string_view part = path.substr(0, path.find('/'));
    if (part.empty() || part == "." || part == "..") return false;
    if (part.size() == path.size()) return true;
    path.remove_prefix(part.size() + 1);
  }
}

std::string describe(const Location& location) {
  return location.kind == Location::Kind::project ? fmt::format("{}:{}", location.project, location.path)
                                                  : location.path;
}

NodePtr without_include(const NodePtr& document) {
  if (document->find("include") == nullptr) return document;
  std::vector<Entry> entries;
  entries.reserve(document->entries.size());
  for (const Entry& entry : document->entries) {
    if (!entry.key->is_string() || entry.key->text != "include") entries.push_back(entry);
  }
  return yaml::make_mapping(std::move(entries), document->mark);
}

// GitLab's words for a file of another project or server that is not there.
std::string missing_message(const Location& location, const Error& error) {
  switch (location.kind) {
    case Location::Kind::project:
      if (error.code == ErrorCode::not_found)
        return fmt::format("Project `{}` file `{}` does not exist!", location.project, location.path);
      if (error.code == ErrorCode::permission_denied) {
        return fmt::format(
            "Project `{}` not found or access denied! Make sure any includes in the pipeline configuration "
            "are correctly defined.",
            location.project);
      }
      break;
    case Location::Kind::template_:
      if (error.code == ErrorCode::not_found)
        return fmt::format("Template file `{}` is not a valid location!", location.path);
      break;
    case Location::Kind::component:
      if (error.code == ErrorCode::not_found)
        return fmt::format("Component '{}' - content not found", location.path);
      break;
    default:
      break;
  }
  return error.message;
}

// The first scalar that holds `$[[ inputs.`, or null.
const yaml::Node* find_block(const yaml::Node& node) {
  if (node.kind == yaml::Kind::string) {
    for (std::size_t at = node.text.find("$[["); at != std::string::npos;
         at = node.text.find("$[[", at + 1)) {
      const std::size_t name = node.text.find_first_not_of(" \t\n", at + 3);
      if (name != std::string::npos && std::string_view(node.text).substr(name).starts_with("inputs."))
        return &node;
    }
    return nullptr;
  }
  for (const NodePtr& item : node.items) {
    if (const yaml::Node* found = find_block(*item)) return found;
  }
  for (const Entry& entry : node.entries) {
    if (const yaml::Node* found = find_block(*entry.key)) return found;
    if (const yaml::Node* found = find_block(*entry.value)) return found;
  }
  return nullptr;
}

}  // namespace

void Includer::fail(std::string message, Mark mark, std::string hint) {
  context_.diagnostics.error(std::move(message), mark, std::move(hint));
}

NodePtr Includer::expand(const NodePtr& document) {
  const Entry* include = document->find("include");
  if (include == nullptr || include->value->is_null()) return document;
  const Locations locations = find_locations(include->value, context_);
  if (locations.valid && locations.files.empty()) return document;
  NodePtr content = yaml::make_mapping({}, document->mark);
  // After a failure the rest is still loaded, for what is wrong there.
  bool good = locations.valid;
  for (const Location& location : locations.files) {
    const NodePtr loaded = load(location);
    if (stopped_) return nullptr;
    if (!loaded) {
      good = false;
      continue;
    }
    const auto step = std::make_shared<const Via>(Via{Via::Step::include, describe(location), nullptr});
    content = merge::deep_merge(content, nullptr, loaded, step, budget_);
  }
  if (!good) return nullptr;
  return without_include(merge::deep_merge(content, nullptr, document, nullptr, budget_));
}

NodePtr Includer::load(const Location& location) {
  if (included_.size() >= kMostIncludes) {
    fail(fmt::format("Maximum of {} nested includes are allowed!", kMostIncludes), location.mark);
    stopped_ = true;
    return nullptr;
  }
  included_.push_back(describe(location));
  const yaml::ConfigText* text = read(location);
  if (text == nullptr) return nullptr;
  const NodePtr expanded = expand(text->content);
  if (expanded && expanded->entries.empty()) {
    fail(fmt::format("Included file `{}` does not have valid YAML syntax!", location.path), location.mark,
         "it holds no keyword and no job");
    return nullptr;
  }
  return expanded;
}

const yaml::ConfigText* Includer::read(const Location& location) {
  // Two refs of one project are two files.
  const std::string key = fmt::format("{}\n{}\n{}\n{}", static_cast<int>(location.kind), location.project,
                                      location.ref, location.path);
  if (const auto found = texts_.find(key); found != texts_.end()) {
    return found->second.content ? &found->second : nullptr;
  }
  yaml::ConfigText& text = texts_[key];
  std::string bytes;
  if (!fetch(location, bytes)) return nullptr;
  bytes_ += bytes.size();
  if (bytes_ > kMostTextBytes) {
    fail("Total size of combined CI/CD configuration is too big", location.mark);
    stopped_ = true;
    return nullptr;
  }
  const FileId file = files_.add(describe(location), std::move(bytes));
  text = yaml::read_config_text(files_, file, context_.diagnostics);
  if (text.failure) {
    fail(fmt::format("`{}`: {}", location.path, text.failure->message), text.failure->mark,
         text.failure->hint);
    return nullptr;
  }
  if (!check_no_interpolation(text, context_.diagnostics)) {
    text.content = nullptr;
    return nullptr;
  }
  return &text;
}

// Reads the bytes of a file or says why not.
bool Includer::fetch(const Location& location, std::string& text) {
  const std::string& path = location.path;
  const std::size_t limit = yaml::Limits{}.text_bytes;
  if (location.kind == Location::Kind::artifact) {
    fail("Including configs from artifacts is only allowed when triggering child pipelines", location.mark);
    return false;
  }
  if (location.kind != Location::Kind::component && !has_yaml_extension(path)) {
    fail(fmt::format("Included file `{}` does not have YAML extension!", path), location.mark,
         "it must end in .yml or .yaml");
    return false;
  }
  if (location.kind == Location::Kind::local && !is_plain_path(path)) {
    fail(fmt::format("Local file `{}` does not exist!", path), location.mark,
         "a path starts at the root of the project and has no `.`, `..` or empty part");
    return false;
  }
  Result<std::string> read =
      location.kind == Location::Kind::local ? context_.source.read_local(path, limit)
      : location.kind == Location::Kind::project
          ? context_.source.read_project(location.project, location.ref, path, limit)
      : location.kind == Location::Kind::remote    ? context_.source.read_remote(path, limit)
      : location.kind == Location::Kind::template_ ? context_.source.read_template(path, limit)
                                                   : context_.source.read_component(path, limit);
  if (read) {
    text = std::move(*read);
    if (!yaml::is_blank(text)) return true;
    fail(location.kind == Location::Kind::local
             ? fmt::format("Local file `{}` is empty!", path)
             : fmt::format("Included file `{}` is empty or does not exist!", path),
         location.mark);
    return false;
  }
  const Error& error = read.error();
  if (error.code == ErrorCode::limit_exceeded) {
    fail(fmt::format("`{}`: The provided YAML is too big", path), location.mark,
         fmt::format("the limit is {} bytes", limit));
  } else if (location.kind != Location::Kind::local) {
    fail(missing_message(location, error), location.mark);
  } else if (error.code == ErrorCode::not_found) {
    fail(fmt::format("Local file `{}` does not exist!", path), location.mark);
  } else if (error.code == ErrorCode::unsupported) {
    fail(fmt::format("Local file `{}` does not have project!", path), location.mark);
  } else {
    fail(fmt::format("Local file `{}` cannot be read: {}", path, error.message), location.mark);
  }
  return false;
}

bool check_no_interpolation(const yaml::ConfigText& text, Diagnostics& diagnostics) {
  if (!text.header || !text.content) return true;
  const yaml::Node* block = find_block(*text.content);
  if (block == nullptr) return true;
  diagnostics.error("inputs are not interpolated yet: `$[[ inputs.… ]]` cannot be filled in", block->mark,
                    "this file declares `spec:inputs`, which this version only reads over");
  return false;
}

}  // namespace fairlead::parser::include
