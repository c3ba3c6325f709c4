// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/words.hpp"

namespace fairlead::parser {

// Finds variables by name. Results stay valid while the lookup and what it was
// made from live.
class VariableLookup {
 public:
  virtual ~VariableLookup() = default;
  // The variable that counts (the last of its name), or nullptr.
  virtual const model::Variable* find(std::string_view key) const = 0;
};

// An index over variables that live elsewhere; they must outlive it, unmoved.
class VariableIndex final : public VariableLookup {
 public:
  VariableIndex() = default;
  explicit VariableIndex(const model::Variables& variables) { add(variables); }
  // Later additions win.
  void add(const model::Variables& variables);
  const model::Variable* find(std::string_view key) const override;

 private:
  std::unordered_map<std::string_view, const model::Variable*> by_key_;
};

// Several lookups seen as one: the first that knows a name answers.
class LayeredLookup final : public VariableLookup {
 public:
  // Highest precedence first; none is null, all outlive this.
  explicit LayeredLookup(std::vector<const VariableLookup*> layers) : layers_(std::move(layers)) {}
  const model::Variable* find(std::string_view key) const override;

 private:
  std::vector<const VariableLookup*> layers_;
};

// A plain list, searched from its end: for the few variables of one job.
class VariableList final : public VariableLookup {
 public:
  explicit VariableList(const model::Variables& variables) : variables_(variables) {}
  const model::Variable* find(std::string_view key) const override {
    for (auto it = variables_.rbegin(); it != variables_.rend(); ++it)
      if (it->key == key) return &*it;
    return nullptr;
  }

 private:
  const model::Variables& variables_;
};

}  // namespace fairlead::parser
