// SPDX-License-Identifier: Apache-2.0
#include "parser/yaml/reader.hpp"

#include <yaml.h>

#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "parser/yaml/builder.hpp"

namespace fairlead::parser::yaml {

namespace {

std::string_view text_of(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&event_); }
  yaml_event_t* get() { return &event_; }
  const yaml_event_t* operator->() const { return &event_; }

 private:
  yaml_event_t event_{};
};

// libyaml over one fragment, its marks made marks of the file.
class Stream {
 public:
  Stream(const SourceFiles& files, Fragment fragment) : files_(files), fragment_(fragment) {
    std::string_view text = files.text(fragment.file).substr(fragment.offset, fragment.length);
    if (fragment.offset == 0 && text.starts_with("\xEF\xBB\xBF")) {
      text.remove_prefix(3);
      fragment_.offset = 3;
    }
    start_ = files.mark_at(fragment.file, fragment_.offset);
    yaml_parser_initialize(&parser_);
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { yaml_parser_delete(&parser_); }

  bool next(Event& event) { return yaml_parser_parse(&parser_, event.get()) != 0; }

  Mark mark(const yaml_mark_t& mark) const {
    const auto line = static_cast<std::uint32_t>(mark.line);
    const auto column = static_cast<std::uint32_t>(mark.column);
    return Mark{fragment_.file, start_.line + line, (line == 0 ? start_.column : 1) + column};
  }

  // Psych's SyntaxError: problem, context and the place of the *context*, all
  // zero when there is none. The diagnostic's own mark is the problem's.
  Diagnostic error() const {
    std::string text = parser_.problem == nullptr ? "out of memory" : parser_.problem;
    if (parser_.context != nullptr) text += std::string(" ") + parser_.context;
    const bool in_first_line = parser_.context_mark.line == 0;
    const std::size_t line = parser_.context_mark.line + (parser_.context == nullptr ? 1 : start_.line);
    const std::size_t column =
        parser_.context_mark.column + (in_first_line && parser_.context != nullptr ? start_.column : 1);
    Diagnostic diagnostic;
    diagnostic.message = fmt::format("(<unknown>): {} at line {} column {}", text, line, column);
    if (parser_.error == YAML_READER_ERROR) {
      const std::size_t offset = fragment_.offset + parser_.problem_offset;
      diagnostic.mark = files_.mark_at(fragment_.file, offset);
      diagnostic.hint = byte_hint(offset);
    } else {
      const bool has_problem_mark = parser_.problem_mark.index != 0 || parser_.context == nullptr;
      diagnostic.mark = mark(has_problem_mark ? parser_.problem_mark : parser_.context_mark);
      diagnostic.hint = place_hint(diagnostic.mark, text);
    }
    return diagnostic;
  }

 private:
  std::string byte_hint(std::size_t offset) const {
    const std::string_view text = files_.text(fragment_.file);
    if (offset >= text.size()) return fmt::format("the file ends within a character at byte {}", text.size());
    return fmt::format("byte 0x{:02X} at offset {} cannot stand in YAML; save the file as UTF-8 text",
                       static_cast<unsigned>(static_cast<unsigned char>(text[offset])), offset);
  }

  std::string place_hint(Mark place, std::string_view problem) const {
    const std::string_view line = files_.line(place);
    const std::string_view indent = line.substr(0, line.find_first_not_of(" \t"));
    if (indent.find('\t') != std::string_view::npos && place.column <= indent.size() + 1) {
      return "a tab cannot indent YAML: use spaces";
    }
    if (const std::size_t number = conflict_line(); number != 0) {
      return fmt::format("line {} is left from a merge conflict: resolve it", number);
    }
    if (problem.starts_with("mapping values are not allowed"))
      return "a value that holds \": \" must be quoted";
    if (problem.find("while scanning an alias") != std::string_view::npos ||
        problem.find("while scanning an anchor") != std::string_view::npos) {
      return "a value that starts with * or & must be quoted";
    }
    if (problem.starts_with("did not find expected key while parsing a block mapping")) {
      const char closing = last_before(line, place.column);
      if (closing != 0 && std::string_view("]}\"'").find(closing) != std::string_view::npos) {
        return fmt::format("text goes on after the closing {}: quote the whole value", closing);
      }
    }
    return {};
  }

  // The number of the line where git began a conflict that it could not merge, or 0.
  std::size_t conflict_line() const {
    const std::string_view text = files_.text(fragment_.file);
    constexpr std::string_view kMarker = "<<<<<<< ";
    std::size_t at = 0;
    if (!text.starts_with(kMarker)) {
      const std::size_t found = text.find("\n<<<<<<< ");
      if (found == std::string_view::npos) return 0;
      at = found + 1;
    }
    return files_.mark_at(fragment_.file, at).line;
  }

  // The last character before a column that is no blank, or 0.
  static char last_before(std::string_view line, std::size_t column) {
    std::size_t end = 0;
    for (std::size_t characters = 0; end < line.size(); ++end) {
      const bool starts = (static_cast<unsigned char>(line[end]) & 0xC0U) != 0x80U;
      if (starts && ++characters == column) break;
    }
    const std::size_t last = line.substr(0, end).find_last_not_of(" \t");
    return last == std::string_view::npos ? '\0' : line[last];
  }

  const SourceFiles& files_;
  Fragment fragment_;
  Mark start_;
  yaml_parser_t parser_{};
};

bool take(Builder& builder, const yaml_event_t& event, Mark mark) {
  switch (event.type) {
    case YAML_SCALAR_EVENT: {
      const auto& scalar = event.data.scalar;
      const Builder::Scalar value{
          .text = std::string_view(reinterpret_cast<const char*>(scalar.value), scalar.length),
          .tag = text_of(scalar.tag),
          .quoted = scalar.quoted_implicit != 0,
      };
      return builder.scalar(value, text_of(scalar.anchor), mark);
    }
    case YAML_ALIAS_EVENT:
      return builder.alias(text_of(event.data.alias.anchor), mark);
    case YAML_SEQUENCE_START_EVENT:
      return builder.open_sequence(text_of(event.data.sequence_start.tag),
                                   text_of(event.data.sequence_start.anchor), mark);
    case YAML_MAPPING_START_EVENT:
      return builder.open_mapping(text_of(event.data.mapping_start.tag),
                                  text_of(event.data.mapping_start.anchor), mark);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      return builder.close();
    default:
      return true;
  }
}

}  // namespace

Reading read_fragment(const SourceFiles& files, Fragment fragment, Diagnostics& diagnostics,
                      const Limits& limits) {
  Reading reading;
  Stream stream(files, fragment);
  Builder builder(files, diagnostics, limits);
  for (;;) {
    Event event;
    if (!stream.next(event)) {
      reading.failure = stream.error();
      return reading;
    }
    if (event->type == YAML_DOCUMENT_END_EVENT || event->type == YAML_STREAM_END_EVENT) break;
    if (!take(builder, *event.get(), stream.mark(event->start_mark))) {
      reading.failure = builder.failure();
      return reading;
    }
  }
  reading.root = builder.root();
  return reading;
}

}  // namespace fairlead::parser::yaml
