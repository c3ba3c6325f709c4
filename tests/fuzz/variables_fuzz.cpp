// SPDX-License-Identifier: Apache-2.0
// Lines of KEY=value as a collection, and the whole as a text to expand.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "parser/variables/collection.hpp"
#include "parser/variables/expand.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairlead;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  model::Variables variables;
  for (std::size_t at = 0; at < text.size() && variables.size() < 200;) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    variables.push_back({.key = std::string(line.substr(0, equals)),
                         .value = std::string(line.substr(equals + 1)),
                         .file = line.size() % 7 == 1,
                         .masked = line.size() % 5 == 1,
                         .raw = line.size() % 11 == 1});
  }
  const parser::VariableIndex index(variables);
  (void)parser::expand(text.substr(0, 1000), index);
  (void)parser::expand_unmasked(text.substr(0, 1000), index);
  if (parser::expand_existing(text, parser::VariableIndex()) != text) std::abort();
  if (parser::dependency_order(variables).size() != variables.size()) std::abort();
  const auto all = parser::sort_and_expand_all(variables, {.keep_undefined = true});
  if (all.variables.size() != variables.size()) std::abort();
  return 0;
}
