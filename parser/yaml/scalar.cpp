// SPDX-License-Identifier: Apache-2.0
#include "parser/yaml/scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

// The order of the tests below is Psych's: a text is taken by the first form
// that fits. Forms are recognised by hand, since every scalar of every file
// passes here.
namespace fairlead::parser::yaml {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
         });
}

// The characters that say "this is a word" to Psych.
bool is_word_start(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80) return true;
  if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')) return true;
  return c != '\0' && std::strchr("_ \t\r\f\v!@#$%^&*(){}<>|/\\~;=", c) != nullptr;
}

bool looks_like_word(std::string_view text) {
  const char first = text[0];
  if (is_word_start(first)) return true;
  const bool number_like = is_digit(first) || first == '.' || first == ':' || first == '-';
  return !number_like && text.size() > 1 && is_word_start(text[1]);
}

// A cursor over the text: each step consumes or leaves the place alone.
struct Scan {
  std::string_view rest;

  bool one(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool sign() { return one('-') || one('+'); }
  std::size_t while_in(std::string_view set) {
    std::size_t length = rest.find_first_not_of(set);
    if (length == std::string_view::npos) length = rest.size();
    rest.remove_prefix(length);
    return length;
  }
  // Between `least` and `most` digits, greedily.
  bool digits(std::size_t least, std::size_t most) {
    std::size_t length = 0;
    while (length < most && length < rest.size() && is_digit(rest[length])) ++length;
    if (length < least) return false;
    rest.remove_prefix(length);
    return true;
  }
};

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kBlanks = " \t\r\n\f\v";

// 2001-12-14T21:59:43.10-05:00 and its looser spellings.
bool is_time(std::string_view text) {
  Scan scan{text};
  scan.one('-');
  if (!scan.digits(4, 4) || !scan.one('-') || !scan.digits(1, 2) || !scan.one('-') || !scan.digits(1, 2))
    return false;
  if (!scan.one('T') && !scan.one('t') && scan.while_in(kBlanks) == 0) return false;
  if (!scan.digits(1, 2) || !scan.one(':') || !scan.digits(2, 2) || !scan.one(':') || !scan.digits(2, 2))
    return false;
  if (scan.one('.')) scan.while_in(kDigits);
  if (scan.rest.empty()) return true;
  scan.while_in(kBlanks);
  if (scan.one('Z')) return scan.rest.empty();
  if (!scan.sign() || !scan.digits(1, 2)) return false;
  scan.one(':');
  return scan.rest.empty() || (scan.digits(2, 2) && scan.rest.empty());
}

bool is_date(std::string_view text) {
  Scan scan{text};
  if (!scan.digits(4, 4) || !scan.one('-')) return false;
  const std::string_view month = scan.rest.substr(0, scan.rest.find('-'));
  scan.rest.remove_prefix(month.size());
  if (month.empty() || month.size() > 2 || !std::all_of(month.begin(), month.end(), is_digit)) return false;
  if (month.size() == 2 && month[0] != '0' && !(month[0] == '1' && month[1] <= '2')) return false;
  if (!scan.one('-')) return false;
  const std::string_view day = scan.rest;
  if (day.empty() || day.size() > 2 || !std::all_of(day.begin(), day.end(), is_digit)) return false;
  if (day.size() == 1) return true;
  return day[0] <= '2' || (day[0] == '3' && day[1] <= '1');
}

// Splits [-+]digits(:[0-5]?digit){1,2}[.digits]; false when the form is another.
struct Sexagesimal {
  std::array<std::string_view, 3> parts;
  std::size_t count = 0;
  bool has_fraction = false;
};

bool read_sexagesimal(std::string_view text, Sexagesimal& out) {
  if (text.find(':') == std::string_view::npos) return false;
  Scan scan{text};
  scan.sign();
  if (scan.rest.empty() || !is_digit(scan.rest[0])) return false;
  scan.while_in("0123456789_");
  out.parts[out.count++] = text.substr(0, text.size() - scan.rest.size());
  while (out.count < 3 && scan.one(':')) {
    const std::string_view before = scan.rest;
    if (!scan.digits(1, 2)) return false;
    const std::size_t length = before.size() - scan.rest.size();
    if (length == 2 && before[0] > '5') return false;
    out.parts[out.count++] = before.substr(0, length);
  }
  if (out.count < 2) return false;
  if (scan.one('.')) {
    const std::string_view& last = out.parts[out.count - 1];
    scan.while_in("0123456789_");
    out.has_fraction = true;
    out.parts[out.count - 1] =
        std::string_view(last.data(), static_cast<std::size_t>(scan.rest.data() - last.data()));
  }
  return scan.rest.empty();
}

std::string without(std::string_view text, std::string_view dropped) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (dropped.find(c) == std::string_view::npos) out += c;
  }
  return out;
}

