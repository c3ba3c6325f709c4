// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace fairlead::runner {

// A cache key as a relative path that cannot leave the cache folder: `%2f`,
// `%2e` and `\` are decoded, dot segments resolved, trailing blanks cut.
// Empty: the key names nothing.
std::string sanitize_cache_key(std::string_view key);

}  // namespace fairlead::runner
