// SPDX-License-Identifier: Apache-2.0
#include "runner/artifacts/glob.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <set>

namespace fairlead::runner {

namespace {

constexpr std::size_t kMaxAlternatives = 10'000;
constexpr std::size_t kMaxDepth = 512;

Error bad_pattern(std::string_view pattern, std::string_view why) {
  return make_error(ErrorCode::invalid_argument,
                    "syntax error in pattern \"" + std::string(pattern) + "\": " + std::string(why));
}

// Takes one character of UTF-8 (or one byte that is none) off the front.
std::uint32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t value = lead < 0x80 ? lead : lead < 0xC0 ? lead : lead & (0x7FU >> length);
  if (length > text.size()) length = 1;
  for (std::size_t i = 1; i < length; ++i) value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  text.remove_prefix(length);
  return value;
}

// The position behind the `]` that closes the class at `at`; npos: none.
std::size_t class_end(std::string_view pattern, std::size_t at) {
  std::size_t i = at + 1;
  if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) ++i;
  for (bool first = true; i < pattern.size(); ++i, first = false) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      ++i;
    } else if (pattern[i] == ']' && !first) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// `{a,b{c,d}}` -> each choice. Escapes and classes are left alone.
Result<void> expand_braces(std::string_view pattern, std::vector<std::string>& out) {
  std::size_t open = std::string_view::npos;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[') {
      const std::size_t end = class_end(pattern, i);
      if (end == std::string_view::npos) return bad_pattern(pattern, "'[' is not closed");
      i = end - 1;
    } else if (pattern[i] == '{') {
      open = i;
      break;
    }
  }
  if (open == std::string_view::npos) {
    if (out.size() >= kMaxAlternatives)
      return make_error(ErrorCode::limit_exceeded, "a pattern has more than 10000 alternatives");
    out.emplace_back(pattern);
    return {};
  }
  std::vector<std::string_view> choices;
  std::size_t depth = 0, from = open + 1, close = std::string_view::npos;
  for (std::size_t i = open; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
    } else if (c == '[') {
      const std::size_t end = class_end(pattern, i);
      if (end == std::string_view::npos) return bad_pattern(pattern, "'[' is not closed");
      i = end - 1;
    } else if (c == '{') {
      if (++depth > kMaxDepth)
        return make_error(ErrorCode::limit_exceeded, "a pattern has braces nested too deeply");
    } else if (c == ',' && depth == 1) {
      choices.push_back(pattern.substr(from, i - from));
      from = i + 1;
    } else if (c == '}' && --depth == 0) {
      choices.push_back(pattern.substr(from, i - from));
      close = i;
      break;
    }
  }
  if (close == std::string_view::npos) return bad_pattern(pattern, "'{' is not closed");
  for (const std::string_view choice : choices) {
    std::string one(pattern.substr(0, open));
    one.append(choice).append(pattern.substr(close + 1));
    FAIRLEAD_TRY(expand_braces(one, out));
  }
  return {};
}

bool in_class(std::string_view body, std::uint32_t wanted) {
  const bool negated = !body.empty() && (body[0] == '!' || body[0] == '^');
  if (negated) body.remove_prefix(1);
  const auto next = [&] {
    if (body[0] == '\\' && body.size() > 1) body.remove_prefix(1);
    return take_character(body);
  };
  bool found = false;
  while (!body.empty()) {
    const std::uint32_t low = next();
    std::uint32_t high = low;
    if (body.size() > 1 && body[0] == '-') {
      body.remove_prefix(1);
      high = next();
    }
    found = found || (low <= wanted && wanted <= high);
  }
  return found != negated;
}

