// SPDX-License-Identifier: Apache-2.0
//
// The get_sources stage for Git. Its order is gitlab-runner's: hooks before,
// directory by strategy, fetch of exactly the server's refspecs, checkout of
// the commit, clean, LFS, submodules, hooks after.
//
// Credentials: the repository's URL arrives with a job token in it. Git is
// given the URL without it, and a credential helper (on the command line, for
// this server only) that prints two environment variables of this one script.
// So the token is in no argument list, no .git/config and no error message.
#include <sstream>

#include "runner/script/git_url.hpp"
#include "runner/script/script_parts.hpp"

namespace fairlead::runner {
namespace {

constexpr std::string_view kHelper =
    "!fairlead_credentials() { if test \"$1\" = get; then "
    "printf 'username=%s\\npassword=%s\\n' \"$FAIRLEAD_GIT_USERNAME\" \"$FAIRLEAD_GIT_PASSWORD\"; fi; }; "
    "fairlead_credentials";

using Words = std::vector<std::string>;

Words split_words(std::string_view text) {
  std::istringstream stream{std::string(text)};
  Words words;
  for (std::string word; stream >> word;) words.push_back(std::move(word));
  return words;
}

// A variable that holds flags: absent means `fallback`, "none" means no flags.
Words flags(const JobVariables& variables, std::string_view key, std::string_view fallback) {
  std::string value = variables.get(key);
  Words words = split_words(value.empty() ? fallback : std::string_view(value));
  if (words.size() == 1 && words[0] == "none") words.clear();
  return words;
}

class GetSources {
 public:
  GetSources(const ScriptContext& context, GitUrl url)
      : context_(context),
        variables_(context.variables),
        url_(std::move(url)),
        writer_(make_script_writer(context.shell)) {}

  ScriptResult script() {
    write_exports(*writer_, context_);
    write_environment();
    write_hook("pre_get_sources_script");
    FAIRLEAD_TRY(write_by_strategy());
    writer_->change_directory(context_.project_dir);
    write_hook("post_get_sources_script");
    return std::optional(finished(*writer_, context_, "get_sources", true));
  }

 private:
  void write_environment() {
    writer_->export_variable("GIT_TERMINAL_PROMPT", "0");
    if (url_.password.empty()) return;
    writer_->export_variable("FAIRLEAD_GIT_USERNAME", url_.username);
    writer_->export_variable("FAIRLEAD_GIT_PASSWORD", url_.password.reveal());
  }

  void write_hook(std::string_view hook) { writer_->user_commands(hook_commands(context_, hook)); }

  Result<void> write_by_strategy() {
    std::string strategy = variables_.get("GIT_STRATEGY");
    if (strategy.empty()) strategy = context_.job.allow_git_fetch ? "fetch" : "clone";
    std::string project = context_.project_dir.string();
    if (strategy == "none" || strategy == "empty") {
      if (strategy == "none") {
        writer_->notice("Skipping Git repository setup");
      } else {
        writer_->notice("Skipping Git repository setup and creating an empty build directory");
        writer_->command({"rm", "-rf", project});
      }
      writer_->command({"mkdir", "-p", project});
      return {};
    }
    if (strategy != "fetch" && strategy != "clone")
      return make_error(ErrorCode::invalid_argument,
                        "unknown GIT_STRATEGY \"" + strategy + "\": expected fetch, clone, none or empty");
    if (strategy == "clone")
      writer_->command({"rm", "-rf", project});
    else
      write_removal_of_leftovers();
    write_fetch();
    // true unless said otherwise, as strconv.ParseBool reads it.
    if (variables_.is_true("GIT_CHECKOUT", true)) {
      write_checkout();
      return write_submodules();
    }
    writer_->notice("Skipping Git checkout");
    return {};
  }

