// SPDX-License-Identifier: Apache-2.0
#include "runner/registration/go_flags.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "runner/config/nearest.hpp"

namespace fairlead::runner {
namespace {

const Flag* find_flag(std::span<const Flag> flags, std::string_view name) {
  for (const Flag& flag : flags)
    if (std::find(flag.names.begin(), flag.names.end(), name) != flag.names.end()) return &flag;
  return nullptr;
}

Error unknown(std::span<const Flag> flags, std::string_view word, std::string_view name) {
  std::vector<std::string_view> names;
  for (const Flag& flag : flags)
    for (const std::string& each : flag.names) names.push_back(each);
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("there is no flag {}{}", word, did_you_mean(name, names)));
}

}  // namespace

std::optional<std::string> FlagValues::text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::nullopt : std::optional(found->second.back());
}

std::vector<std::string> FlagValues::all(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

bool FlagValues::on(std::string_view name) const {
  const auto value = text(name);
  return value && parse_go_bool(*value).value_or(false);
}

Result<FlagValues> parse_go_flags(std::span<const Flag> flags, std::span<const std::string> words,
                                  std::vector<std::string>& rest) {
  FlagValues values;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      rest.insert(rest.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    if (word.size() < 2 || word[0] != '-') {
      rest.push_back(word);
      continue;
    }
    const std::size_t begin = word[1] == '-' ? 2 : 1;
    const std::size_t equals = word.find('=', begin);
    const std::string name = word.substr(begin, equals == std::string::npos ? equals : equals - begin);
    const Flag* flag = find_flag(flags, name);
    if (flag == nullptr) return unknown(flags, word.substr(0, equals), name);
    if (equals != std::string::npos) {
      std::string value = word.substr(equals + 1);
      if (flag->boolean && !parse_go_bool(value))
        return make_error(ErrorCode::invalid_argument, fmt::format("--{} is \"{}\": it must be true or false",
                                                                   flag->names.front(), value));
      values.add(flag->names.front(), std::move(value));
    } else if (flag->boolean) {
      values.add(flag->names.front(), "true");
    } else if (i + 1 < words.size()) {
      values.add(flag->names.front(), words[++i]);
    } else {
      return make_error(ErrorCode::invalid_argument, fmt::format("{} needs a value", word));
    }
  }
  return values;
}

std::optional<bool> parse_go_bool(std::string_view text) {
  constexpr std::array<std::string_view, 6> kTrue{"1", "t", "T", "true", "TRUE", "True"};
  constexpr std::array<std::string_view, 6> kFalse{"0", "f", "F", "false", "FALSE", "False"};
  if (std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end()) return true;
  if (std::find(kFalse.begin(), kFalse.end(), text) != kFalse.end()) return false;
  return std::nullopt;
}

}  // namespace fairlead::runner
