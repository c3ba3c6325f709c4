// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace fairlead::runner {

// The part of a token that may be shown: without its prefix, 9 characters.
std::string shown_token(std::string_view token);

// A runner's own token, given out by the server (glrt-, glcbt-): such a runner
// is verified, never registered, and only its manager is unregistered.
bool is_own_token(std::string_view token);

}  // namespace fairlead::runner
