// SPDX-License-Identifier: Apache-2.0
#include <regex>

#include "parser/merge/extends.hpp"
#include "parser/merge/reference.hpp"
#include "parser/yaml/json.hpp"
#include "tests/support/conformance/conformance.hpp"
#include "tests/support/yaml.hpp"

namespace fairlead::parser {
namespace {

using nlohmann::json;

std::string first_error(const Diagnostics& diagnostics) {
  for (const Diagnostic& each : diagnostics.all()) {
    if (each.severity == Severity::error) return each.message;
  }
  return {};
}

void check_reference(const json& data) {
  const auto read = tests::read_yaml(data["yaml"]);
  ASSERT_FALSE(read.text.failure) << read.text.failure->message;
  Diagnostics diagnostics;
  const auto root = merge::resolve_references(read.text.content, diagnostics);
  if (data.contains("error")) {
    EXPECT_EQ(first_error(diagnostics), data["error"].get<std::string>());
    EXPECT_EQ(diagnostics.error_count(), 1U) << "one cause, one message";
    return;
  }
  EXPECT_EQ(first_error(diagnostics), "");
  const json result = json::parse(yaml::to_json(*root));
  for (const auto& [key, value] : data["includes"].items())
    EXPECT_EQ(result.value(key, json()), value) << key;
}

void check_extends(const json& data) {
  const auto read = tests::read_yaml(data["config"].dump());
  ASSERT_FALSE(read.text.failure) << read.text.failure->message;
  Diagnostics diagnostics;
  merge::Budget budget;
  const auto root = merge::apply_extends(read.text.content, budget, diagnostics);
  if (data.contains("error_match")) {
    const std::string message = first_error(diagnostics);
    EXPECT_TRUE(std::regex_search(message, std::regex(data["error_match"].get<std::string>()))) << message;
    EXPECT_EQ(diagnostics.error_count(), 1U) << "one cause, one message";
    return;
  }
  EXPECT_EQ(first_error(diagnostics), "");
  EXPECT_EQ(json::parse(yaml::to_json(*root)), data["result"]);
}

const bool registered = [] {
  const json file = tests::conformance_file("merge.json");
  const auto list = [&](const char* name) { return file.is_object() ? file.value(name, json()) : json(); };
  tests::register_cases(
      "Reference", list("reference"), [](const json& data) { return data["yaml"].get<std::string>(); },
      check_reference);
  tests::register_cases(
      "Extends", list("extends"), [](const json& data) { return data["name"].get<std::string>(); },
      check_extends);
  return true;
}();

}  // namespace
}  // namespace fairlead::parser