std::optional<double> parse_double(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    // Ruby warns and goes to zero or infinity.
    const bool tiny = text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
    value = tiny ? 0 : std::numeric_limits<double>::infinity();
    return text.starts_with('-') ? -value : value;
  }
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Psych's FLOAT, which needs a dot; the exponent needs a sign.
std::optional<double> read_float(std::string_view text) {
  if (text.find('.') == std::string_view::npos) return std::nullopt;
  Scan scan{text};
  scan.sign();
  if (!scan.rest.empty() && is_digit(scan.rest[0])) scan.while_in("0123456789_,");
  if (!scan.one('.')) return std::nullopt;
  scan.while_in(kDigits);
  if (!scan.rest.empty()) {
    if (!scan.one('e') && !scan.one('E')) return std::nullopt;
    if (!scan.sign() || scan.while_in(kDigits) == 0) return std::nullopt;
    if (!scan.rest.empty()) return std::nullopt;
  }
  std::string clean = without(text, "_,");
  const std::size_t dot = clean.find('.');
  // "1." and "1.e+5": the dot goes; "." alone is no number.
  if (dot + 1 == clean.size() || clean[dot + 1] == 'e' || clean[dot + 1] == 'E') clean.erase(dot, 1);
  return parse_double(clean);
}

// An integer's sign, base and digits; base 0 when the text is none.
struct IntegerForm {
  bool negative = false;
  int base = 0;
  std::string digits;
};

IntegerForm read_integer_form(std::string_view text) {
  IntegerForm form;
  Scan scan{text};
  if (scan.one('-')) {
    form.negative = true;
  } else {
    scan.one('+');
  }
  if (scan.rest.empty() || !is_digit(scan.rest[0])) return form;
  std::string_view digits = scan.rest;
  std::string_view allowed = "0123456789_,";
  int base = 10;
  if (digits.starts_with("0b")) {
    base = 2;
    allowed = "01_,";
    digits.remove_prefix(2);
  } else if (digits.starts_with("0x")) {
    base = 16;
    allowed = "0123456789abcdefABCDEF_,";
    digits.remove_prefix(2);
  } else if (digits.starts_with('0') && digits.size() > 1) {
    base = 8;
    allowed = "01234567_,";
    digits.remove_prefix(1);
  }
  if (digits.find_first_not_of(allowed) != std::string_view::npos) return form;
  form.digits = without(digits, "_,");
  if (form.digits.empty()) {
    if (base != 8) return form;  // "0x_" is no number; "0_" is zero
    form.digits = "0";
  }
  form.base = base;
  return form;
}

std::int64_t saturate(const IntegerForm& form) {
  const std::string signed_digits = (form.negative ? "-" : "") + form.digits;
  std::int64_t value = 0;
  const auto [end, error] =
      std::from_chars(signed_digits.data(), signed_digits.data() + signed_digits.size(), value, form.base);
  if (error == std::errc::result_out_of_range) {
    return form.negative ? std::numeric_limits<std::int64_t>::min()
                         : std::numeric_limits<std::int64_t>::max();
  }
  return value;
}

// Schoolbook conversion; only for numbers beyond 64 bits in base 2, 8 or 16.
std::string to_decimal(const IntegerForm& form) {
  std::string decimal = "0";  // least digit first
  for (const char digit : form.digits) {
    int carry = digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10;
    for (char& place : decimal) {
      const int value = (place - '0') * form.base + carry;
      place = static_cast<char>('0' + value % 10);
      carry = value / 10;
    }
    for (; carry > 0; carry /= 10) decimal += static_cast<char>('0' + carry % 10);
  }
  std::reverse(decimal.begin(), decimal.end());
  return decimal;
}