  // What a job that was killed, or a hostile one, may have left in .git.
  void write_removal_of_leftovers() {
    std::string git = (context_.project_dir / ".git").string();
    writer_->line("if [ -d " + writer_->quote(git) + " ]; then");
    Words remove{"rm", "-rf"};
    for (std::string_view name :
         {"index.lock", "shallow.lock", "HEAD.lock", "config.lock", "hooks/post-checkout"})
      remove.push_back(git + '/' + std::string(name));
    if (context_.clean_git_config)
      for (std::string_view name : {"config", "hooks"}) remove.push_back(git + '/' + std::string(name));
    writer_->command(remove);
    writer_->line("if [ -d " + writer_->quote(git + "/refs") + " ]; then");
    writer_->command(
        {"find", git + "/refs", "-type", "f", "-name", "*.lock", "-exec", "rm", "-f", "{}", "+"});
    writer_->line("fi");
    writer_->line("fi");
  }

  // `git` with what every call needs; `remote` adds the credentials.
  Words git(std::initializer_list<std::string_view> words, bool remote = false) const {
    Words all{"git"};
    auto set = [&all](const std::string& option) {
      all.emplace_back("-c");
      all.push_back(option);
    };
    if (remote) {
      set("http.userAgent=" + context_.user_agent);
      if (!url_.password.empty()) {
        set("credential.helper=");  // forget the machine's own helpers
        set("credential." + url_.server + ".helper=" + std::string(kHelper));
      }
    }
    all.insert(all.end(), words.begin(), words.end());
    return all;
  }

  int depth() const { return context_.job.git_info.depth; }  // never GIT_DEPTH, which the server has read

  void write_fetch() {
    const auto& info = context_.job.git_info;
    std::string project = context_.project_dir.string();
    if (depth() > 0)
      writer_->notice("Fetching changes with git depth set to " + std::to_string(depth()) + "...");
    else
      writer_->notice("Fetching changes...");
    Words init = git({"-c", "init.defaultBranch=none", "init", "--template="});
    if (!info.repo_object_format.empty() && info.repo_object_format != "sha1")
      init.push_back("--object-format=" + info.repo_object_format);
    init.push_back(project);
    writer_->command(init);
    writer_->change_directory(context_.project_dir);
    writer_->command({"git", "config", "fetch.recurseSubmodules", "false"});
    writer_->command({"git", "config", "gc.autoDetach", "false"});
    writer_->line("if git remote add origin " + writer_->quote(url_.clean) + " >/dev/null 2>&1; then");
    writer_->notice("Created fresh repository.");
    writer_->line("else");
    writer_->command({"git", "remote", "set-url", "origin", url_.clean});
    writer_->line("fi");

    Words fetch = git({"fetch", "origin"}, true);
    if (info.refspecs.empty()) {
      fetch.emplace_back("+refs/heads/*:refs/remotes/origin/*");
      fetch.emplace_back("+refs/tags/*:refs/tags/*");
    }
    fetch.insert(fetch.end(), info.refspecs.begin(), info.refspecs.end());
    if (depth() > 0) {
      fetch.emplace_back("--depth");
      fetch.push_back(std::to_string(depth()));
    }
    Words extra = flags(variables_, "GIT_FETCH_EXTRA_FLAGS", "--prune --quiet");
    fetch.insert(fetch.end(), extra.begin(), extra.end());
    // A repository that became full later keeps its shallow mark otherwise.
    if (depth() == 0) {
      writer_->line("if [ -f .git/shallow ]; then");
      Words unshallow = fetch;
      unshallow.emplace_back("--unshallow");
      writer_->command(unshallow);
      writer_->line("else");
      writer_->command(fetch);
      writer_->line("fi");
    } else {
      writer_->command(fetch);
    }
  }

  void write_checkout() {
    const auto& info = context_.job.git_info;
    writer_->notice("Checking out " + info.sha.substr(0, 8) + " as detached HEAD (ref is " + info.ref +
                    ")...");
    bool skip_lfs = variables_.is_true("GIT_LFS_SKIP_SMUDGE");
    // Large files come once, by `git lfs pull` with our credentials.
    std::string checkout = "GIT_LFS_SKIP_SMUDGE=1";
    for (const auto& word : git({"-c", "submodule.recurse=false", "checkout", "-f", "-q", info.sha}))
      checkout += ' ' + writer_->quote(word);
    writer_->line(checkout);
    Words clean = flags(variables_, "GIT_CLEAN_FLAGS", "-ffdx");
    if (!clean.empty()) {
      clean.insert(clean.begin(), {"git", "clean"});
      writer_->command(clean);
    }
    if (skip_lfs) return;
    writer_->line("if git lfs version >/dev/null 2>&1; then");
    writer_->command(git({"lfs", "pull"}, true));
    writer_->line("fi");
  }

