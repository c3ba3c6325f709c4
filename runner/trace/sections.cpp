// SPDX-License-Identifier: Apache-2.0
#include "runner/trace/sections.hpp"

namespace fairlead::runner {

namespace {

std::string marker(std::string_view kind, std::string_view name, WallTime time,
                   const SectionOptions& options) {
  const auto unix_time = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  std::string text(kind);
  text.append(":").append(std::to_string(unix_time)).append(":").append(name);
  if (!options.empty()) {
    char before = '[';
    for (const auto& [key, value] : options) {
      text.push_back(before);
      text.append(key).append("=").append(value);
      before = ',';
    }
    text.push_back(']');
  }
  return text.append("\r\033[0K");
}

}  // namespace

std::string section_start(std::string_view name, WallTime time, const SectionOptions& options) {
  return marker("section_start", name, time, options);
}

std::string section_end(std::string_view name, WallTime time) {
  return marker("section_end", name, time, {});
}

}  // namespace fairlead::runner
