// SPDX-License-Identifier: Apache-2.0
#include "cli/flags.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "base/temp_dir.hpp"

namespace fairlead::cli {
namespace {

struct VariablesFile : testing::Test {
  std::string write(const std::string& name, const std::string& text) {
    const std::string path = (dir->path() / name).string();
    std::ofstream(path) << text;
    return path;
  }
  Result<TempDir> dir = TempDir::create("fairlead-test-");
};

TEST(Variable, IsANameAnEqualsSignAndAnything) {
  EXPECT_EQ(parse_variable("A=b=c")->value, "b=c");
  EXPECT_EQ(parse_variable("A=")->value, "");
  for (const char* wrong : {"A", "=b", "1A=b", "A-B=c", ""})
    EXPECT_FALSE(parse_variable(wrong).ok()) << wrong;
}

TEST_F(VariablesFile, LinesMayHaveCommentsExportAndQuotes) {
  const auto read = read_variables_file(
      write("x.env", "# comment\n\nA=1\nexport B = two words \r\nC=\"quoted # text\"\nD='single'\nE=\n"));
  ASSERT_TRUE(read.ok());
  std::vector<std::pair<std::string, std::string>> found;
  for (const model::Variable& variable : *read) found.emplace_back(variable.key, variable.value);
  EXPECT_EQ(found, (std::vector<std::pair<std::string, std::string>>{
                       {"A", "1"}, {"B", "two words"}, {"C", "quoted # text"}, {"D", "single"}, {"E", ""}}));
}

TEST_F(VariablesFile, YamlAndJsonAreMappingsOfScalars) {
  EXPECT_EQ((*read_variables_file(write("x.yml", "A: 1\nB: text\n")))[1].value, "text");
  EXPECT_EQ((*read_variables_file(write("x.json", "{\"A\": 1}")))[0].value, "1");
  EXPECT_FALSE(read_variables_file(write("list.yml", "[1]")).ok());
  EXPECT_FALSE(read_variables_file(write("deep.yml", "A: {b: c}")).ok());
}

TEST_F(VariablesFile, AMappingSaysHowAVariableIsUsed) {
  const auto all =
      read_variables_file(write("x.yml",
                                "KEY: {value: secret, masked: true}\nFILE: {value: content, type: file}\n"
                                "PLAIN: {value: $HOME, raw: true, type: env_var, masked: false}\n"));
  ASSERT_TRUE(all.ok()) << all.error().to_string();
  const model::Variables expected = {{.key = "KEY", .value = "secret", .masked = true},
                                     {.key = "FILE", .value = "content", .file = true},
                                     {.key = "PLAIN", .value = "$HOME", .raw = true}};
  EXPECT_EQ(*all, expected);
}

TEST_F(VariablesFile, AMappingThatIsNotUnderstoodIsAnError) {
  for (const char* value : {"{masked: true}", "{value: x, typ: file}", "{value: x, type: dir}",
                            "{value: x, masked: yes please}", "{value: [x]}"}) {
    const auto all = read_variables_file(write("x.yml", std::string("A: ") + value + "\n"));
    ASSERT_FALSE(all.ok()) << value;
    EXPECT_NE(all.error().message.find("x.yml:1:1"), std::string::npos) << all.error().message;
  }
}

TEST_F(VariablesFile, AMistakeNamesFileAndLine) {
  const std::string path = write("x.env", "A=1\nno equals\n");
  EXPECT_EQ(read_variables_file(path).error().message, path + ":2: expected KEY=VALUE");
}

TEST_F(VariablesFile, SingleVariablesComeLastAndWin) {
  const auto all = gather_variables({write("x.env", "A=file\n")}, {"A=flag"});
  EXPECT_EQ(model::find_variable(*all, "A")->value, "flag");
}

}  // namespace
}  // namespace fairlead::cli
