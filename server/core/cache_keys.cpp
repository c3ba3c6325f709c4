// SPDX-License-Identifier: Apache-2.0
#include "server/core/cache_keys.hpp"

#include <algorithm>
#include <set>

#include "server/core/digest.hpp"

namespace fairlead::server {
namespace {

using parser::CacheKeyFiles;
using parser::RepositoryView;

// `*` matches within one folder, `**` anything. Iterative: the pattern is
// foreign input.
bool matches(std::string_view pattern, std::string_view path) {
  struct Retry {
    std::size_t pattern, path;
    bool any;
  };
  std::vector<Retry> stack;
  std::size_t p = 0, s = 0, steps = 0;
  for (;;) {
    if (++steps > 100'000) return false;
    if (p < pattern.size() && pattern[p] == '*') {
      const bool any = p + 1 < pattern.size() && pattern[p + 1] == '*';
      p += any ? 2 : 1;
      // A later star of the same reach makes an earlier one's retries needless.
      if (any) stack.clear();
      if (!stack.empty() && !stack.back().any) stack.pop_back();
      stack.push_back({p, s, any});
      continue;
    }
    if (p == pattern.size() && s == path.size()) return true;
    if (p < pattern.size() && s < path.size() && pattern[p] == path[s]) {
      ++p, ++s;
      continue;
    }
    while (!stack.empty()) {
      Retry& retry = stack.back();
      if (retry.path < path.size() && (retry.any || path[retry.path] != '/')) {
        s = ++retry.path;
        p = retry.pattern;
        break;
      }
      stack.pop_back();
    }
    if (stack.empty()) return false;
  }
}

Result<std::string> digest(const CacheKeyFiles& key, RepositoryView* repository) {
  std::set<std::string> files, ids;
  for (const auto& file : key.files) {
    if (file.find('*') != std::string::npos && !key.by_commit && repository != nullptr) {
      for (const auto& path : repository->paths())
        if (matches(file, path)) files.insert(path);
    } else if (!file.empty()) {
      files.insert(file);
    }
  }
  for (const auto& file : files) {
    if (repository == nullptr) break;
    auto id = key.by_commit ? repository->last_commit_id(file) : repository->blob_id(file);
    if (!id.ok()) return std::move(id).context("while making the cache key from " + file);
    if (!id->empty()) ids.insert(*id);
  }
  if (ids.empty()) return std::string("default");
  std::string joined;
  for (const auto& id : ids) joined += (joined.empty() ? "" : "-") + id;
  return sha1_hex(joined);
}

std::string default_prefix(std::size_t index, const CacheKeyFiles& key) {
  std::string prefix = std::to_string(index);
  if (key.by_commit) return prefix;
  for (std::size_t i = 0; i < key.files.size(); ++i)
    prefix += "_" + key.files[i].substr(0, key.files[i].find('.'));
  return prefix;
}

}  // namespace

Result<std::vector<std::string>> cache_keys(const std::vector<parser::CacheConfig>& caches,
                                            RepositoryView* repository) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < caches.size(); ++i) {
    const auto& key = caches[i].key;
    if (!key) {
      keys.emplace_back("default");
    } else if (const auto* text = std::get_if<std::string>(&*key)) {
      keys.push_back(*text);
    } else {
      const auto& files = std::get<CacheKeyFiles>(*key);
      auto hash = digest(files, repository);
      if (!hash.ok()) return hash.error();
      const std::string prefix = files.prefix.value_or(default_prefix(i, files));
      keys.push_back(prefix.empty() ? *hash : prefix + "-" + *hash);
    }
  }
  return keys;
}

std::string separated_key(const std::string& key, const parser::CacheConfig& cache, bool ref_protected) {
  return key + (ref_protected && !cache.unprotect ? "-protected" : "-non_protected");
}

}  // namespace fairlead::server
