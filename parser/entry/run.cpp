// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

// run: steps. GitLab checks them by a JSON schema, whose messages name the
// wrong value by a pointer into the list.
namespace fairlead::parser::entry {

namespace {

// Where `run` stands and how to say what is wrong at a pointer below it.
class Steps {
 public:
  explicit Steps(const At& job) : job_(job) {}

  void wrong(const std::string& text, Mark mark, std::string hint = {}) const {
    job_.attribute("run", text, mark, std::move(hint));
  }
  void not_a(std::string_view type, const std::string& pointer, const Node& node) const {
    wrong("value at " + (pointer.empty() ? "root" : "`" + pointer + "`") + " is not " + std::string(type),
          node.mark);
  }
  bool object(const std::string& pointer, const Node& node) const {
    if (node.is_mapping()) return true;
    not_a("an object", pointer, node);
    return false;
  }
  bool text(const std::string& pointer, const Node& node) const {
    if (is_text(node)) return true;
    not_a("a string", pointer, node);
    return false;
  }
  void keys(const std::string& pointer, const Node& node,
            std::initializer_list<std::string_view> allowed) const {
    for (const yaml::Entry& entry : node.entries) {
      const std::string name = entry.key->to_s();
      if (std::ranges::find(allowed, name) != allowed.end()) continue;
      wrong("object property at `" + pointer + "/" + name + "` is a disallowed additional property",
            entry.key->mark, did_you_mean(name, std::vector<std::string>(allowed.begin(), allowed.end())));
    }
  }
  void required(const std::string& pointer, const Node& node,
                std::initializer_list<std::string_view> names) const {
    std::string missing;
    for (std::string_view name : names) {
      if (given(node, name) != nullptr) continue;
      if (!missing.empty()) missing.append(", ");
      missing.append(name);
    }
    if (!missing.empty())
      wrong("object at `" + pointer + "` is missing required properties: " + missing, node.mark);
  }

  void check(const std::string& pointer, const Node& step) const {
    if (!object(pointer, step)) return;
    if (step.find("script") != nullptr) {
      keys(pointer, step, {"name", "env", "script"});
    } else {
      keys(pointer, step, {"name", "env", "inputs", "step", "func"});
    }
    required(pointer, step, {"name"});
    const auto uses = std::ranges::count_if(std::initializer_list<std::string_view>{"script", "step", "func"},
                                            [&](std::string_view key) { return step.find(key) != nullptr; });
    if (uses == 0) required(pointer, step, {"script"});
    if (step.find("step") != nullptr && step.find("func") != nullptr) {
      wrong("object at `" + pointer + "` uses both step and func", step.mark);
    }
    for (const yaml::Entry& entry : step.entries) check_value(pointer + "/" + entry.key->to_s(), entry);
  }

 private:
  void check_value(const std::string& pointer, const yaml::Entry& entry) const {
    const std::string name = entry.key->to_s();
    const Node& value = *entry.value;
    if (name == "name") {
      text(pointer, value);
    } else if (name == "script") {
      if (text(pointer, value) && value.text.empty())
        wrong("string length at `" + pointer + "` is less than: 1", value.mark);
    } else if (name == "env") {
      if (!object(pointer, value)) return;
      for (const yaml::Entry& variable : value.entries)
        text(pointer + "/" + variable.key->to_s(), *variable.value);
    } else if (name == "inputs") {
      object(pointer, value);
    } else if (name == "step" || name == "func") {
      check_reference(pointer, value);
    }
  }

  void check_reference(const std::string& pointer, const Node& value) const {
    if (is_text(value)) return;
    if (!value.is_mapping()) {
      not_a("a string", pointer, value);
      return;
    }
    keys(pointer, value, {"git", "oci"});
    if (const yaml::Entry* git = value.find("git")) {
      const std::string here = pointer + "/git";
      if (!object(here, *git->value)) return;
      keys(here, *git->value, {"url", "dir", "rev", "file"});
      required(here, *git->value, {"url", "rev"});
    } else if (const yaml::Entry* oci = value.find("oci")) {
      const std::string here = pointer + "/oci";
      if (!object(here, *oci->value)) return;
      keys(here, *oci->value, {"registry", "repository", "tag", "dir", "file"});
      required(here, *oci->value, {"registry", "repository", "tag"});
    } else {
      required(pointer, value, {"git"});
    }
  }

  const At& job_;
};

}  // namespace

void check_run(const At& at, const Node& node) {
  const Steps steps(at);
  if (!node.is_sequence()) {
    steps.not_a("an array", "", node);
    return;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) steps.check("/" + std::to_string(i), *node.items[i]);
}

}  // namespace fairlead::parser::entry
