// SPDX-License-Identifier: Apache-2.0
#include "parser/variables/expand.hpp"

#include "parser/variables/reference.hpp"

namespace fairlead::parser {
namespace {

bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

std::string_view name_at(std::string_view text, std::size_t at) {
  if (at >= text.size() || !starts_name(text[at])) return {};
  std::size_t end = at + 1;
  while (end < text.size() && (starts_name(text[end]) || (text[end] >= '0' && text[end] <= '9'))) ++end;
  return text.substr(at, end - at);
}

// The reference that starts exactly at `at`, where `$` or `%` stands.
Reference reference_at(std::string_view text, std::size_t at, bool escapes) {
  const char sign = text[at];
  if (escapes && at + 1 < text.size() && text[at + 1] == sign) return {at, 2, {}};
  if (sign == '%') {
    const std::string_view name = name_at(text, at + 1);
    const std::size_t end = at + 1 + name.size();
    if (!name.empty() && end < text.size() && text[end] == '%') return {at, name.size() + 2, name};
    return {};
  }
  if (at + 1 < text.size() && text[at + 1] == '{') {
    const std::string_view name = name_at(text, at + 2);
    const std::size_t end = at + 2 + name.size();
    if ((!name.empty() || escapes) && end < text.size() && text[end] == '}')
      return {at, name.size() + 3, name};
    return {};
  }
  const std::string_view name = name_at(text, at + 1);
  if (name.empty()) return {};
  return {at, name.size() + 1, name};
}

template <class Replace>  // (Reference, std::string& out)
std::string replace_references(std::string_view text, bool escapes, Replace replace) {
  std::string out;
  std::size_t at = 0;
  for (Reference ref = next_reference(text, 0, escapes); ref.start != std::string_view::npos;
       ref = next_reference(text, at, escapes)) {
    out.append(text, at, ref.start - at);
    replace(ref, out);
    at = ref.start + ref.size;
  }
  return out.append(text.substr(at));
}

}  // namespace

Reference next_reference(std::string_view text, std::size_t from, bool escapes) {
  for (std::size_t at = text.find_first_of("$%", from); at != std::string_view::npos;
       at = text.find_first_of("$%", at + 1)) {
    const Reference found = reference_at(text, at, escapes);
    if (found.start != std::string_view::npos) return found;
  }
  return {};
}

std::string expand(std::string_view text, const VariableLookup& variables, ExpandOptions options) {
  return replace_references(text, false, [&](const Reference& ref, std::string& out) {
    const model::Variable* variable = variables.find(ref.name);
    const bool keep =
        variable == nullptr ? options.unknown == Unknown::keep : variable->file && !options.expand_file_refs;
    if (keep) {
      out.append(text, ref.start, ref.size);
    } else if (variable != nullptr) {
      if (out.size() + variable->value.size() > kMaxExpandedBytes)
        out.append(text, ref.start, ref.size);
      else
        out.append(variable->value);
    }
  });
}

std::string expand_existing(std::string_view text, const VariableLookup& variables) {
  return expand(text, variables, {.unknown = Unknown::keep});
}

Result<std::string> expand_unmasked(std::string_view text, const VariableLookup& variables,
                                    ExpandOptions options) {
  for (Reference ref = next_reference(text, 0, false); ref.start != std::string_view::npos;
       ref = next_reference(text, ref.start + ref.size, false)) {
    const model::Variable* variable = variables.find(ref.name);
    if (variable != nullptr && variable->masked)
      return make_error(ErrorCode::permission_denied, "masked variables cannot be expanded");
  }
  return expand(text, variables, options);
}

bool possible_reference(std::string_view text) { return text.find_first_of("$%") != std::string_view::npos; }

std::vector<std::string_view> references_of(const model::Variable& variable) {
  std::vector<std::string_view> names;
  if (variable.raw) return names;
  const std::string_view text = variable.value;
  for (Reference ref = next_reference(text, 0, true); ref.start != std::string_view::npos;
       ref = next_reference(text, ref.start + ref.size, true))
    if (!ref.name.empty()) names.push_back(ref.name);
  return names;
}

}  // namespace fairlead::parser
