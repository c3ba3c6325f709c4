// SPDX-License-Identifier: Apache-2.0
#include "parser/entry/at.hpp"

#include <utility>

namespace fairlead::parser::entry {

void At::config(std::string_view text, Mark mark, std::string hint) const {
  std::string line = location();
  line.append(line.empty() ? "config " : " config ").append(text);
  diagnostics_->error(downcase(line), mark, std::move(hint));
}

void At::attribute(std::string_view name, std::string_view text, Mark mark, std::string hint) const {
  std::string line = location();
  if (!line.empty()) line.push_back(' ');
  line.append(humanise(name)).append(" ").append(text);
  diagnostics_->error(downcase(line), mark, std::move(hint));
}

void At::shape(std::string_view text, Mark mark, std::string hint) const {
  diagnostics_->error(location().append(" ").append(text), mark, std::move(hint));
}

std::string At::location() const {
  std::string out;
  append_location(out);
  return out;
}

void At::append_location(std::string& out) const {
  if (parent_ == nullptr) return;
  parent_->append_location(out);
  if (!out.empty()) out.push_back(':');
  out.append(key_);
}

std::string humanise(std::string_view attribute) {
  while (!attribute.empty() && attribute.front() == '_') attribute.remove_prefix(1);
  if (attribute.size() > 3 && attribute.ends_with("_id")) attribute.remove_suffix(3);
  std::string out(attribute);
  for (char& c : out) {
    if (c == '_' || c == '.') c = ' ';
  }
  return out;
}

namespace {

// The lower-case twin of a two-byte UTF-8 letter, or the letter itself.
unsigned lower_code_point(unsigned c) {
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 0x20;
  if (c >= 0x391 && c <= 0x3A9 && c != 0x3A2) return c + 0x20;
  if (c >= 0x410 && c <= 0x42F) return c + 0x20;
  if (c >= 0x400 && c <= 0x40F) return c + 0x50;
  return c;
}

}  // namespace

std::string downcase(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto byte = static_cast<unsigned char>(out[i]);
    if (byte >= 'A' && byte <= 'Z') {
      out[i] = static_cast<char>(byte + 0x20);
    } else if (byte >= 0xC3 && byte <= 0xD0 && i + 1 < out.size()) {
      const auto next = static_cast<unsigned char>(out[i + 1]);
      if ((next & 0xC0U) != 0x80U) continue;
      const unsigned lower = lower_code_point(((byte & 0x1FU) << 6U) | (next & 0x3FU));
      out[i] = static_cast<char>(0xC0U | (lower >> 6U));
      out[i + 1] = static_cast<char>(0x80U | (lower & 0x3FU));
      ++i;
    }
  }
  return out;
}

}  // namespace fairlead::parser::entry
