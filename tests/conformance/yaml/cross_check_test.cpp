// SPDX-License-Identifier: Apache-2.0
// Every YAML file of the conformance data, read by libyaml (ours) and by
// yaml-cpp: the same shape and the same text everywhere. What both must agree
// on is syntax; what scalars mean is Psych's and has tests of its own.
#include <yaml-cpp/yaml.h>

#include <functional>
#include <set>

#include "parser/yaml/emit.hpp"
#include "parser/yaml/json.hpp"
#include "tests/support/conformance/conformance.hpp"
#include "tests/support/yaml.hpp"

namespace fairlead::parser {
namespace {

using nlohmann::json;

std::string slurp(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class Compare {
 public:
  void nodes(const yaml::Node& ours, const YAML::Node& theirs, const std::string& path) {
    if (++visited_ > 200'000) return;  // aliases written out
    switch (ours.kind) {
      case yaml::Kind::sequence:
      case yaml::Kind::reference:
        if (!theirs.IsSequence()) return differ(path, "a list", theirs);
        if (ours.items.size() != theirs.size()) return differ(path, "another length", theirs);
        for (std::size_t i = 0; i < ours.items.size(); ++i)
          nodes(*ours.items[i], theirs[i], path + "/" + std::to_string(i));
        return;
      case yaml::Kind::mapping:
        if (!theirs.IsMap()) return differ(path, "a map", theirs);
        return maps(ours, theirs, path);
      case yaml::Kind::null:
        if (!theirs.IsNull() && theirs.Scalar() != ours.text) differ(path, "null", theirs);
        return;
      default: {
        if (!theirs.IsScalar()) return differ(path, "'" + ours.text + "'", theirs);
        const std::string text = (ours.is_symbol ? ":" : "") + ours.text;
        if (theirs.Scalar() != text) differ(path, "'" + text + "'", theirs);
      }
    }
  }

  const std::string& first_difference() const { return first_; }

 private:
  // The last of equal keys counts; `<<` is ours to apply, so that a map with
  // one is compared in its own keys only.
  void maps(const yaml::Node& ours, const YAML::Node& theirs, const std::string& path) {
    std::map<std::string, YAML::Node> last;
    bool merges = false;
    for (const auto& pair : theirs) {
      if (!pair.first.IsScalar() && !pair.first.IsNull()) return;
      const std::string key = pair.first.IsNull() ? "" : pair.first.Scalar();
      if (key == "<<")
        merges = true;
      else
        last[key].reset(pair.second);
    }
    for (const yaml::Entry& entry : ours.entries) {
      const auto found = last.find((entry.key->is_symbol ? ":" : "") + entry.key->text);
      if (found == last.end()) {
        if (!merges) differ(path, "the key " + entry.key->to_s(), theirs);
        continue;
      }
      if (!entry.via) nodes(*entry.value, found->second, path + "/" + entry.key->text);
    }
    for (const auto& [key, value] : last) {
      if (ours.find(key) == nullptr && !has_key_text(ours, key)) differ(path, "no key " + key, theirs);
    }
  }

  static bool has_key_text(const yaml::Node& ours, const std::string& key) {
    for (const yaml::Entry& entry : ours.entries) {
      if ((entry.key->is_symbol ? ":" : "") + entry.key->text == key) return true;
    }
    return false;
  }

  void differ(const std::string& path, const std::string& ours, const YAML::Node& theirs) {
    if (!first_.empty()) return;
    first_ = path + ": here " + ours + ", yaml-cpp has " + YAML::Dump(theirs).substr(0, 200) + " at line " +
             std::to_string(theirs.Mark().line + 1);
  }

  std::string first_;
  int visited_ = 0;
};

void check(const json& data) {
  const std::string text = slurp(tests::conformance_root() / data.get<std::string>());
  const auto read = tests::read_yaml(text);
  std::vector<YAML::Node> documents;
  try {
    documents = YAML::LoadAll(text);
  } catch (const YAML::Exception& e) {
    // yaml-cpp loses its way in some block scalars that have an anchor, and
    // reports the next shell bracket. libyaml, and so GitLab, reads them.
    const bool lost = e.msg == "end of sequence not found" || e.msg == "illegal flow end";
    EXPECT_TRUE(read.text.failure || lost) << "yaml-cpp refuses it: " << e.what();
    return;
  }
  if (read.text.failure) {
    // libyaml is the stricter one, and GitLab's own bounds are not yaml-cpp's.
    // Silent acceptance of the reverse would hide our own mistakes, so the
    // refusal must at least have a place.
    EXPECT_NE(read.text.failure->mark.line, 0U) << read.text.failure->message;
    return;
  }
  std::erase_if(documents, [](const YAML::Node& node) { return !node.IsDefined() || node.IsNull(); });
  if (documents.empty()) {
    EXPECT_TRUE(read.text.content->entries.empty());
    return;
  }
  Compare compare;
  compare.nodes(*read.text.content, read.text.header ? documents[1] : documents[0], "");
  EXPECT_EQ(compare.first_difference(), "");
}

bool has_reference(const yaml::Node& node) {
  if (node.kind == yaml::Kind::reference) return true;
  for (const auto& item : node.items) {
    if (has_reference(*item)) return true;
  }
  for (const auto& entry : node.entries) {
    if (has_reference(*entry.value)) return true;
  }
  return false;
}

void check_round_trip(const json& data) {
  const auto read = tests::read_yaml(slurp(tests::conformance_root() / data.get<std::string>()));
  if (read.text.failure) return;
  const std::string written = yaml::to_yaml(*read.text.content);
  if (written.size() > yaml::Limits{}.text_bytes) return;  // aliases written out
  const auto again = tests::read_yaml(written);
  ASSERT_FALSE(again.text.failure) << again.text.failure->message << " at " << again.text.failure->mark.line;
  EXPECT_EQ(has_reference(*read.text.content), has_reference(*again.text.content));
  EXPECT_EQ(again.json(), read.json());
}

const bool registered = [] {
  json files = json::array();
  std::error_code error;
  const auto root = tests::conformance_root();
  for (std::filesystem::recursive_directory_iterator it(root, error), end; it != end; it.increment(error)) {
    const auto extension = it->path().extension();
    // What the peer tool printed is no YAML where it prints warnings before it.
    if (it->path().string().find("real-world-expected") != std::string::npos) continue;
    if (it->is_regular_file() && (extension == ".yml" || extension == ".yaml")) {
      files.push_back(std::filesystem::relative(it->path(), root).string());
    }
  }
  const auto name = [](const json& data) { return data.get<std::string>(); };
  tests::register_cases("BothReadersAgree", files, name, check);
  tests::register_cases("WrittenAndReadAgain", files, name, check_round_trip);
  return true;
}();

}  // namespace
}  // namespace fairlead::parser
