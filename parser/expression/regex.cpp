// SPDX-License-Identifier: Apache-2.0
#include "parser/expression/regex.hpp"

#include <re2/re2.h>

namespace fairlead::parser::expression {
namespace {

class Re2Regex final : public Regex {
 public:
  Re2Regex(std::string source, const RE2::Options& options)
      : source_(std::move(source)), re_(source_, options) {}
  bool ok() const { return re_.ok(); }
  bool matches(std::string_view text) const override {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), re_);
  }
  const std::string& source() const override { return source_; }

 private:
  std::string source_;
  RE2 re_;
};

bool is_flag(char c) { return c == 'i' || c == 's' || c == 'm' || c == 'U'; }

}  // namespace

RegexPtr compile_regex(std::string source) {
  RE2::Options options;
  options.set_log_errors(false);
  auto regex = std::make_shared<Re2Regex>(std::move(source), options);
  if (!regex->ok()) return nullptr;
  return regex;
}

std::optional<std::string> regex_source_of(std::string_view slashed) {
  // GitLab's ^ and $ are Ruby's, which stand at line borders.
  std::size_t start = 0;
  while (start <= slashed.size()) {
    std::size_t end = slashed.find('\n', start);
    if (end == std::string_view::npos) end = slashed.size();
    const std::string_view line = slashed.substr(start, end - start);
    start = end + 1;
    if (line.empty() || line.front() != '/') continue;
    std::size_t slash = line.size();
    while (slash > 0 && is_flag(line[slash - 1])) --slash;
    if (slash < 2 || line[slash - 1] != '/') continue;
    const std::string_view pattern = line.substr(1, slash - 2);
    const std::string_view flags = line.substr(slash);
    std::string source;
    if (!flags.empty()) source.append("(?").append(flags).append(")");
    return source.append(pattern);
  }
  return std::nullopt;
}

RegexPtr compile_slashed_regex(std::string_view slashed) {
  std::optional<std::string> source = regex_source_of(slashed);
  return source ? compile_regex(std::move(*source)) : nullptr;
}

}  // namespace fairlead::parser::expression
