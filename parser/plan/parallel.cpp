// SPDX-License-Identifier: Apache-2.0
#include "parser/plan/parallel.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fairlead::parser {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// The name in a block that starts at `at`, and where the block ends; an empty
// name when it is no matrix block.
std::pair<std::string_view, std::size_t> matrix_block(std::string_view text, std::size_t at) {
  const auto skip_spaces = [&](std::size_t i) {
    while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
    return i;
  };
  const std::size_t start = skip_spaces(at + 3);
  if (!text.substr(start).starts_with("matrix.")) return {};
  const std::size_t name = start + 7;
  std::size_t end = name;
  while (end < text.size() && is_name_character(text[end])) ++end;
  const std::size_t close = skip_spaces(end);
  if (end == name || !text.substr(close).starts_with("]]")) return {};
  return {text.substr(name, end - name), close + 2};
}

}  // namespace

std::vector<MatrixValues> combinations(const ParallelMatrix& matrix) {
  std::vector<MatrixValues> all;
  for (const auto& variables : matrix) {
    std::vector<MatrixValues> made{{}};
    for (const auto& [key, values] : variables) {
      std::vector<MatrixValues> longer;
      longer.reserve(made.size() * values.size());
      for (const MatrixValues& start : made) {
        for (const std::string& value : values) {
          longer.push_back(start);
          longer.back().emplace_back(key, value);
        }
      }
      made = std::move(longer);
    }
    std::move(made.begin(), made.end(), std::back_inserter(all));
  }
  return all;
}

std::string matrix_name(std::string_view job, const MatrixValues& values) {
  std::string name(job);
  name += ": [";
  for (const auto& [key, value] : values) {
    if (&value != &values.front().second) name += ", ";
    name += value;
  }
  return name + "]";
}

std::vector<JobCopy> copies_of(const JobConfig& job) {
  std::vector<JobCopy> copies;
  if (!job.matrix.empty()) {
    std::vector<MatrixValues> all = combinations(job.matrix);
    const int total = static_cast<int>(all.size());
    for (MatrixValues& values : all) {
      std::string name = matrix_name(job.name, values);
      copies.push_back({std::move(name), static_cast<int>(copies.size()) + 1, total, std::move(values)});
    }
  } else if (job.parallel) {
    for (int i = 1; i <= *job.parallel; ++i)
      copies.push_back({fmt::format("{} {}/{}", job.name, i, *job.parallel), i, *job.parallel, {}});
  } else {
    copies.push_back({.name = job.name});
  }
  return copies;
}

std::string interpolate_matrix(std::string_view text, const MatrixValues& values,
                               std::vector<std::string>& missing) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t open = text.find("$[["); open != std::string_view::npos; open = text.find("$[[", at)) {
    const auto [name, end] = matrix_block(text, open);
    if (name.empty()) {
      out.append(text.substr(at, open + 3 - at));
      at = open + 3;
      continue;
    }
    out.append(text.substr(at, open - at));
    at = end;
    const auto value =
        std::find_if(values.begin(), values.end(), [&](const auto& pair) { return pair.first == name; });
    if (value != values.end()) {
      out += value->second;
      continue;
    }
    out.append(text.substr(open, end - open));
    if (std::find(missing.begin(), missing.end(), name) == missing.end()) missing.emplace_back(name);
  }
  return out.append(text.substr(at));
}

}  // namespace fairlead::parser
