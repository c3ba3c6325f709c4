// SPDX-License-Identifier: Apache-2.0
#include "proto/api/json_reader.hpp"

#include <limits>

namespace fairlead::proto {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 32;  // the payload needs six

}  // namespace

Result<json> parse_json(std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes)
    return make_error(ErrorCode::limit_exceeded,
                      "the JSON text has more than " + std::to_string(max_bytes) + " bytes");
  bool too_deep = false;
  const auto bounded = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;  // what is left out takes no memory
  };
  try {
    json value = json::parse(text, bounded);
    if (too_deep)
      return make_error(ErrorCode::limit_exceeded,
                        "the JSON text is nested more than " + std::to_string(kMaxDepth) + " deep");
    return value;
  } catch (const json::exception& error) {
    return make_error(ErrorCode::invalid_argument, std::string("not valid JSON: ") + error.what());
  }
}

JsonReader::JsonReader(const json* object, std::string path, Problem& problem)
    : object_(object), path_(std::move(path)), problem_(problem) {
  if (object_ == nullptr || object_->is_object()) return;
  if (!object_->is_null() && !problem_)
    problem_ = (path_.empty() ? "the answer" : path_) + " should be an object, not " + object_->type_name();
  object_ = nullptr;
}

const json* JsonReader::find(const char* key) const {
  if (object_ == nullptr || problem_) return nullptr;
  const auto it = object_->find(key);
  return it == object_->end() || it->is_null() ? nullptr : &*it;
}

bool JsonReader::has(const char* key) const { return find(key) != nullptr; }

std::string JsonReader::name(const char* key) const { return path_.empty() ? key : path_ + "." + key; }

void JsonReader::wrong(const char* key, std::string_view wanted, const json& got) {
  fail(key, "should be " + std::string(wanted) + ", not " + got.type_name());
}

void JsonReader::fail(const char* key, std::string_view what) {
  if (!problem_) problem_ = name(key) + " " + std::string(what);
}

void JsonReader::read(const char* key, std::string& value) {
  const json* found = find(key);
  if (found == nullptr) return;
  if (!found->is_string()) return wrong(key, "a string", *found);
  value = found->get_ref<const std::string&>();
}

void JsonReader::read(const char* key, std::int64_t& value) {
  const json* found = find(key);
  if (found == nullptr) return;
  if (!found->is_number_integer()) return wrong(key, "a whole number", *found);
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
    return fail(key, "is too large");
  value = found->get<std::int64_t>();
}

void JsonReader::read(const char* key, int& value) {
  std::int64_t wide = value;
  read(key, wide);
  if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max())
    return fail(key, "is too large");
  value = static_cast<int>(wide);
}

void JsonReader::read(const char* key, bool& value) {
  const json* found = find(key);
  if (found == nullptr) return;
  if (!found->is_boolean()) return wrong(key, "true or false", *found);
  value = found->get<bool>();
}

const json* JsonReader::array(const char* key) {
  const json* found = find(key);
  if (found == nullptr) return nullptr;
  if (found->is_array()) return found;
  wrong(key, "a list", *found);
  return nullptr;
}

void JsonReader::read(const char* key, std::vector<std::string>& value) {
  const json* items = array(key);
  if (items == nullptr) return;
  value.clear();
  for (std::size_t i = 0; i < items->size(); ++i) {
    const json& item = (*items)[i];
    if (!item.is_string()) {
      const std::string place = std::string(key) + "[" + std::to_string(i) + "]";
      return wrong(place.c_str(), "a string", item);
    }
    value.push_back(item.get_ref<const std::string&>());
  }
}

JsonReader JsonReader::child(const char* key) { return {find(key), name(key), problem_}; }

}  // namespace fairlead::proto
