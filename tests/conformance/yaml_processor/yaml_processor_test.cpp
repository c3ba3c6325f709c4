// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "parser/entry/entries.hpp"
#include "parser/load.hpp"
#include "tests/conformance/yaml_processor/builds.hpp"
#include "tests/support/conformance/conformance.hpp"
#include "tests/support/yaml.hpp"

// Every case of yaml_processor.json is one test. Those of known_gaps.txt are
// run too and must fail: a gap that has closed is taken off the list.
namespace fairlead::tests {
namespace {

using nlohmann::json;
using Problems = std::vector<std::string>;

// GitLab without a project: nothing local can be read.
class NoProject final : public parser::IncludeSource {
 public:
  Result<std::string> read_local(const std::string& path, std::size_t) override {
    return make_error(ErrorCode::unsupported, "Local file `" + path + "` does not have project!");
  }
  Result<std::vector<std::string>> list_local() override { return std::vector<std::string>(); }
};

struct Outcome {
  std::optional<parser::PipelineConfig> config;
  Problems errors;
  Problems warnings;
};

Outcome process(const json& data) {
  std::map<std::string, std::string> texts;
  if (data.contains("files")) texts = data["files"].get<decltype(texts)>();
  MemoryIncludeSource with_project(std::move(texts));
  NoProject without_project;
  const bool has_project = data.value("note", "") != "no project context";
  parser::IncludeSource& source =
      has_project ? static_cast<parser::IncludeSource&>(with_project) : without_project;

  parser::SourceFiles files;
  parser::Diagnostics diagnostics;
  const parser::LoadedDocument document = parser::load_document(
      ".gitlab-ci.yml", data["yaml"].get<std::string>(), source, {}, files, diagnostics);
  Outcome outcome;
  if (document.root != nullptr && !diagnostics.has_errors()) {
    outcome.config = parser::read_config(document.root, diagnostics);
  }
  for (const parser::Diagnostic& diagnostic : diagnostics.all()) {
    const bool error = diagnostic.severity == parser::Severity::error;
    (error ? outcome.errors : outcome.warnings).push_back(diagnostic.message);
  }
  return outcome;
}

// `wanted` is contained in `got`: maps by key, lists item by item.
bool contains(const json& got, const json& wanted) {
  if (wanted.is_object()) {
    if (!got.is_object()) return false;
    return std::ranges::all_of(wanted.items(), [&](const auto& item) {
      return got.contains(item.key()) && contains(got[item.key()], item.value());
    });
  }
  if (wanted.is_array()) {
    if (!got.is_array() || got.size() != wanted.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!contains(got[i], wanted[i])) return false;
    }
    return true;
  }
  return got == wanted;
}

class Comparison {
 public:
  void same(const std::string& what, const json& got, const json& wanted) {
    if (got != wanted) report(what, got, wanted);
  }
  void within(const std::string& what, const json& got, const json& wanted) {
    if (!contains(got, wanted)) report(what, got, wanted);
  }
  void add(std::string problem) { problems_.push_back(std::move(problem)); }
  Problems take() { return std::move(problems_); }

