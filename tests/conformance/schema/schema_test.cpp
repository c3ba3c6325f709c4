// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "parser/entry/entries.hpp"
#include "parser/load.hpp"
#include "parser/yaml/emit.hpp"
#include "tests/support/conformance/conformance.hpp"
#include "tests/support/yaml.hpp"

// The samples of GitLab's editor schema: each file is one test, and in it each
// top-level key is looked at alone, beside one good job, so that one mistake
// cannot hide behind another.
//
// The schema does not ask for a script, nor whether stages and needed jobs
// exist; a job without commands gets some, and complaints about other jobs are
// left out. Where the schema and GitLab's server disagree, Fairlead sides with
// the server: known_differences.txt names those parts and why.
namespace fairlead::tests {
namespace {

using parser::yaml::Entry;
using parser::yaml::Node;
using parser::yaml::NodePtr;

// Whatever is included exists and is empty of mistakes.
class EverythingExists final : public parser::IncludeSource {
 public:
  Result<std::string> read_local(const std::string&, std::size_t) override { return content(); }
  Result<std::vector<std::string>> list_local() override { return std::vector<std::string>(); }
  Result<std::string> read_project(const std::string&, const std::string&, const std::string&,
                                   std::size_t) override {
    return content();
  }

 private:
  static std::string content() { return "included: {script: echo}\n"; }
};

bool is_keyword(const std::string& name) {
  static const std::set<std::string> kNames = {"default",  "include",      "before_script", "image",
                                               "services", "after_script", "variables",     "stages",
                                               "cache",    "workflow",     "spec"};
  return kNames.contains(name);
}

// The key with its value, a script where a job has nothing to do, and a job
// that is good in itself.
NodePtr alone(const Entry& entry) {
  Entry part = entry;
  if (!is_keyword(entry.key->to_s()) && entry.value->is_mapping()) {
    const Node& body = *entry.value;
    const auto has = [&](const char* key) { return body.find(key) != nullptr; };
    if (!has("script") && !has("run") && !has("trigger")) {
      std::vector<Entry> entries = body.entries;
      entries.push_back({parser::yaml::make_string("script", body.mark),
                         parser::yaml::make_string("echo", body.mark), nullptr});
      part.value = parser::yaml::make_mapping(std::move(entries), body.mark);
    }
  }
  const NodePtr script = parser::yaml::make_mapping(
      {{parser::yaml::make_string("script", {}), parser::yaml::make_string("echo", {}), nullptr}}, {});
  return parser::yaml::make_mapping({part, {parser::yaml::make_string("good", {}), script, nullptr}}, {});
}

bool is_about_other_jobs(const std::string& message) {
  for (const char* text : {" job: chosen stage ", " job: undefined need: ", " job: undefined dependency: "}) {
    if (message.find(text) != std::string::npos) return true;
  }
  return false;
}

std::vector<std::string> errors_of(const NodePtr& part) {
  EverythingExists source;
  parser::SourceFiles files;
  parser::Diagnostics diagnostics;
  const bool includes = part->find("include") != nullptr;
  NodePtr root = part;
  if (includes) {
    root =
        parser::load_document(".gitlab-ci.yml", parser::yaml::to_yaml(*part), source, {}, files, diagnostics)
            .root;
  }
  if (root != nullptr && !diagnostics.has_errors()) parser::read_config(root, diagnostics);
  std::vector<std::string> errors;
  for (const parser::Diagnostic& diagnostic : diagnostics.all()) {
    if (diagnostic.severity == parser::Severity::error && !is_about_other_jobs(diagnostic.message)) {
      errors.push_back(diagnostic.message);
    }
  }
  return errors;
}

// "negative/cache.yml#job" -> reason.
std::map<std::string, std::string> known_differences() {
  std::map<std::string, std::string> out;
  std::ifstream file(FAIRLEAD_KNOWN_DIFFERENCES);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto bar = line.find(" | ");
    out[line.substr(0, bar)] = bar == std::string::npos ? "" : line.substr(bar + 3);
  }
  return out;
}

void check_file(const std::filesystem::path& path, const std::string& name, bool is_valid) {
  static const std::map<std::string, std::string> kDifferences = known_differences();
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  const ReadYaml read = read_yaml(text.str());
  ASSERT_FALSE(read.text.failure) << read.text.failure->message;
  std::vector<Entry> parts;
  for (const NodePtr& document : {read.text.header, read.text.content}) {
    if (document != nullptr) parts.insert(parts.end(), document->entries.begin(), document->entries.end());
  }
  ASSERT_FALSE(parts.empty());
  for (const Entry& entry : parts) {
    const std::string part = name + "#" + entry.key->to_s();
    const std::vector<std::string> errors = errors_of(alone(entry));
    const auto difference = kDifferences.find(part);
    if (difference != kDifferences.end()) {
      EXPECT_FALSE(difference->second.empty()) << part << " needs a reason";
      EXPECT_EQ(errors.empty(), !is_valid)
          << part << " is no difference any more: " << testing::PrintToString(errors);
    } else {
      EXPECT_EQ(errors.empty(), is_valid) << part << ": " << testing::PrintToString(errors);
    }
  }
}

// Samples of `spec` have no `---` after it, without which GitLab takes it for
// a job; so does this.
void register_folder(const std::string& kind) {
  const std::filesystem::path folder = conformance_root() / "schema" / kind;
  nlohmann::json cases = nlohmann::json::array();
  std::error_code missing;
  for (const auto& item : std::filesystem::recursive_directory_iterator(folder, missing)) {
    if (item.path().extension() == ".yml")
      cases.push_back(std::filesystem::relative(item.path(), folder).string());
  }
  std::sort(cases.begin(), cases.end());
  register_cases(
      "Schema_" + kind, cases, [](const nlohmann::json& data) { return data.get<std::string>(); },
      [folder, kind](const nlohmann::json& data) {
        const auto file = data.get<std::string>();
        check_file(folder / file, kind + "/" + file, kind == "positive");
      });
}

const bool registered = [] {
  register_folder("positive");
  register_folder("negative");
  return true;
}();

}  // namespace
}  // namespace fairlead::tests
