// SPDX-License-Identifier: Apache-2.0
#include "local/git_command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include <fmt/core.h>

#include "base/unique_fd.hpp"

extern char** environ;

namespace fairlead::local {
namespace {

constexpr std::size_t kMaxErrors = 4096;

struct Running {
  pid_t pid = -1;
  UniqueFd in;  // its stdin, when there is something to say
  UniqueFd out;
  UniqueFd err;
  std::string input;
  GitAnswer answer;
};

Result<std::pair<UniqueFd, UniqueFd>> make_pipe() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) return system_error("cannot make a pipe", errno);
  return std::pair(UniqueFd(fds[0]), UniqueFd(fds[1]));
}

Result<void> start(const std::filesystem::path& directory, GitQuestion& question,
                   std::vector<char*>& environment, Running& running) {
  auto out = make_pipe();
  if (!out) return out.error();
  auto err = make_pipe();
  if (!err) return err.error();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  std::pair<UniqueFd, UniqueFd> in;
  if (question.input.empty()) {
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  } else {
    auto made = make_pipe();
    if (!made) return made.error();
    in = std::move(*made);
    ::posix_spawn_file_actions_adddup2(&actions, in.first.get(), 0);
  }
  ::posix_spawn_file_actions_adddup2(&actions, out->second.get(), 1);
  ::posix_spawn_file_actions_adddup2(&actions, err->second.get(), 2);

  const std::string place = directory.string();
  std::vector<std::string> words{"git", "-C", place};
  words.insert(words.end(), question.arguments.begin(), question.arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int failure = ::posix_spawnp(&running.pid, "git", &actions, nullptr, argv.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) return system_error("cannot start git", failure);
  running.out = std::move(out->first);
  running.err = std::move(err->first);
  running.in = std::move(in.second);
  running.input = std::move(question.input);
  if (running.in) ::fcntl(running.in.get(), F_SETFL, O_NONBLOCK);
  return {};
}

// Reads what is there; closes the descriptor at the end of the stream.
void take(UniqueFd& fd, std::string& into, std::size_t keep) {
  std::array<char, 65536> buffer;
  const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
  if (got > 0) {
    into.append(buffer.data(),
                std::min(static_cast<std::size_t>(got), keep > into.size() ? keep - into.size() : 0));
  } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
    fd.reset();
  }
}

void give(Running& running) {
  const ssize_t put = ::write(running.in.get(), running.input.data(), running.input.size());
  if (put > 0) running.input.erase(0, static_cast<std::size_t>(put));
  if ((put < 0 && errno != EINTR && errno != EAGAIN) || running.input.empty()) running.in.reset();
}

void reap(Running& running) {
  int status = 0;
  while (::waitpid(running.pid, &status, 0) < 0 && errno == EINTR) {
  }
  running.answer.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

bool is_repository_variable(std::string_view assignment) {
  static constexpr std::array<std::string_view, 15> kNames = {"GIT_ALTERNATE_OBJECT_DIRECTORIES",
                                                              "GIT_CONFIG",
                                                              "GIT_CONFIG_PARAMETERS",
                                                              "GIT_CONFIG_COUNT",
                                                              "GIT_OBJECT_DIRECTORY",
                                                              "GIT_DIR",
                                                              "GIT_WORK_TREE",
                                                              "GIT_IMPLICIT_WORK_TREE",
                                                              "GIT_GRAFT_FILE",
                                                              "GIT_INDEX_FILE",
                                                              "GIT_NO_REPLACE_OBJECTS",
                                                              "GIT_REPLACE_REF_BASE",
                                                              "GIT_PREFIX",
                                                              "GIT_SHALLOW_FILE",
                                                              "GIT_COMMON_DIR"};
  const std::string_view name = assignment.substr(0, assignment.find('='));
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

Result<std::vector<GitAnswer>> ask_git(const std::filesystem::path& directory,
                                       std::vector<GitQuestion> questions, std::size_t limit) {
  // Answers are parsed: no translations, no prompts, no lock files on the
  // user's index. The first of two equal names counts.
  std::string locale = "LC_ALL=C";
  std::string prompt = "GIT_TERMINAL_PROMPT=0";
  std::string locks = "GIT_OPTIONAL_LOCKS=0";
  std::vector<char*> environment{locale.data(), prompt.data(), locks.data()};
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (!is_repository_variable(*entry)) environment.push_back(*entry);
  environment.push_back(nullptr);

  std::vector<Running> all(questions.size());
  Result<void> trouble;
  for (std::size_t i = 0; i < all.size() && trouble.ok(); ++i)
    trouble = start(directory, questions[i], environment, all[i]);

  bool too_long = false;
  while (trouble.ok() && !too_long) {
    std::vector<pollfd> waiting;
    std::vector<std::pair<Running*, int>> owner;
    for (Running& running : all) {
      if (running.in) waiting.push_back({running.in.get(), POLLOUT, 0}), owner.emplace_back(&running, 0);
      if (running.out) waiting.push_back({running.out.get(), POLLIN, 0}), owner.emplace_back(&running, 1);
      if (running.err) waiting.push_back({running.err.get(), POLLIN, 0}), owner.emplace_back(&running, 2);
    }
    if (waiting.empty()) break;
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) {
      trouble = system_error("cannot wait for git", errno);
      break;
    }
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i].revents == 0) continue;
      Running& running = *owner[i].first;
      if (owner[i].second == 0) give(running);
      if (owner[i].second == 1) take(running.out, running.answer.output, limit + 1);
      if (owner[i].second == 2) take(running.err, running.answer.errors, kMaxErrors);
      too_long = too_long || running.answer.output.size() > limit;
    }
  }

  std::vector<GitAnswer> answers;
  for (Running& running : all) {
    if (running.pid < 0) continue;
    if (!trouble.ok() || too_long) ::kill(running.pid, SIGKILL);
    reap(running);
    answers.push_back(std::move(running.answer));
  }
  if (!trouble.ok()) return std::move(trouble.error());
  if (too_long)
    return make_error(ErrorCode::limit_exceeded,
                      fmt::format("git answered with more than {} bytes in {}", limit, directory.string()));
  return answers;
}

Result<GitAnswer> ask_git(const std::filesystem::path& directory, GitQuestion question) {
  std::vector<GitQuestion> questions;
  questions.push_back(std::move(question));
  auto answers = ask_git(directory, std::move(questions));
  if (!answers) return std::move(answers.error());
  return std::move(answers->front());
}

}  // namespace fairlead::local