std::string_view resolve_word(std::string_view text, Node& node) {
  if (text.size() > 5) return {};
  if (text == "~" || equals_ignoring_case(text, "null")) {
    node.kind = Kind::null;
  } else if (equals_ignoring_case(text, "yes") || equals_ignoring_case(text, "true") ||
             equals_ignoring_case(text, "on")) {
    node.kind = Kind::boolean;
    node.boolean = true;
  } else if (equals_ignoring_case(text, "no") || equals_ignoring_case(text, "false") ||
             equals_ignoring_case(text, "off")) {
    node.kind = Kind::boolean;
    node.boolean = false;
  }
  return {};
}

void resolve_symbol(std::string_view text, Node& node) {
  text.remove_prefix(1);
  if (text[0] == '"' || text[0] == '\'') {
    if (const std::size_t end = text.rfind(text[0]); end > 0) {
      text = text.substr(1, end - 1);
      if (text.starts_with(':')) text.remove_prefix(1);
    }
  }
  node.text = std::string(text);
  node.is_symbol = true;
}

void set_real(double value, Node& node) {
  node.kind = Kind::real;
  node.real = value;
}

}  // namespace

std::string_view resolve_plain(std::string_view text, Node& node) {
  node.kind = Kind::string;
  node.text = std::string(text);
  if (text.empty()) {
    node.kind = Kind::null;
    return {};
  }
  if (text.find('\n') != std::string_view::npos) return {};
  if (looks_like_word(text)) return resolve_word(text, node);
  if (is_time(text)) return "Time";
  if (is_date(text)) return "Date";
  if (equals_ignoring_case(text, ".inf")) {
    set_real(std::numeric_limits<double>::infinity(), node);
  } else if (equals_ignoring_case(text, "-.inf")) {
    set_real(-std::numeric_limits<double>::infinity(), node);
  } else if (equals_ignoring_case(text, ".nan")) {
    set_real(std::numeric_limits<double>::quiet_NaN(), node);
  } else if (text.size() > 1 && text[0] == ':') {
    resolve_symbol(text, node);
  } else if (Sexagesimal parts; read_sexagesimal(text, parts)) {
    // The first part always weighs 3600, the second 60: `1:30` is 5400.
    double sum = 0;
    constexpr std::array<double, 3> kWeights{3600, 60, 1};
    for (std::size_t i = 0; i < parts.count; ++i) {
      std::string clean = without(parts.parts[i], "_");
      if (clean.ends_with('.')) clean.pop_back();
      sum += parse_double(clean).value_or(0) * kWeights[i];
    }
    if (parts.has_fraction) {
      set_real(sum, node);
    } else {
      constexpr double kLimit = 9.2e18;
      node.kind = Kind::integer;
      node.integer = static_cast<std::int64_t>(std::clamp(sum, -kLimit, kLimit));
    }
  } else if (const auto real = read_float(text)) {
    set_real(*real, node);
  } else if (const IntegerForm form = read_integer_form(text); form.base != 0) {
    node.kind = Kind::integer;
    node.integer = saturate(form);
  }
  return {};
}

std::string integer_to_s(std::int64_t value, std::string_view text) {
  if (value != std::numeric_limits<std::int64_t>::max() &&
      value != std::numeric_limits<std::int64_t>::min()) {
    return std::to_string(value);
  }
  const IntegerForm form = read_integer_form(text);
  constexpr std::size_t kLongestConverted = 1000;
  if (form.base == 0 || (form.base != 10 && form.digits.size() > kLongestConverted)) return std::string(text);
  return (form.negative ? "-" : "") + (form.base == 10 ? form.digits : to_decimal(form));
}

std::string real_to_s(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  std::array<char, 64> buffer;
  const double size = std::fabs(value);
  const bool plain = size == 0 || (size >= 1e-4 && size < 1e16);
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          plain ? std::chars_format::fixed : std::chars_format::scientific);
  std::string out(buffer.data(), end);
  if (plain) return out.find('.') == std::string::npos ? out + ".0" : out;
  const std::size_t exponent = out.find('e');
  if (out.find('.') == std::string::npos) out.insert(exponent, ".0");
  return out;
}

}  // namespace fairlead::parser::yaml
