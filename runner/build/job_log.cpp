// SPDX-License-Identifier: Apache-2.0
#include "runner/build/job_log.hpp"

#include <string>

namespace fairlead::runner {
namespace {

constexpr std::string_view kClear = "\x1b[0K";
constexpr std::string_view kReset = "\x1b[0;m";

}  // namespace

void JobLog::write(std::string_view before, std::string_view text) {
  std::string whole(before);
  whole += text;
  whole += '\n';
  whole += kReset;
  trace_.write(whole);
}

void JobLog::line(std::string_view text) { write(kClear, text); }
void JobLog::heading(std::string_view text) {
  write("\x1b[0K\x1b[36;1m", std::string(text) + std::string(kReset));
}
void JobLog::info(std::string_view text) { write("\x1b[32;1m", text); }
void JobLog::warning(std::string_view text) { write("\x1b[0;33mWARNING: ", text); }
void JobLog::error(std::string_view text) { write("\x1b[31;1mERROR: ", text); }

void JobLog::begin_section(std::string_view name) {
  if (sections_) trace_.section_start(name);
}
void JobLog::end_section(std::string_view name) {
  if (sections_) trace_.section_end(name);
}

void JobLog::prologue(const RunnerSettings& settings) {
  std::string running = "Running with " + settings.program + " " + settings.version;
  if (!settings.revision.empty()) running += " (" + settings.revision + ")";
  line(running);
  if (!settings.name.empty() || !settings.short_token.empty())
    line("  on " + settings.name + " " + settings.short_token + ", system ID: " + settings.system_id);
}

}  // namespace fairlead::runner