// One name against one component, with backtracking to the last `*` only.
bool match_name(std::string_view pattern, std::string_view name) {
  std::string_view star_pattern, star_name;
  bool starred = false;
  for (;;) {
    if (!pattern.empty() && pattern[0] == '*') {
      pattern.remove_prefix(1);
      star_pattern = pattern;
      star_name = name;
      starred = true;
      continue;
    }
    if (name.empty() && pattern.empty()) return true;
    bool ok = false;
    if (!name.empty() && !pattern.empty()) {
      std::string_view rest = name;
      const std::uint32_t character = take_character(rest);
      if (pattern[0] == '?') {
        ok = true;
        pattern.remove_prefix(1);
      } else if (pattern[0] == '[') {
        const std::size_t end = class_end(pattern, 0);
        ok = in_class(pattern.substr(1, end - 2), character);
        pattern.remove_prefix(end);
      } else {
        if (pattern[0] == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
        ok = take_character(pattern) == character;
      }
      if (ok) name = rest;
    }
    if (ok) continue;
    if (!starred || star_name.empty()) return false;
    (void)take_character(star_name);
    name = star_name;
    pattern = star_pattern;
  }
}

bool has_special(std::string_view component) {
  return component.find_first_of("*?[\\") != std::string_view::npos;
}

using Names = std::vector<std::string_view>;

bool match_path(const std::vector<std::string>& pattern, std::size_t p, const Names& path, std::size_t n) {
  // As for a name: only the last `**` needs another try.
  std::size_t star = std::string::npos, star_at = 0;
  for (;;) {
    if (p < pattern.size() && pattern[p] == "**") {
      star = ++p;
      star_at = n;
    } else if (p == pattern.size() && n == path.size()) {
      return true;
    } else if (p < pattern.size() && n < path.size() && match_name(pattern[p], path[n])) {
      ++p;
      ++n;
    } else if (star != std::string::npos && star_at < path.size()) {
      n = ++star_at;
      p = star;
    } else {
      return false;
    }
  }
}

enum class Kind { none, folder, other };

Kind kind_of(const std::string& path, bool follow) {
  struct stat info;
  if ((follow ? ::stat(path.c_str(), &info) : ::lstat(path.c_str(), &info)) != 0) return Kind::none;
  return S_ISDIR(info.st_mode) ? Kind::folder : Kind::other;
}

// Walks the tree along the components; what it meets goes into `found`.
class Finder {
 public:
  Finder(std::string root, const std::vector<std::string>& components, std::set<std::string>& found)
      : root_(std::move(root)), components_(components), found_(found) {}

  void walk(const std::string& at, std::size_t component, std::size_t depth) {
    // Two `**` can reach one place in many ways.
    if (depth > kMaxDepth || !seen_.emplace(component, at).second) return;
    if (component == components_.size()) {
      if (kind_of(absolute(at), false) != Kind::none) found_.insert(at.empty() ? "." : at);
      return;
    }
    const std::string& name = components_[component];
    if (name == "**") {
      walk(at, component + 1, depth);
      if (kind_of(absolute(at), false) != Kind::folder) return;
      for_each(at, [&](const std::string& child, unsigned char type) {
        // As the last component `**` stands for names of any kind.
        if (type == DT_DIR || (component + 1 == components_.size())) walk(child, component, depth + 1);
      });
    } else if (!has_special(name)) {
      const std::string child = join(at, name);
      const Kind kind = kind_of(absolute(child), component + 1 < components_.size());
      if (kind == Kind::folder || (kind == Kind::other && component + 1 == components_.size()))
        walk(child, component + 1, depth + 1);
    } else {
      for_each(at, [&](const std::string& child, unsigned char) {
        const std::size_t slash = child.rfind('/');
        const std::string_view last =
            std::string_view(child).substr(slash == std::string::npos ? 0 : slash + 1);
        if (match_name(name, last)) walk(child, component + 1, depth + 1);
      });
    }
  }

 private:
  static std::string join(const std::string& at, const std::string& name) {
    return at.empty() ? name : at + "/" + name;
  }
  std::string absolute(const std::string& at) const { return at.empty() ? root_ : root_ + "/" + at; }

  template <class Visit>
  void for_each(const std::string& at, Visit visit) {
    std::vector<std::pair<std::string, unsigned char>> children;
    DIR* folder = ::opendir(absolute(at).c_str());
    if (folder == nullptr) return;
    while (const dirent* entry = ::readdir(folder)) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      children.emplace_back(join(at, std::string(name)), entry->d_type);
    }
    ::closedir(folder);
    for (auto& [child, type] : children) {
      if (type == DT_UNKNOWN) type = kind_of(absolute(child), false) == Kind::folder ? DT_DIR : DT_REG;
      visit(child, type);
    }
  }

  std::string root_;
  const std::vector<std::string>& components_;
  std::set<std::string>& found_;
  std::set<std::pair<std::size_t, std::string>> seen_;
};

}  // namespace

Result<Glob> Glob::parse(std::string_view pattern) {
  std::vector<std::string> flat;
  FAIRLEAD_TRY(expand_braces(pattern, flat));
  Glob glob;
  for (const std::string& one : flat) {
    Components components;
    std::string current;
    const auto finish = [&] {
      if (current == "..") {
        if (!components.empty() && components.back() != "..")
          components.pop_back();
        else
          components.push_back("..");  // matches nothing: no name is ".."
      } else if (!current.empty() && current != ".") {
        // `**` next to another is the same as one.
        if (current != "**" || components.empty() || components.back() != "**") components.push_back(current);
      }
      current.clear();
    };
    for (std::size_t i = 0; i < one.size(); ++i) {
      if (one[i] == '\\' && i + 1 < one.size()) {
        current.push_back(one[i]);
        current.push_back(one[++i]);
      } else if (one[i] == '[') {
        const std::size_t end = class_end(one, i);
        if (end == std::string_view::npos) return bad_pattern(pattern, "'[' is not closed");
        current.append(one, i, end - i);
        i = end - 1;
      } else if (one[i] == '/') {
        finish();
      } else {
        current.push_back(one[i]);
      }
    }
    finish();
    glob.alternatives_.push_back(std::move(components));
  }
  return glob;
}

bool Glob::matches(std::string_view path) const {
  Names names;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    if (!name.empty() && name != ".") names.push_back(name);
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return std::any_of(alternatives_.begin(), alternatives_.end(),
                     [&](const Components& pattern) { return match_path(pattern, 0, names, 0); });
}

std::vector<std::string> Glob::find(const std::filesystem::path& root) const {
  std::set<std::string> found;
  for (const Components& components : alternatives_) {
    if (!components.empty() && components.front() == "..") continue;
    Finder(root.string(), components, found).walk("", 0, 0);
  }
  return {found.begin(), found.end()};
}

std::string_view glob_base(std::string_view pattern) {
  const std::size_t special = pattern.find_first_of("*?[{\\");
  if (special == std::string_view::npos) return pattern;
  const std::size_t slash = pattern.substr(0, special).rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : pattern.substr(0, slash);
}

}  // namespace fairlead::runner
