// SPDX-License-Identifier: Apache-2.0
#include "parser/entry/copies.hpp"

#include <algorithm>

namespace fairlead::parser {

namespace {

constexpr std::string_view kOpen = "$[[";
constexpr std::string_view kClose = "]]";

struct Reference {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view name;
};

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The next `$[[ matrix.NAME ]]` at or after `from`.
std::optional<Reference> next_reference(std::string_view text, std::size_t from) {
  constexpr std::string_view kPrefix = "matrix.";
  while (true) {
    const auto begin = text.find(kOpen, from);
    if (begin == std::string_view::npos) return std::nullopt;
    const auto close = text.find(kClose, begin);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view inner = trim(text.substr(begin + kOpen.size(), close - begin - kOpen.size()));
    const std::size_t end = close + kClose.size();
    if (inner.starts_with(kPrefix)) return Reference{begin, end, inner.substr(kPrefix.size())};
    from = end;
  }
}

std::string substitute(std::string_view text, const Combination& own) {
  std::string out;
  std::size_t done = 0;
  while (const auto reference = next_reference(text, done)) {
    out.append(text.substr(done, reference->begin - done));
    const auto value = std::ranges::find(own, reference->name, &Combination::value_type::first);
    out.append(value != own.end() ? std::string_view(value->second)
                                  : text.substr(reference->begin, reference->end - reference->begin));
    done = reference->end;
  }
  return out.append(text.substr(done));
}

}  // namespace

std::vector<Combination> combinations(const ParallelMatrix& matrix) {
  std::vector<Combination> out;
  for (const auto& axes : matrix) {
    std::vector<Combination> product(1);
    for (const auto& [name, values] : axes) {
      std::vector<Combination> next;
      next.reserve(product.size() * values.size());
      for (const Combination& start : product) {
        for (const std::string& value : values) {
          next.push_back(start);
          next.back().emplace_back(name, value);
        }
      }
      product = std::move(next);
    }
    std::ranges::move(product, std::back_inserter(out));
  }
  return out;
}

std::string copy_name(std::string_view job, const Combination& combination) {
  std::string out(job);
  out.append(": [");
  for (std::size_t i = 0; i < combination.size(); ++i) {
    if (i > 0) out.append(", ");
    out.append(combination[i].second);
  }
  return out.append("]");
}

std::string copy_name(std::string_view job, int index, int total) {
  return std::string(job).append(" ").append(std::to_string(index)).append("/").append(std::to_string(total));
}

std::vector<std::string> copy_names(const JobConfig& job) {
  std::vector<std::string> names;
  if (job.parallel) {
    for (int i = 1; i <= *job.parallel; ++i) names.push_back(copy_name(job.name, i, *job.parallel));
  } else if (!job.matrix.empty()) {
    for (const Combination& combination : combinations(job.matrix))
      names.push_back(copy_name(job.name, combination));
  } else {
    names.push_back(job.name);
  }
  return names;
}

std::vector<std::string> matrix_references(const ParallelMatrix& matrix) {
  std::vector<std::string> names;
  for (const auto& axes : matrix) {
    for (const auto& [axis, values] : axes) {
      for (const std::string& value : values) {
        std::size_t from = 0;
        while (const auto reference = next_reference(value, from)) {
          if (std::ranges::find(names, reference->name) == names.end()) names.emplace_back(reference->name);
          from = reference->end;
        }
      }
    }
  }
  return names;
}

ParallelMatrix substitute_matrix(const ParallelMatrix& matrix, const Combination& own) {
  ParallelMatrix out = matrix;
  for (auto& axes : out) {
    for (auto& [axis, values] : axes) {
      for (std::string& value : values) value = substitute(value, own);
    }
  }
  return out;
}

}  // namespace fairlead::parser
