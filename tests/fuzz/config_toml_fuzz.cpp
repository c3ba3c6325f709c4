// SPDX-License-Identifier: Apache-2.0
// Reading must survive any bytes; edits in place must change what they say and
// nothing else, or refuse.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runner/config/load_config.hpp"
#include "runner/config/toml_edit.hpp"

using namespace fairlead::runner;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 64 * 1024) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const EnvironmentLookup nothing = [](std::string_view) { return std::optional<std::string>(); };
  const LoadedConfig loaded = load_config(text, nothing);
  for (const ConfigProblem& problem : loaded.problems)
    if (format_problem("f", problem).empty()) std::abort();

  const TomlParsed before = parse_toml(text);
  if (!before.root) return 0;
  TomlTable runner;
  entry_of(runner, "name") = TomlValue::of("added \"one\"");
  const auto added = append_element(text, "runners", runner);
  if (!added) return 0;
  if (!added->starts_with(text)) std::abort();
  const TomlEntry* list = find_entry(before.root->table, "runners");
  const std::size_t count = list == nullptr ? 0 : list->value.items.size();
  if (const auto changed = set_in_element(*added, "runners", count, "token", TomlValue::of("t")); !changed)
    std::abort();
  if (const auto removed = remove_element(*added, "runners", count)) {
    const TomlParsed after = parse_toml(*removed);
    if (!after.root) std::abort();
    // An empty list disappears with its last element.
    if (count > 0 && !after.root->same(*before.root)) std::abort();
  }
  return 0;
}
