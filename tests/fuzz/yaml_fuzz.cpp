// SPDX-License-Identifier: Apache-2.0
// Any bytes as a configuration file: loaded whole, every diagnostic shown and
// the result written and read again. The input may also be included by itself.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "parser/load.hpp"
#include "parser/yaml/documents.hpp"
#include "parser/yaml/emit.hpp"
#include "parser/yaml/json.hpp"

using namespace fairlead;

namespace {

class OneFile final : public parser::IncludeSource {
 public:
  explicit OneFile(const std::string& text) : text_(text) {}
  Result<std::string> read_local(const std::string& path, std::size_t limit) override {
    if (path != "a.yml") return make_error(ErrorCode::not_found, path);
    if (text_.size() > limit) return make_error(ErrorCode::limit_exceeded, path);
    return text_;
  }
  Result<std::vector<std::string>> list_local() override {
    return std::vector<std::string>{"a.yml", "b/c.yml"};
  }

 private:
  const std::string& text_;
};

bool has_symbol(const parser::yaml::Node& node) {
  if (node.is_symbol) return true;
  for (const auto& item : node.items) {
    if (has_symbol(*item)) return true;
  }
  for (const auto& entry : node.entries) {
    if (has_symbol(*entry.key) || has_symbol(*entry.value)) return true;
  }
  return false;
}

// Keys that are lists or maps, or that JSON cannot tell apart, are not compared.
bool comparable(const parser::yaml::Node& node) {
  for (const auto& item : node.items) {
    if (!comparable(*item)) return false;
  }
  for (const auto& entry : node.entries) {
    if (!entry.key->is_string() || entry.key->text == "<<" || !comparable(*entry.value)) return false;
  }
  return node.kind != parser::yaml::Kind::reference;
}

void check_round_trip(const parser::yaml::Node& root) {
  const std::string written = parser::yaml::to_yaml(root);
  if (written.size() > 1024 * 1024 || has_symbol(root) || !comparable(root)) return;
  parser::SourceFiles files;
  parser::Diagnostics diagnostics;
  const auto again = parser::yaml::read_config_text(files, files.add("again.yml", written), diagnostics);
  if (again.failure || parser::yaml::to_json(*again.content) != parser::yaml::to_json(root)) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  OneFile source(text);
  parser::SourceFiles files;
  parser::Diagnostics diagnostics;
  parser::LoadContext context;
  context.variables = {{.key = "A", .value = "a"}, {.key = "CI_COMMIT_BRANCH", .value = "main"}};
  const auto loaded = parser::load_document(".gitlab-ci.yml", text, source, context, files, diagnostics);
  for (const auto& each : diagnostics.all()) {
    if (parser::format_diagnostic(files, each, true).empty()) std::abort();
  }
  if (loaded.root) {
    if (diagnostics.has_errors()) std::abort();
    if (text.size() < 64 * 1024) check_round_trip(*loaded.root);
  } else if (!diagnostics.has_errors()) {
    std::abort();  // refused without a word
  }
  return 0;
}