  Result<void> write_submodules() {
    std::string strategy = variables_.get("GIT_SUBMODULE_STRATEGY");
    if (strategy.empty() || strategy == "none") {
      writer_->notice("Skipping Git submodules setup");
      return {};
    }
    if (strategy != "normal" && strategy != "recursive")
      return make_error(ErrorCode::invalid_argument, "unknown GIT_SUBMODULE_STRATEGY \"" + strategy +
                                                         "\": expected none, normal or recursive");
    bool recursive = strategy == "recursive";
    int submodule_depth = depth();
    if (!variables_.get("GIT_SUBMODULE_DEPTH").empty()) {
      auto given = variables_.integer("GIT_SUBMODULE_DEPTH");
      if (!given || *given < 0 || *given > 1'000'000'000)
        return make_error(ErrorCode::invalid_argument, "GIT_SUBMODULE_DEPTH \"" +
                                                           variables_.get("GIT_SUBMODULE_DEPTH") +
                                                           "\" is not a number of commits");
      submodule_depth = static_cast<int>(*given);
    }
    std::string heading = "Updating/initializing submodules";
    if (recursive) heading += " recursively";
    if (submodule_depth > 0) heading += " with git depth set to " + std::to_string(submodule_depth);
    writer_->notice(heading + "...");

    Words paths = split_words(variables_.get("GIT_SUBMODULE_PATHS"));
    if (!paths.empty()) paths.insert(paths.begin(), "--");
    auto run = [&](Words words, const Words& tail) {
      words.insert(words.end(), tail.begin(), tail.end());
      writer_->command(words);
    };
    Words redirect = force_https();
    auto submodule = [&](std::initializer_list<std::string_view> words) {
      Words all = git({}, true);
      all.insert(all.end(), redirect.begin(), redirect.end());
      all.emplace_back("submodule");
      all.insert(all.end(), words.begin(), words.end());
      if (recursive && *words.begin() != "init") all.emplace_back("--recursive");
      return all;
    };
    run(submodule({"init"}), paths);
    run(submodule({"sync"}), paths);
    Words update = submodule({"update", "--init"});
    if (submodule_depth > 0) {
      update.emplace_back("--depth");
      update.push_back(std::to_string(submodule_depth));
    }
    Words extra = split_words(variables_.get("GIT_SUBMODULE_UPDATE_FLAGS"));
    update.insert(update.end(), extra.begin(), extra.end());
    run(update, paths);
    Words clean = flags(variables_, "GIT_CLEAN_FLAGS", "-ffdx");
    if (!clean.empty()) {
      // foreach hands its words to a shell of its own: one word, quoted for it.
      std::string inner = "git clean";
      for (const auto& flag : clean) inner += ' ' + make_script_writer(executors::ShellKind::sh)->quote(flag);
      run(submodule({"foreach"}), {inner});
    }
    run(submodule({"foreach"}), {"git reset --hard --quiet"});
    return {};
  }

  // GIT_SUBMODULE_FORCE_HTTPS: SSH addresses of our server become HTTPS ones.
  Words force_https() const {
    if (!variables_.is_true("GIT_SUBMODULE_FORCE_HTTPS") || url_.server.empty()) return {};
    std::string host = url_.server.substr(url_.server.find("://") + 3);
    host = host.substr(0, host.find(':'));
    std::string key = "url." + url_.server + "/.insteadOf=";
    return {"-c", key + "git@" + host + ":", "-c", key + "ssh://git@" + host + "/"};
  }

  const ScriptContext& context_;
  const JobVariables& variables_;
  GitUrl url_;
  std::unique_ptr<ScriptWriter> writer_;
};

}  // namespace

ScriptResult get_sources_script(const ScriptContext& context) {
  auto url = split_git_url(with_clone_url(context.job.git_info.repo_url, context.clone_url));
  if (!url) return url.error();
  return GetSources(context, std::move(*url)).script();
}

}  // namespace fairlead::runner
