// SPDX-License-Identifier: Apache-2.0
#include "runner/artifacts/helper_log.hpp"

namespace fairlead::runner {

namespace {

constexpr std::string_view kReset = "\033[0;m";
constexpr std::size_t kWidth = 50;  // of prefix and message; fields come behind

}  // namespace

std::string helper_line(HelperLevel level, std::string_view message,
                        std::initializer_list<std::pair<std::string_view, std::string>> fields) {
  std::string_view colour, prefix;
  switch (level) {
    case HelperLevel::info:
      break;
    case HelperLevel::warning:
      colour = "\033[0;33m", prefix = "WARNING: ";
      break;
    case HelperLevel::error:
      colour = "\033[31;1m", prefix = "ERROR: ";
      break;
    case HelperLevel::fatal:
      colour = "\033[31;1m", prefix = "FATAL: ";
      break;
  }
  std::string line(colour);
  line.append(prefix).append(message);
  const std::size_t width = prefix.size() + message.size();
  if (width < kWidth) line.append(kWidth - width, ' ');
  line.append(kReset).append(" ");
  for (const auto& [key, value] : fields)
    line.append(" ").append(colour).append(key).append(kReset).append("=").append(value);
  return line.append("\n");
}

std::string notice_line(std::string_view message) {
  return std::string("\033[32;1m").append(message).append(kReset).append("\n");
}

std::string warning_line(std::string_view message) {
  return std::string("\033[0;33m").append(message).append(kReset).append("\n");
}

}  // namespace fairlead::runner
