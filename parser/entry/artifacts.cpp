// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

namespace fairlead::parser::entry {

namespace {

constexpr std::string_view kWhen[] = {"on_success", "on_failure", "always"};
constexpr std::string_view kAccess[] = {"none", "developer", "maintainer", "all"};
constexpr std::string_view kCoverageFormats[] = {"cobertura", "jacoco"};
constexpr std::size_t kMaxExposeAs = 100;

// What a link in a merge request may be called: a word, then words, dashes, spaces.
bool is_link_name(std::string_view name) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && is_word(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_word(c) || c == '-' || c == ' '; });
}

void read_coverage_report(const At& at, const Node& node, ArtifactReport& report) {
  if (!check_hash(at, node)) return;
  check_keys(at, node, Scope::coverage_report);
  const yaml::Entry* format = given(node, "coverage_format");
  if (format == nullptr) {
    at.attribute("coverage_format", "can't be blank", node.mark);
  } else if (!is_text(*format->value) ||
             std::ranges::find(kCoverageFormats, format->value->text) == std::end(kCoverageFormats)) {
    at.attribute("coverage_format", "must be one of supported formats: cobertura, jacoco.",
                 format->value->mark, did_you_mean(format->value->to_s(), kCoverageFormats));
  } else {
    report.coverage_format = format->value->text;
  }
  if (auto path = required_string_attribute(at, node, "path")) report.paths = {std::move(*path)};
}

std::vector<ArtifactReport> read_reports(const At& at, const Node& node) {
  check_keys(at, node, Scope::reports);
  std::vector<ArtifactReport> reports;
  for (const yaml::Entry& entry : node.entries) {
    if (entry.value->is_null() || !entry.key->is_string()) continue;
    const std::string& type = entry.key->text;
    if (!is_keyword(Scope::reports, type)) continue;
    ArtifactReport report{.type = type, .paths = {}, .coverage_format = {}};
    if (type == "coverage_report") {
      read_coverage_report(At(at, type), *entry.value, report);
    } else if (auto paths = list_or_string_attribute(at, node, type)) {
      report.paths = std::move(*paths);
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

void check_expose_as(const At& at, const Node& node, const ArtifactsConfig& artifacts) {
  const yaml::Entry* entry = given(node, "expose_as");
  if (entry == nullptr) return;
  const Mark mark = entry->value->mark;
  const yaml::Entry* paths = given(node, "paths");
  if (paths == nullptr || is_blank(*paths->value)) {
    at.attribute("paths", "can't be blank", paths != nullptr ? paths->value->mark : mark,
                 "expose_as needs paths");
  }
  for (const std::string& path : artifacts.paths) {
    if (path.find('*') == std::string::npos) continue;
    at.attribute("paths", "can't contain '*' when used with 'expose_as'", paths->value->mark);
    break;
  }
  if (!artifacts.expose_as) return;
  check_attribute_length(at, "expose_as", *artifacts.expose_as, kMaxExposeAs, mark);
  if (!is_link_name(*artifacts.expose_as)) {
    at.attribute("expose_as", "can contain only letters, digits, '-', '_' and spaces", mark);
  }
}

}  // namespace

ArtifactsConfig read_artifacts(const At& at, const Node& node) {
  ArtifactsConfig artifacts;
  artifacts.mark = node.mark;
  if (!check_hash(at, node)) return artifacts;
  check_keys(at, node, Scope::artifacts);
  check_exclusive(at, node, {"access", "public"});
  artifacts.name = string_attribute(at, node, "name");
  artifacts.paths = list_attribute(at, node, "paths").value_or(std::vector<std::string>());
  artifacts.exclude = list_attribute(at, node, "exclude").value_or(std::vector<std::string>());
  artifacts.untracked = boolean_attribute(at, node, "untracked").value_or(false);
  if (auto when = word_attribute(at, node, "when", kWhen, "should be one of: ")) {
    artifacts.when = model::when_from_string(*when);
  }
  if (const yaml::Entry* expiry = given(node, "expire_in")) {
    const Node& value = *expiry->value;
    if (is_text(value) && is_expiry(value.text)) {
      artifacts.expire_in = value.text;
    } else {
      at.attribute("expire_in", "should be a duration", value.mark);
    }
  }
  artifacts.expose_as = string_attribute(at, node, "expose_as");
  check_expose_as(at, node, artifacts);
  if (const yaml::Entry* reports = given(node, "reports")) {
    if (reports->value->is_mapping()) {
      artifacts.reports = read_reports(At(at, "reports"), *reports->value);
    } else {
      at.attribute("reports", "should be a hash", reports->value->mark);
    }
  }
  artifacts.is_public = boolean_attribute(at, node, "public");
  artifacts.access = word_attribute(at, node, "access", kAccess, "should be one of: ");
  return artifacts;
}

}  // namespace fairlead::parser::entry
