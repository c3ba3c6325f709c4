// SPDX-License-Identifier: Apache-2.0
#include "cli/flags.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/files.hpp"
#include "cli/exit_codes.hpp"
#include "parser/diagnostic.hpp"
#include "parser/yaml/documents.hpp"

namespace fairlead::cli {
namespace {

constexpr std::size_t kMaxVariablesFile = std::size_t{1} << 20;

std::string trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return "";
  return std::string(text.substr(from, text.find_last_not_of(" \t\r") - from + 1));
}

bool is_name(std::string_view name) {
  return !name.empty() && (name[0] < '0' || name[0] > '9') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
         });
}

Result<model::Variables> from_lines(const std::string& path, const std::string& text) {
  model::Variables out;
  std::size_t number = 0;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    std::string line = trimmed(std::string_view(text).substr(from, end - from));
    from = end + 1;
    ++number;
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("export ")) line = trimmed(line.substr(7));
    const std::size_t equals = line.find('=');
    const std::string key = trimmed(line.substr(0, equals));
    if (equals == std::string::npos || !is_name(key))
      return make_error(ErrorCode::invalid_argument, fmt::format("{}:{}: expected KEY=VALUE", path, number));
    std::string value = trimmed(line.substr(equals + 1));
    if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0])
      value = value.substr(1, value.size() - 2);
    out.push_back({.key = key, .value = value});
  }
  return out;
}

// `{value: …, type: file, masked: true, raw: true}`: what GitLab's settings page
// lets a project say of a variable. False: some part of it is not understood.
bool read_attributes(const parser::yaml::Node& node, model::Variable& out) {
  bool has_value = false;
  const auto read_flag = [](const std::string& text, bool& flag) {
    flag = text == "true";
    return flag || text == "false";
  };
  for (const parser::yaml::Entry& entry : node.entries) {
    if (!entry.value->is_scalar()) return false;
    const std::string name = entry.key->to_s();
    const std::string text = entry.value->to_s();
    if (name == "value") {
      out.value = text;
      has_value = true;
    } else if (name == "type") {
      out.file = text == "file";
      if (!out.file && text != "env_var") return false;
    } else if (name == "masked") {
      if (!read_flag(text, out.masked)) return false;
    } else if (name == "raw") {
      if (!read_flag(text, out.raw)) return false;
    } else {
      return false;
    }
  }
  return has_value;
}

Result<model::Variables> from_yaml(const std::string& path, std::string text) {
  parser::SourceFiles files;
  parser::Diagnostics problems;
  const parser::FileId file = files.add(path, std::move(text));
  const parser::yaml::ConfigText read = parser::yaml::read_config_text(files, file, problems);
  if (read.failure)
    return make_error(ErrorCode::invalid_argument, parser::format_diagnostic(files, *read.failure, false));
  if (!read.content || !read.content->is_mapping())
    return make_error(ErrorCode::invalid_argument, path + ": expected a mapping of names to values");
  model::Variables out;
  for (const parser::yaml::Entry& entry : read.content->entries) {
    const std::string key = entry.key->to_s();
    model::Variable variable{.key = key};
    bool good = is_name(key);
    if (entry.value->is_mapping()) {
      good = good && read_attributes(*entry.value, variable);
    } else {
      good = good && entry.value->is_scalar();
      if (good) variable.value = entry.value->to_s();
    }
    if (!good)
      return make_error(ErrorCode::invalid_argument,
                        fmt::format("{}: \"{}\" must be a variable's name with a single value, or with a "
                                    "mapping of value, type (env_var, file), masked and raw (true, false)",
                                    files.describe(entry.key->mark), key));
    out.push_back(std::move(variable));
  }
  return out;
}

}  // namespace

std::optional<int> parse_flags(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return kSuccess;
  } catch (const CLI::ParseError& error) {
    return usage_error(app.get_name(), error.what());
  }
}

Result<model::Variable> parse_variable(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string key = text.substr(0, equals);
  if (equals == std::string::npos || !is_name(key))
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("--variable takes NAME=VALUE, not \"{}\"", text));
  return model::Variable{.key = key, .value = text.substr(equals + 1)};
}

Result<model::Variables> read_variables_file(const std::string& path) {
  auto text = read_file(path, kMaxVariablesFile);
  if (!text) return std::move(text.error());
  for (const std::string_view ending : {".yml", ".yaml", ".json"})
    if (path.ends_with(ending)) return from_yaml(path, std::move(*text));
  return from_lines(path, *text);
}

Result<model::Variables> gather_variables(const std::vector<std::string>& files,
                                          const std::vector<std::string>& words) {
  model::Variables out;
  for (const std::string& file : files) {
    auto some = read_variables_file(file);
    if (!some) return std::move(some.error());
    out.insert(out.end(), some->begin(), some->end());
  }
  for (const std::string& word : words) {
    auto one = parse_variable(word);
    if (!one) return std::move(one.error());
    out.push_back(std::move(*one));
  }
  return out;
}

int usage_error(std::string_view command, const std::string& message) {
  fmt::print(stderr, "fairlead {}: {}\nRun `fairlead {} --help` for the flags.\n", command, message, command);
  return kUsage;
}

}  // namespace fairlead::cli
