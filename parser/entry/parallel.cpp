// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

namespace fairlead::parser::entry {

namespace {

constexpr std::size_t kMaxCopies = 200;

// One map of the matrix: each value a scalar or a list of scalars.
void read_combination(const At& at, const Node& node, ParallelMatrix& matrix) {
  const auto is_value = [](const Node& value) {
    if (!value.is_sequence()) return is_plain_scalar(value);
    return !value.items.empty() &&
           std::ranges::all_of(value.items, [](const NodePtr& item) { return is_plain_scalar(*item); });
  };
  if (node.entries.empty()) {
    at.config("requires at least 1 items", node.mark);
    return;
  }
  auto& axes = matrix.emplace_back();
  for (const yaml::Entry& entry : node.entries) {
    if (!is_value(*entry.value)) {
      at.config("should be a hash of key value pairs, value can be an array", entry.value->mark);
      return;
    }
    axes.emplace_back(entry.key->to_s(), text_list(*entry.value));
  }
}

void read_matrix(const At& at, const Node& node, ParallelMatrix& matrix) {
  const bool hashes = node.is_sequence() &&
                      std::ranges::all_of(node.items, [](const NodePtr& item) { return item->is_mapping(); });
  if (!hashes) {
    at.config("should be an array of hashes", node.mark);
    return;
  }
  const At each(at, "variables");
  for (const NodePtr& item : node.items) read_combination(each, *item, matrix);
  std::size_t copies = 0;
  for (const auto& axes : matrix) {
    std::size_t product = 1;
    for (const auto& [name, values] : axes) product = std::min(product * values.size(), kMaxCopies + 1);
    copies += product;
  }
  if (copies > kMaxCopies) at.config("generates too many jobs (maximum is 200)", node.mark);
}

}  // namespace

ParallelConfig read_parallel(const At& at, const Node& node, bool allow_number) {
  ParallelConfig parallel;
  if (node.kind == yaml::Kind::integer || node.kind == yaml::Kind::real) {
    if (!is_integer(node)) {
      at.config("must be an integer", node.mark);
    } else if (node.integer < 1) {
      at.config("must be greater than or equal to 1", node.mark);
    } else if (node.integer > static_cast<std::int64_t>(kMaxCopies)) {
      at.config("must be less than or equal to 200", node.mark);
    } else {
      parallel.number = to_int(node);
    }
    if (!allow_number) at.config("cannot use \"parallel: <number>\".", node.mark);
    return parallel;
  }
  if (!node.is_mapping()) {
    at.shape("should be an integer or a hash", node.mark);
    return parallel;
  }
  check_keys(at, node, Scope::parallel);
  check_required(at, node, {"matrix"});
  if (const yaml::Entry* matrix = given(node, "matrix")) {
    read_matrix(At(at, "matrix"), *matrix->value, parallel.matrix);
  }
  return parallel;
}

}  // namespace fairlead::parser::entry
