// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace fairlead::server {

// CI_ENVIRONMENT_SLUG: at most 24 of a-z, 0-9 and '-', starting with a letter.
// A name that is not such a slug already gets six characters of its SHA-256 at
// the end, so that names which differ give slugs which differ.
std::string environment_slug(std::string_view name);

// production, staging, testing, development or other, guessed from the name.
std::string_view environment_tier(std::string_view name);

}  // namespace fairlead::server
