// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace fairlead::testing {

// What this process holds now: for tests that nothing leaks.
std::size_t open_descriptors();
// Children of this process in any state, zombies included.
std::vector<pid_t> children();
// Whether a process of that number exists and is not a zombie.
bool is_alive(pid_t pid);
// Waits (on its pidfd, up to ten seconds) until the process is gone.
bool wait_gone(pid_t pid);
// Waits until the file exists with a whole line in it and gives that line;
// empty after ten seconds. Notices through inotify, not by polling.
std::string wait_line(const std::filesystem::path& file);
// The same for a line that satisfies `enough`; false when `patience` is over first.
bool wait_line(const std::filesystem::path& file, const std::function<bool(const std::string& line)>& enough,
               std::chrono::milliseconds patience = std::chrono::seconds(10));
// The numbers of all live processes whose command line has `text`.
std::vector<pid_t> processes_with(const std::string& text);

}  // namespace fairlead::testing
