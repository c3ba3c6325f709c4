// SPDX-License-Identifier: Apache-2.0
#include "parser/select/paths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "parser/select/glob.hpp"

namespace fairlead::parser {
namespace {

std::vector<std::string> unique(const std::vector<std::string>& globs) {
  std::vector<std::string> kept;
  for (const std::string& glob : globs)
    if (std::find(kept.begin(), kept.end(), glob) == kept.end()) kept.push_back(glob);
  return kept;
}

PathConditions::Answer changed(const std::vector<std::string>& paths, const std::vector<std::string>& globs) {
  if (paths.empty()) return {false, "nothing changed"};
  if (paths.size() * globs.size() > kMaxPatternComparisons)
    return {true, fmt::format("more than {} comparisons: taken as changed", kMaxPatternComparisons)};
  for (const std::string& path : paths)
    for (const std::string& glob : globs)
      if (glob_match(glob, path)) return {true, "matched " + path};
  return {false, fmt::format("none of {} changed paths matches", paths.size())};
}

// `**/*.js` and `.js` ask for an ending; anything may stand before it.
std::string_view extension_of(std::string_view glob) {
  if (glob.starts_with("**/*")) glob.remove_prefix(4);
  const bool is_extension =
      glob.starts_with('.') && glob.find('/') == std::string_view::npos && is_plain_glob(glob);
  return is_extension ? glob : std::string_view();
}

// Plain names and endings are cheap and do not count; `paths` is sorted.
PathConditions::Answer found(const std::vector<std::string>& paths, const std::vector<std::string>& globs) {
  std::vector<std::string_view> patterns;
  for (const std::string& glob : globs) {
    if (is_plain_glob(glob)) {
      const auto at = std::lower_bound(paths.begin(), paths.end(), glob);
      const bool prefix = glob.ends_with('/');
      if (at != paths.end() && (prefix ? at->starts_with(glob) : *at == glob)) return {true, "found " + *at};
    } else if (const std::string_view extension = extension_of(glob); !extension.empty()) {
      for (const std::string& path : paths)
        if (path.ends_with(extension)) return {true, "found " + path};
    } else {
      patterns.push_back(glob);
    }
  }
  std::size_t comparisons = 0;
  for (std::string_view pattern : patterns) {
    for (const std::string& path : paths) {
      if (++comparisons > kMaxPatternComparisons)
        return {true, fmt::format("more than {} comparisons: taken as found", kMaxPatternComparisons)};
      if (glob_match(pattern, path)) return {true, "found " + path};
    }
  }
  return {false, fmt::format("none of {} paths matches", paths.size())};
}

}  // namespace

Result<const PathConditions::Diff*> PathConditions::diff(const std::optional<std::string>& compare_to) {
  auto it = diffs_.find(compare_to);
  if (it == diffs_.end()) {
    Result<Diff> paths = repository_->changed_paths(compare_to);
    if (!paths) {
      if (compare_to && paths.error().code == ErrorCode::not_found)
        return make_error(ErrorCode::invalid_argument, "rules:changes:compare_to is not a valid ref");
      return std::move(paths).context("while asking for the changed paths").error();
    }
    it = diffs_.emplace(compare_to, std::move(*paths)).first;
  }
  return &it->second;
}

Result<PathConditions::Answer> PathConditions::changes(const std::vector<std::string>& globs,
                                                       const std::optional<std::string>& compare_to) {
  if (repository_ == nullptr) return Answer{true, "there is no repository to compare in"};
  const auto key = std::make_pair(compare_to, globs);
  if (const auto it = changes_.find(key); it != changes_.end()) return it->second;
  Result<const Diff*> paths = diff(compare_to);
  if (!paths) return paths.error();
  Answer answer =
      **paths ? changed(***paths, unique(globs)) : Answer{true, "there is nothing to compare with"};
  return changes_.emplace(key, std::move(answer)).first->second;
}

Result<PathConditions::Answer> PathConditions::exists(const std::vector<std::string>& globs,
                                                      const std::optional<std::string>& project,
                                                      const std::optional<std::string>& ref) {
  if (globs.empty()) return Answer{false, "no paths are given"};
  if (project) {
    Result<RepositoryView*> other = make_error(ErrorCode::not_found, {});
    if (repository_ != nullptr) other = repository_->other_project(*project, ref);
    if (!other) {
      if (other.error().code == ErrorCode::invalid_argument)
        return make_error(ErrorCode::invalid_argument,
                          fmt::format("rules:exists:ref `{}` is not a valid ref in project `{}`",
                                      ref.value_or(""), *project));
      return make_error(ErrorCode::not_found,
                        fmt::format("rules:exists:project `{}` not found or access denied", *project));
    }
    return found((*other)->paths(), globs);
  }
  if (repository_ == nullptr) return Answer{false, "there is no repository to look in"};
  const auto it = exists_.find(globs);
  if (it != exists_.end()) return it->second;
  return exists_.emplace(globs, found(repository_->paths(), globs)).first->second;
}

}  // namespace fairlead::parser
