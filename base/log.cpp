// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <atomic>
#include <memory>

#include "base/sync.hpp"

// spdlog gives time, sink and locking; fields and escaping are ours. A line
// is rendered whole and handed over as one message.
namespace fairlead {
namespace {

struct LevelName {
  LogLevel level;
  std::string_view name;
  spdlog::level::level_enum spd;
};
constexpr std::array kLevels = {
    LevelName{LogLevel::debug, "debug", spdlog::level::debug},
    LevelName{LogLevel::info, "info", spdlog::level::info},
    LevelName{LogLevel::warning, "warning", spdlog::level::warn},
    LevelName{LogLevel::error, "error", spdlog::level::err},
    LevelName{LogLevel::fatal, "fatal", spdlog::level::critical},
};

std::atomic<LogLevel> minimum_level{LogLevel::warning};
std::atomic<LogFormat> line_format{LogFormat::text};

const LevelName& describe(LogLevel level) { return kLevels.at(static_cast<std::size_t>(level)); }

void set_pattern(spdlog::logger& logger, LogFormat format) {
  const char* pattern =
      format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %v";
  logger.set_formatter(
      std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc, "\n"));
}

// Made at the first line that is really written: a start without log pays nothing.
struct Output {
  std::unique_ptr<spdlog::logger> logger;
  LogFormat format = LogFormat::text;

  void write(const LevelName& level, LogFormat wanted, std::string_view line) {
    if (!logger || format != wanted) {
      if (!logger) {
        logger =
            std::make_unique<spdlog::logger>("fairlead", std::make_shared<spdlog::sinks::stderr_sink_st>());
        logger->set_level(spdlog::level::trace);
      }
      format = wanted;
      set_pattern(*logger, format);
    }
    logger->log(level.spd, spdlog::string_view_t(line.data(), line.size()));
  }
};

Sync<Output>& output() {
  static Sync<Output> instance;
  return instance;
}

// As in a JSON string: a text line stays one line, whatever is in it. Bytes
// above 127 pass (UTF-8 is not checked in text; JSON readers replace bad ones).
void append_escaped(std::string& line, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '"':
        line += "\\\"";
        break;
      case '\\':
        line += "\\\\";
        break;
      case '\n':
        line += "\\n";
        break;
      case '\r':
        line += "\\r";
        break;
      case '\t':
        line += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          fmt::format_to(std::back_inserter(line), "\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          line += c;
        }
    }
  }
}

void append_quoted(std::string& line, std::string_view text) {
  line += '"';
  append_escaped(line, text);
  line += '"';
}

void append_value(std::string& line, const LogField::Value& value, LogFormat format) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    const bool plain = !text->empty() && text->find_first_of(" =\"\\") == std::string_view::npos;
    if (format == LogFormat::json || !plain) return append_quoted(line, *text);
    return append_escaped(line, *text);
  }
  std::visit(
      [&](const auto& simple) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(simple)>, std::string_view>) {
          fmt::format_to(std::back_inserter(line), "{}", simple);
        }
      },
      value);
}

std::string begin_line(LogLevel level, std::string_view message, LogFormat format) {
  std::string line;
  if (format == LogFormat::json) {
    line += "\"level\":\"";
    line += describe(level).name;
    line += "\",\"msg\":";
    append_quoted(line, message);
  } else {
    line += describe(level).name;
    line += ' ';
    append_escaped(line, message);
  }
  return line;
}

void append_field(std::string& line, std::string_view key, const LogField::Value& value, LogFormat format) {
  if (format == LogFormat::json) {
    line += ',';
    append_quoted(line, key);
    line += ':';
  } else {
    line += ' ';
    append_escaped(line, key);
    line += '=';
  }
  append_value(line, value, format);
}

bool enabled(LogLevel level) { return level >= minimum_level.load(std::memory_order_relaxed); }

}  // namespace

Result<LogLevel> parse_log_level(std::string_view name) {
  if (name == "warn") return LogLevel::warning;
  for (const LevelName& level : kLevels) {
    if (level.name == name) return level.level;
  }
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("unknown log level \"{}\": use debug, info, warning, error or fatal", name));
}

Result<LogFormat> parse_log_format(std::string_view name) {
  if (name == "text") return LogFormat::text;
  if (name == "json") return LogFormat::json;
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("unknown log format \"{}\": use text or json", name));
}

void set_log_level(LogLevel level) { minimum_level = level; }
void set_log_format(LogFormat format) { line_format = format; }
LogLevel log_level() { return minimum_level; }

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (!enabled(level)) return;
  const LogFormat format = line_format;
  std::string line = begin_line(level, message, format);
  for (const LogField& field : fields) append_field(line, field.key, field.get(), format);
  output().lock()->write(describe(level), format, line);
}

Logger Logger::with(std::string key, std::string value) const {
  Logger copy = *this;
  copy.bound_.push_back({std::move(key), std::move(value)});
  return copy;
}

Logger Logger::with(std::string key, std::int64_t value) const {
  Logger copy = *this;
  copy.bound_.push_back({std::move(key), value});
  return copy;
}

void Logger::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const {
  if (!enabled(level)) return;
  const LogFormat format = line_format;
  std::string line = begin_line(level, message, format);
  for (const Bound& bound : bound_) {
    const auto value = std::visit([](const auto& v) { return LogField::Value(v); }, bound.value);
    append_field(line, bound.key, value, format);
  }
  for (const LogField& field : fields) append_field(line, field.key, field.get(), format);
  output().lock()->write(describe(level), format, line);
}

void Logger::debug(std::string_view message, std::initializer_list<LogField> fields) const {
  write(LogLevel::debug, message, fields);
}
void Logger::info(std::string_view message, std::initializer_list<LogField> fields) const {
  write(LogLevel::info, message, fields);
}
void Logger::warning(std::string_view message, std::initializer_list<LogField> fields) const {
  write(LogLevel::warning, message, fields);
}
void Logger::error(std::string_view message, std::initializer_list<LogField> fields) const {
  write(LogLevel::error, message, fields);
}

}  // namespace fairlead
