// SPDX-License-Identifier: Apache-2.0
#include "parser/include/location.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "parser/include/glob.hpp"
#include "parser/include/rules.hpp"
#include "parser/variables/expand.hpp"
#include "parser/yaml/json.hpp"

// The steps and their order are GitLab's: a text becomes a map, rules filter,
// lists and wildcards become several, variables are expanded, the kind is
// told by the one key present.
namespace fairlead::parser::include {

namespace {

using yaml::NodePtr;

struct KindKey {
  const char* key;
  Location::Kind kind;
};
constexpr std::array<KindKey, 6> kKinds{{{"local", Location::Kind::local},
                                         {"project", Location::Kind::project},
                                         {"remote", Location::Kind::remote},
                                         {"template", Location::Kind::template_},
                                         {"artifact", Location::Kind::artifact},
                                         {"component", Location::Kind::component}}};
constexpr std::string_view kKindList = "`local`, `project`, `remote`, `template`, `artifact`, `component`";

bool is_url(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://", "ssh://", "git://"}) {
    if (text.starts_with(scheme)) return true;
  }
  return false;
}

std::string without_leading_slashes(std::string path) {
  path.erase(0, path.find_first_not_of('/'));
  return path;
}

class Finder {
 public:
  explicit Finder(const LocationContext& context) : context_(context) {}

  void add(const NodePtr& item) {
    if (item->is_null()) return;
    if (item->is_string()) return add_text(*item);
    if (!item->is_mapping()) return fail("Each include must be a hash or a string", item->mark);
    if (rules_hold(*item)) add_map(*item);
  }

  Locations take() { return std::move(found_); }

 private:
  void add_text(const yaml::Node& item) {
    const std::string text = expand(item.text, context_.variables.written());
    Location location{.path = text, .mark = item.mark};
    if (is_url(text)) {
      location.kind = Location::Kind::remote;
      found_.files.push_back(std::move(location));
    } else if (text.find_first_not_of(" \t\n") == std::string::npos) {
      fail(fmt::format(
               "`{{\"local\":\"{}\"}}` does not have a valid subkey for include. Valid subkeys are: {}", text,
               kKindList),
           item.mark);
    } else {
      add_local(std::move(location));
    }
  }

  void add_map(const yaml::Node& item) {
    Location location{.inputs = item.get("inputs"), .mark = item.mark};
    int kinds = 0;
    NodePtr value;
    for (const KindKey& each : kKinds) {
      const NodePtr given = item.get(each.key);
      if (!given || given->to_s().find_first_not_of(" \t\n") == std::string::npos) continue;
      ++kinds;
      location.kind = each.kind;
      value = given;
    }
    if (kinds == 0) {
      return fail(fmt::format("`{}` does not have a valid subkey for include. Valid subkeys are: {}",
                              yaml::to_json(item), kKindList),
                  item.mark);
    }
    if (kinds > 1) return fail(fmt::format("Each include must use only one of: {}", kKindList), item.mark);
    location.mark = value->mark;
    if (location.kind == Location::Kind::project) return add_project(item, std::move(location));
    if (!value->is_scalar()) {
      return fail(fmt::format("Included file `{}` needs to be a string", value->inspect()), value->mark);
    }
    location.path = value->to_s();
    // A wildcard is looked for before variables are expanded, as GitLab does.
    if (location.kind == Location::Kind::local && location.path.find('*') != std::string::npos) {
      return add_local(std::move(location));
    }
    location.path = expand(location.path, context_.variables.written());
    if (location.kind == Location::Kind::local) return add_local(std::move(location));
    found_.files.push_back(std::move(location));
  }

  void add_project(const yaml::Node& item, Location location) {
    const auto expanded = [&](std::string_view key) {
      const NodePtr value = item.get(key);
      return value && value->is_scalar() ? expand(value->to_s(), context_.variables.written())
                                         : std::string();
    };
    location.project = expanded("project");
    location.ref = expanded("ref");
    const NodePtr file = item.get("file");
    if (!file || file->is_null()) {
      return fail("include config must specify the file where to fetch the config from", item.mark);
    }
    const std::vector<NodePtr> paths = file->is_sequence() ? file->items : std::vector<NodePtr>{file};
    for (const NodePtr& path : paths) {
      Location one = location;
      one.mark = path->mark;
      one.path = without_leading_slashes(expand(path->to_s(), context_.variables.written()));
      found_.files.push_back(std::move(one));
    }
  }

  void add_local(Location location) {
    location.path = without_leading_slashes(std::move(location.path));
    if (location.path.find('*') == std::string::npos) {
      found_.files.push_back(std::move(location));
      return;
    }
    const auto paths = context_.source.list_local();
    if (!paths) {
      return fail(
          fmt::format("Local file `{}` cannot be looked for: {}", location.path, paths.error().message),
          location.mark);
    }
    bool any = false;
    for (const std::string& path : *paths) {
      if (!wildcard_match(location.path, path)) continue;
      any = true;
      Location one = location;
      one.path = path;
      found_.files.push_back(std::move(one));
    }
    if (!any) {
      context_.diagnostics.warning("include-matches-nothing",
                                   fmt::format("include `{}` matches no file", location.path), location.mark);
    }
  }

  bool rules_hold(const yaml::Node& item) {
    const NodePtr given = item.get("rules");
    if (!given || given->is_null()) return true;
    const auto rules = read_include_rules(given, context_.diagnostics);
    if (!rules) {
      found_.valid = false;
      return false;
    }
    const RulesOutcome outcome = context_.conditions.rules(*rules, context_.variables);
    if (outcome.error) {
      fail("include:" + *outcome.error, given->mark);
      return false;
    }
    return outcome.matched >= 0 &&
           (*rules)[static_cast<std::size_t>(outcome.matched)].when != model::When::never;
  }

  void fail(std::string message, Mark mark) {
    context_.diagnostics.error(std::move(message), mark);
    found_.valid = false;
  }

  const LocationContext& context_;
  Locations found_;
};

}  // namespace

Locations find_locations(const NodePtr& include, const LocationContext& context) {
  Finder finder(context);
  if (include->is_sequence()) {
    for (const NodePtr& item : include->items) finder.add(item);
  } else {
    finder.add(include);
  }
  return finder.take();
}

}  // namespace fairlead::parser::include
