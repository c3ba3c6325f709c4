// SPDX-License-Identifier: Apache-2.0
#include "parser/yaml/json.hpp"

#include <cmath>
#include <cstdlib>

#include <nlohmann/json.hpp>

namespace fairlead::parser::yaml {

namespace {

using Json = nlohmann::ordered_json;

Json value_of(const Node& node) {
  switch (node.kind) {
    case Kind::null:
      return nullptr;
    case Kind::boolean:
      return node.boolean;
    case Kind::integer:
      return node.integer;
    case Kind::real:
      if (!std::isfinite(node.real)) return node.to_s();
      return node.real;
    case Kind::string:
      return node.text;
    case Kind::sequence: {
      Json list = Json::array();
      for (const NodePtr& item : node.items) list.push_back(value_of(*item));
      return list;
    }
    case Kind::mapping: {
      Json map = Json::object();
      for (const Entry& entry : node.entries) map[entry.key->to_s()] = value_of(*entry.value);
      return map;
    }
    case Kind::reference: {
      Json list = Json::array();
      for (const NodePtr& item : node.items) list.push_back(value_of(*item));
      return Json{{"!reference", std::move(list)}};
    }
  }
  return nullptr;
}

}  // namespace

std::string to_json(const Node& node) {
  return value_of(node).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace fairlead::parser::yaml
