// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/secret_string.hpp"

// Our own structured log, on stderr. The output of jobs never comes here: it
// goes through LogSink and the trace.
namespace fairlead {

enum class LogLevel { debug, info, warning, error, fatal };
enum class LogFormat { text, json };

// "debug", "info", "warning" (or "warn"), "error", "fatal", as in config.toml.
Result<LogLevel> parse_log_level(std::string_view name);
Result<LogFormat> parse_log_format(std::string_view name);

// One key with its value. Values are only looked at during the call. A
// SecretString does not compile here.
struct LogField {
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

  LogField(std::string_view key_in, std::string_view text) : key(key_in), value(text) {}
  LogField(std::string_view key_in, const char* text) : key(key_in), value(std::string_view(text)) {}
  LogField(std::string_view key_in, const std::string& text) : key(key_in), value(std::string_view(text)) {}
  LogField(std::string_view key_in, const Error& error) : key(key_in), text_(error.to_string()) {}
  LogField(std::string_view key_in, bool flag) : key(key_in), value(flag) {}
  LogField(std::string_view key_in, double number) : key(key_in), value(number) {}
  template <std::signed_integral T>
  LogField(std::string_view key_in, T number) : key(key_in), value(static_cast<std::int64_t>(number)) {}
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  LogField(std::string_view key_in, T number) : key(key_in), value(static_cast<std::uint64_t>(number)) {}
  LogField(std::string_view key, const SecretString&) = delete;

  Value get() const { return text_.empty() ? value : Value(std::string_view(text_)); }

  std::string_view key;

 private:
  Value value = std::string_view();
  std::string text_;
};

// Process-wide settings; to be set in main before other threads start, and
// any time later. Initially: warning and above, as text.
void set_log_level(LogLevel level);
void set_log_format(LogFormat format);
LogLevel log_level();

// Writes one line (text or one JSON object). Thread-safe; a line is never
// mixed with another. Control characters and line breaks in message and
// values are escaped, so that foreign text cannot forge a line.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

// A logger with fields of its own that stand in each of its lines, as the job
// id. Copyable; as cheap as its strings.
class Logger {
 public:
  Logger() = default;
  [[nodiscard]] Logger with(std::string key, std::string value) const;
  [[nodiscard]] Logger with(std::string key, std::int64_t value) const;
  [[nodiscard]] Logger for_job(std::int64_t job_id) const { return with("job", job_id); }

  void debug(std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void warning(std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) const;

 private:
  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const;

  struct Bound {
    std::string key;
    std::variant<std::string, std::int64_t> value;
  };
  std::vector<Bound> bound_;
};

}  // namespace fairlead
