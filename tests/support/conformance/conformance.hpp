// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

// Tests over the conformance data, which is read in place and not part of the
// repository: $FAIRLEAD_CONFORMANCE, or ../shared/conformance beside it.
namespace fairlead::tests {

inline std::filesystem::path conformance_root() {
  if (const char* given = std::getenv("FAIRLEAD_CONFORMANCE"); given != nullptr && *given != '\0')
    return given;
  return FAIRLEAD_CONFORMANCE_DEFAULT;
}

inline nlohmann::json conformance_file(const std::string& name) {
  std::ifstream file(conformance_root() / name);
  if (!file) return nullptr;
  return nlohmann::json::parse(file, nullptr, false);
}

// "some text, odd" -> "some_text__odd": letters and digits only, so that any
// case can be named on the command line.
inline std::string test_name(const std::string& text) {
  std::string name;
  for (char c : text.substr(0, 60)) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

// One named GoogleTest case per element of a JSON array. With the data absent
// there is one case per suite that says so and is skipped.
inline void register_cases(const std::string& suite, const nlohmann::json& cases,
                           const std::function<std::string(const nlohmann::json&)>& name,
                           const std::function<void(const nlohmann::json&)>& check) {
  class Case : public testing::Test {
   public:
    Case(nlohmann::json data, std::function<void(const nlohmann::json&)> body)
        : data_(std::move(data)), body_(std::move(body)) {}
    void TestBody() override {
      if (data_.is_null()) GTEST_SKIP() << "no conformance data at " << conformance_root();
      SCOPED_TRACE(data_.dump());
      body_(data_);
    }

   private:
    nlohmann::json data_;
    std::function<void(const nlohmann::json&)> body_;
  };
  const auto add = [&](const std::string& case_name, const nlohmann::json& data) {
    testing::RegisterTest(suite.c_str(), case_name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [data, check]() -> testing::Test* { return new Case(data, check); });
  };
  if (!cases.is_array() || cases.empty()) {
    add("data_is_absent", nullptr);
    return;
  }
  for (std::size_t i = 0; i < cases.size(); ++i)
    add(std::to_string(i) + "_" + test_name(name(cases[i])), cases[i]);
}

}  // namespace fairlead::tests
