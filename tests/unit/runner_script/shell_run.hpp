// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "executors/executor.hpp"

namespace fairlead::runner::testing {

// A folder of this test, gone afterwards.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "fairlead-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

struct ShellResult {
  int code = -1;       // 128 + signal when killed
  std::string output;  // stdout and stderr as they came
};

// Runs `words` with a small environment; stdin from `input_file` or /dev/null.
inline ShellResult run_program(std::vector<std::string> words, const std::string& input_file = "/dev/null") {
  Folder folder;
  std::string output = (folder / "output").string();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, input_file.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::string path = std::string("PATH=") + std::getenv("PATH");
  std::string home = "HOME=" + folder.path().string();
  std::string locale = "LC_ALL=C.UTF-8";
  std::string system_config = "GIT_CONFIG_NOSYSTEM=1";
  char* environment[] = {path.data(), home.data(), locale.data(), system_config.data(), nullptr};
  ShellResult result;
  pid_t child = 0;
  int error = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environment);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return result;
  int status = 0;
  ::waitpid(child, &status, 0);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.output = read_file(output);
  return result;
}

// Runs a complete script the way an executor does: from a file, or from stdin.
inline ShellResult run_script(executors::ShellKind shell, const std::string& text, bool on_stdin = false) {
  Folder folder;
  auto file = folder / "script";
  write_file(file, text);
  // `sh` by the name that this system gives to its POSIX shell.
  std::string program = shell == executors::ShellKind::bash ? "bash" : "sh";
  if (on_stdin) return run_program({program}, file.string());
  return run_program({program, file.string()});
}

}  // namespace fairlead::runner::testing
