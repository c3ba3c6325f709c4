// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::runner {

// "; did you mean \"x\"?" where one of `words` is close to `word`, else empty.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> words);

std::vector<std::string_view> split_words(std::string_view text);

}  // namespace fairlead::runner
