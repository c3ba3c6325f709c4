// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

// Private to this folder: nlohmann stays out of the public headers.
namespace fairlead::proto {

// Foreign text -> JSON. Bounded in size and depth; the error says where.
Result<nlohmann::json> parse_json(std::string_view text, std::size_t max_bytes);

// Reads the fields of one JSON object and remembers the first that has a wrong
// type, by its path ("variables[3].key"). A missing field and null leave the
// value as it is. Once something is wrong, the rest reads as absent.
class JsonReader {
 public:
  // Where the first problem is kept, shared by a reader and its children.
  using Problem = std::optional<std::string>;

  JsonReader(const nlohmann::json* object, std::string path, Problem& problem);

  void read(const char* key, std::string& value);
  void read(const char* key, std::int64_t& value);
  void read(const char* key, int& value);
  void read(const char* key, bool& value);
  void read(const char* key, std::vector<std::string>& value);

  // The object under `key`; reads as empty when there is none.
  JsonReader child(const char* key);
  // Whether there is something other than null.
  bool has(const char* key) const;

  // Calls `each(JsonReader)` for the objects of the list under `key`; entries
  // that are null are passed over.
  template <class Each>
  void list(const char* key, Each each) {
    const nlohmann::json* items = array(key);
    for (std::size_t i = 0; items != nullptr && i < items->size() && !problem_; ++i)
      if (!(*items)[i].is_null())
        each(JsonReader(&(*items)[i], name(key) + "[" + std::to_string(i) + "]", problem_));
  }
  // Calls `each(key, JsonReader)` for an object whose values are objects.
  template <class Each>
  void entries(Each each) {
    if (object_ == nullptr) return;
    for (const auto& [key, value] : object_->items())
      if (!value.is_null() && !problem_) each(key, JsonReader(&value, name(key.c_str()), problem_));
  }
  // Calls `each(key, text)` for an object whose values are strings.
  template <class Each>
  void strings(Each each) {
    if (object_ == nullptr) return;
    for (const auto& [key, value] : object_->items()) {
      std::string text;
      read(key.c_str(), text);
      if (!value.is_null() && !problem_) each(key, text);
    }
  }

  // For values of the right type that mean nothing.
  void fail(const char* key, std::string_view what);

 private:
  const nlohmann::json* find(const char* key) const;
  const nlohmann::json* array(const char* key);
  std::string name(const char* key) const;
  void wrong(const char* key, std::string_view wanted, const nlohmann::json& got);

  const nlohmann::json* object_;
  std::string path_;
  Problem& problem_;
};

}  // namespace fairlead::proto
