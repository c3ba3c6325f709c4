// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

namespace fairlead::parser::entry {

namespace {

constexpr std::string_view kLinkTypes[] = {"other", "runbook", "image", "package"};

// 2019-03-15T08:00:00Z, with an offset instead of Z, or the date alone.
bool is_iso8601(std::string_view text) {
  constexpr std::string_view kPattern = "dddd-dd-ddTdd:dd:dd";
  const auto matches = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const bool digit = std::isdigit(static_cast<unsigned char>(text[i])) != 0;
      if (kPattern[i] == 'd' ? !digit : text[i] != kPattern[i]) return false;
    }
    return true;
  };
  const auto number = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  if (text.size() < 10 || !matches(std::min(text.size(), kPattern.size()))) return false;
  const int month = number(5);
  const int day = number(8);
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  if (text.size() == 10) return true;
  return text.size() >= kPattern.size() && number(11) < 24 && number(14) < 60 && number(17) < 61;
}

void check_link(const At& at, const Node& node) {
  check_keys(at, node, Scope::release_link);
  required_string_attribute(at, node, "name");
  required_string_attribute(at, node, "url");
  string_attribute(at, node, "filepath");
  word_attribute(at, node, "link_type", kLinkTypes, "must be one of: ");
}

void check_assets(const At& at, const Node& node) {
  if (!check_hash(at, node)) return;
  check_keys(at, node, Scope::release_assets);
  const yaml::Entry* links = given(node, "links");
  if (links == nullptr || is_blank(*links->value)) {
    at.attribute("links", "can't be blank", node.mark);
    return;
  }
  const Node& list = *links->value;
  if (!list.is_sequence() ||
      !std::ranges::all_of(list.items, [](const NodePtr& item) { return item->is_mapping(); })) {
    at.attribute("links", "should be an array of hashes", list.mark);
    return;
  }
  const At parent(at, "links");
  const At each(parent, "link");
  for (const NodePtr& item : list.items) check_link(each, *item);
}

}  // namespace

void check_release(const At& at, const Node& node) {
  if (!check_hash(at, node)) return;
  check_keys(at, node, Scope::release);
  required_string_attribute(at, node, "tag_name");
  required_string_attribute(at, node, "description");
  for (std::string_view name : {"tag_message", "name", "ref"}) string_attribute(at, node, name);
  list_or_string_attribute(at, node, "milestones");
  if (const yaml::Entry* date = given(node, "released_at")) {
    if (!is_iso8601(date->value->to_s()))
      at.attribute("released_at", "must be a valid datetime", date->value->mark);
  }
  if (const yaml::Entry* assets = given(node, "assets")) check_assets(At(at, "assets"), *assets->value);
}

}  // namespace fairlead::parser::entry
