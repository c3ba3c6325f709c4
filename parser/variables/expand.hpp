// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/words.hpp"
#include "parser/variables/lookup.hpp"

// Expansion as GitLab's server does it, of `$NAME`, `${NAME}` and `%NAME%`, in
// one pass: what a value brings in is not looked at again.
namespace fairlead::parser {

// A result grows no further than this: `A=$B$B`, `B=$C$C`, ... doubles with
// each line. References beyond it stay as written.
inline constexpr std::size_t kMaxExpandedBytes = 16 * 1024 * 1024;

enum class Unknown {
  remove,  // a reference to nothing becomes empty
  keep,    // it stays as written
};

struct ExpandOptions {
  Unknown unknown = Unknown::remove;
  bool expand_file_refs = true;  // false: references to file variables stay as written
};

// `$$NAME` has no meaning of its own here: it is `$` and the value.
std::string expand(std::string_view text, const VariableLookup& variables, ExpandOptions options = {});
// expand() that keeps unknown references: for globs, tags, refs, paths.
std::string expand_existing(std::string_view text, const VariableLookup& variables);
// expand() for places whose result anyone may read: a reference to a masked
// variable is an error.
Result<std::string> expand_unmasked(std::string_view text, const VariableLookup& variables,
                                    ExpandOptions options = {});

// Quick test: could there be a reference in it?
bool possible_reference(std::string_view text);

// The names that a variable's value refers to, in order; empty for a raw one.
// `$$` and `%%` are escapes here (see collection.hpp) and hide what follows.
std::vector<std::string_view> references_of(const model::Variable& variable);

}  // namespace fairlead::parser