 private:
  void report(const std::string& what, const json& got, const json& wanted) {
    problems_.push_back(what + "\n  is     " + got.dump() + "\n  wanted " + wanted.dump());
  }
  Problems problems_;
};

void compare_messages(const json& data, const Outcome& outcome, Comparison& comparison) {
  const auto list = [](const Problems& lines) { return json(lines).dump(); };
  for (const json& error : data.value("errors", json::array())) {
    if (std::ranges::find(outcome.errors, error.get<std::string>()) == outcome.errors.end()) {
      comparison.add("no error " + error.dump() + " among " + list(outcome.errors));
    }
  }
  if (data.value("errors_exact", false)) {
    Problems wanted = data["errors"].get<Problems>();
    Problems got = outcome.errors;
    std::ranges::sort(wanted);
    std::ranges::sort(got);
    comparison.same("all errors", got, wanted);
  }
  const auto match = [&](const json& patterns, const Problems& lines, const char* kind) {
    for (const json& pattern : patterns) {
      std::string text = pattern.get<std::string>();
      auto flags = std::regex::ECMAScript;
      if (text.starts_with("(?i)")) {
        text.erase(0, 4);
        flags |= std::regex::icase;
      }
      const std::regex regex(text, flags);
      if (std::ranges::none_of(lines,
                               [&](const std::string& line) { return std::regex_search(line, regex); })) {
        comparison.add(std::string("no ") + kind + " matches " + pattern.dump() + " among " + list(lines));
      }
    }
  };
  match(data.value("errors_match", json::array()), outcome.errors, "error");
  if (data.contains("warnings_match")) {
    match(data["warnings_match"], outcome.warnings, "warning");
    if (data["warnings_match"].empty() && !outcome.warnings.empty()) {
      comparison.add("warnings: " + list(outcome.warnings));
    }
  }
}

const json& by_name(const json& builds, const std::string& name) {
  static const json kNone;
  for (const json& build : builds) {
    if (build["name"] == name) return build;
  }
  return kNone;
}

json names_of(const json& builds) {
  json names = json::array();
  for (const json& build : builds) names.push_back(build["name"]);
  return names;
}

json sorted(json list) {
  std::sort(list.begin(), list.end());
  return list;
}

bool has_path(const json& value, const std::string& dotted) {
  const json* at = &value;
  std::istringstream parts(dotted);
  for (std::string part; std::getline(parts, part, '.');) {
    if (!at->is_object() || !at->contains(part)) return false;
    at = &(*at)[part];
  }
  return true;
}

void compare_builds(const std::string& field, const json& wanted, const json& builds,
                    Comparison& comparison) {
  if (field == "builds_exact") {
    comparison.same(field, builds, wanted);
  } else if (field == "build_names") {
    comparison.same(field, names_of(builds), wanted);
  } else if (field == "build_names_set") {
    comparison.same(field, sorted(names_of(builds)), sorted(wanted));
  } else if (field == "count") {
    comparison.same(field, builds.size(), wanted);
  } else if (field == "options_parallel_all") {
    for (const json& build : builds) comparison.same(field, build["options"]["parallel"], wanted);
  } else {
    for (const auto& item : wanted.items()) {
      const json& build = by_name(builds, item.key());
      const std::string what = field + " of " + item.key();
      if (field == "builds_exact_by_name") {
        comparison.same(what, build, item.value());
      } else if (field == "builds_include") {
        comparison.within(what, build, item.value());
      } else if (field == "options_exact") {
        comparison.same(what, build.value("options", json()), item.value());
      } else if (field == "exact_fields") {
        for (const auto& part : item.value().items()) {
          comparison.same(what + "." + part.key(), build.value(part.key(), json()), part.value());
        }
      } else if (field == "absent") {
        for (const json& path : item.value()) {
          if (has_path(build, path.get<std::string>())) comparison.add(what + " has " + path.dump());
        }
      } else {
        comparison.add("unknown field " + field);
      }
    }
  }
}

void compare_config(const json& expect, const parser::PipelineConfig& config, Comparison& comparison) {
  const json builds = processor_builds(config);
  const auto optional = [](const std::optional<std::string>& text) { return text ? json(*text) : json(); };
  for (const auto& item : expect.items()) {
    const std::string& field = item.key();
    if (field == "stages_exact") {
      comparison.same(field, processor_stages(config, builds), item.value());
    } else if (field == "workflow_rules") {
      comparison.same(field, processor_workflow_rules(config), item.value());
    } else if (field == "workflow_name") {
      comparison.same(field, optional(config.workflow.name), item.value());
    } else if (field == "workflow_auto_cancel") {
      comparison.same(field,
                      {{"on_new_commit", optional(config.workflow.auto_cancel_on_new_commit)},
                       {"on_job_failure", optional(config.workflow.auto_cancel_on_job_failure)}},
                      item.value());
    } else if (field == "root_variables" || field == "root_variables_with_prefill_data") {
      comparison.same(field, processor_root_variables(config, field != "root_variables"), item.value());
    } else {
      compare_builds(field, item.value(), builds, comparison);
    }
  }
}

Problems problems_of(const json& data) {
  const Outcome outcome = process(data);
  Comparison comparison;
  const bool valid = data["valid"].get<bool>();
  if (valid != outcome.config.has_value()) {
    comparison.add((valid ? "is refused: " : "is accepted") + json(outcome.errors).dump());
  }
  compare_messages(data, outcome, comparison);
  if (valid && outcome.config && data.contains("expect"))
    compare_config(data["expect"], *outcome.config, comparison);
  return comparison.take();
}

// Name of the case -> why it cannot pass yet.
std::map<std::string, std::string> known_gaps() {
  std::map<std::string, std::string> gaps;
  std::ifstream file(FAIRLEAD_KNOWN_GAPS);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto bar = line.find(" | ");
    gaps[line.substr(0, bar)] = bar == std::string::npos ? "" : line.substr(bar + 3);
  }
  return gaps;
}

const bool registered = [] {
  const json cases = conformance_file("yaml_processor.json").value("cases", json::array());
  register_cases(
      "YamlProcessor", cases, [](const json& data) { return data["name"].get<std::string>(); },
      [gaps = known_gaps()](const json& data) {
        const auto gap = gaps.find(data["name"].get<std::string>());
        const Problems problems = problems_of(data);
        if (gap == gaps.end()) {
          for (const std::string& problem : problems) ADD_FAILURE() << problem;
        } else {
          EXPECT_FALSE(gap->second.empty()) << "a known gap needs a reason";
          EXPECT_FALSE(problems.empty()) << "passes now: take it off known_gaps.txt";
        }
      });
  return true;
}();

}  // namespace
}  // namespace fairlead::tests
