// SPDX-License-Identifier: Apache-2.0
#include "parser/variables/collection.hpp"
#include "parser/variables/expand.hpp"
#include "tests/support/conformance/conformance.hpp"

namespace fairlead::parser {
namespace {

using nlohmann::json;

model::Variable variable_of(const json& data) {
  return {.key = data["key"],
          .value = data.value("value", ""),
          .file = data.value("file", false),
          .masked = data.value("masked", false),
          .raw = data.value("raw", false)};
}

model::Variables variables_of(const json& data) {
  model::Variables variables;
  if (data.is_object()) {
    for (const auto& [key, value] : data.items()) variables.push_back({.key = key, .value = value});
  } else {
    for (const json& item : data) variables.push_back(variable_of(item));
  }
  return variables;
}

std::string name_of(const json& data) {
  return data.contains("function")
             ? data["function"].get<std::string>() + " " + data["name"].get<std::string>()
         : data.contains("name")  ? data["name"].get<std::string>()
         : data.contains("value") ? data["value"].get<std::string>()
                                  : data["variable"].dump();
}

void check_expand(const json& data) {
  const model::Variables variables = variables_of(data["variables"]);
  const VariableIndex index(variables);
  ExpandOptions options;
  options.unknown = data["function"] == "expand_existing" ? Unknown::keep : Unknown::remove;
  options.expand_file_refs = data.value("expand_file_refs", true);
  const std::string value = data["value"];
  if (data.value("fail_on_masked", false)) {
    const Result<std::string> result = expand_unmasked(value, index, options);
    ASSERT_EQ(result.ok(), !data.contains("error"));
    if (result.ok()) {
      EXPECT_EQ(*result, data["result"].get<std::string>());
    } else {
      EXPECT_EQ(result.error().message, data["error"].get<std::string>());
    }
    return;
  }
  EXPECT_EQ(expand(value, index, options), data["result"].get<std::string>());
}

void check_sort_and_expand(const json& data) {
  const json& given = data["options"];
  const ExpandedVariables result = sort_and_expand_all(
      variables_of(data["variables"]), {.keep_undefined = given.value("keep_undefined", false),
                                        .expand_file_refs = given.value("expand_file_refs", true),
                                        .expand_raw_refs = given.value("expand_raw_refs", true)});
  json last = json::object();
  for (const model::Variable& variable : result.variables) last[variable.key] = variable.value;
  const json expected = data["result"].is_object() ? data["result"] : json::object();
  EXPECT_EQ(last, expected);
}

void check_error(const json& data) {
  const std::optional<std::string> error = cycle_error(variables_of(data["variables"]));
  EXPECT_EQ(error ? json(*error) : json(), data["error"]);
}

void check_order(const json& data) {
  const model::Variables variables = variables_of(data["variables"]);
  json names = json::array();
  json values = json::array();
  for (std::size_t i : dependency_order(variables)) {
    names.push_back(variables[i].key);
    values.push_back(variables[i].value);
  }
  EXPECT_EQ(names, data["order"]);
  if (data.contains("values")) {
    EXPECT_EQ(values, data["values"]);
  }
}

void check_depends_on(const json& data) {
  const model::Variable variable = variable_of(data["variable"]);
  json names = json::array();
  for (std::string_view name : references_of(variable)) names.push_back(std::string(name));
  EXPECT_EQ(names.empty() ? json() : names, data["depends_on"]);
}

void check_possible(const json& data) {
  EXPECT_EQ(possible_reference(data["value"].get<std::string>()), data["result"].get<bool>());
}

[[maybe_unused]] const bool kRegistered = [] {
  const json data = tests::conformance_file("expand_variables.json");
  const auto group = [&](const char* name) { return data.is_object() ? data.value(name, json()) : json(); };
  tests::register_cases("VariablesExpand", group("expand"), name_of, check_expand);
  tests::register_cases("VariablesSortAndExpandAll", group("sort_and_expand_all"), name_of,
                        check_sort_and_expand);
  tests::register_cases("VariablesErrors", group("errors"), name_of, check_error);
  tests::register_cases("VariablesOrder", group("order"), name_of, check_order);
  tests::register_cases("VariablesDependsOn", group("depends_on"), name_of, check_depends_on);
  tests::register_cases("VariablesPossibleReference", group("possible_reference"), name_of, check_possible);
  return true;
}();

}  // namespace
}  // namespace fairlead::parser
