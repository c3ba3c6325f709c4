// SPDX-License-Identifier: Apache-2.0
#include "parser/variables/lookup.hpp"

namespace fairlead::parser {

void VariableIndex::add(const model::Variables& variables) {
  by_key_.reserve(by_key_.size() + variables.size());
  for (const model::Variable& variable : variables) by_key_[variable.key] = &variable;
}

const model::Variable* VariableIndex::find(std::string_view key) const {
  const auto it = by_key_.find(key);
  return it == by_key_.end() ? nullptr : it->second;
}

const model::Variable* LayeredLookup::find(std::string_view key) const {
  for (const VariableLookup* layer : layers_)
    if (const model::Variable* found = layer->find(key)) return found;
  return nullptr;
}

}  // namespace fairlead::parser
