// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/temp_dir.hpp"
#include "local/git_command.hpp"

namespace fairlead::local {

// A folder that tests fill, with git where they want it.
class Folder {
 public:
  Folder() : dir_(std::move(*TempDir::create("fairlead-test-"))) {
    std::filesystem::create_directory(path());
  }
  std::filesystem::path path() const { return dir_.path() / "project"; }
  std::filesystem::path outside() const { return dir_.path(); }

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path() / name).parent_path());
    std::ofstream(path() / name, std::ios::binary) << text;
  }
  static std::string read(const std::filesystem::path& file) {
    std::ostringstream out;
    out << std::ifstream(file, std::ios::binary).rdbuf();
    return out.str();
  }
  std::string git(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"-c", "user.name=Test Er", "-c", "user.email=t@example.com"});
    auto answer = ask_git(path(), {.arguments = std::move(arguments)});
    EXPECT_TRUE(answer.ok() && answer->ok()) << (answer.ok() ? answer->errors : answer.error().to_string());
    return answer->output.substr(0, answer->output.find('\n'));
  }
  void commit(const std::string& message = "first") const {
    if (!std::filesystem::exists(path() / ".git")) git({"init", "-q", "-b", "main"});
    git({"add", "-A"});
    git({"commit", "-q", "--allow-empty", "-m", message});
  }

 private:
  TempDir dir_;
};

}  // namespace fairlead::local
