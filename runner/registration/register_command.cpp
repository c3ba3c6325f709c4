// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <istream>
#include <ostream>

#include <fmt/format.h>

#include "runner/config/config_file.hpp"
#include "runner/config/config_keys.hpp"
#include "runner/config/nearest.hpp"
#include "runner/config/token_words.hpp"
#include "runner/config/toml_edit.hpp"
#include "runner/registration/command_support.hpp"
#include "runner/registration/options.hpp"

namespace fairlead::runner {
namespace {

using Kind = TomlValue::Kind;

// Values that only steer the server; runners made there have them already.
constexpr std::array<std::string_view, 7> kServerSide = {
    "locked", "access-level", "run-untagged", "maximum-timeout", "paused", "tag-list", "maintenance-note"};

bool is_zero(const TomlValue& value) {
  switch (value.kind) {
    case Kind::text:
      return value.text.empty();
    case Kind::integer:
      return value.integer == 0;
    case Kind::boolean:
      return !value.boolean;
    case Kind::array:
      return value.items.empty();
    case Kind::table:
      return value.table.empty();
    default:
      return false;
  }
}

// gitlab-runner's merge: what is there stays, what is missing or zero is
// taken from the template.
void fill_from(const TomlTable& from, TomlTable& into) {
  for (const TomlEntry& entry : from) {
    TomlEntry* present = find_entry(into, entry.key);
    if (present == nullptr)
      into.push_back(entry);
    else if (present->value.is(Kind::table) && entry.value.is(Kind::table))
      fill_from(entry.value.table, present->value.table);
    else if (is_zero(present->value))
      present->value = entry.value;
  }
}

// One registration. Steps return false when they have said what is wrong; the
// exit code is in `code_` then.
class Registration {
 public:
  Registration(const FlagValues& flags, std::span<const RegisterOption> options, CommandWorld& world)
      : flags_(flags), options_(options), world_(world), path_(config_path(flags, world)) {}

  int run() {
    const bool done = gather() && ask() && check() && announce() && save();
    return done ? kDone : code_;
  }

 private:
  bool fail(int code, const std::string& message) {
    world_.err << "register: " << message << '\n';
    code_ = code;
    return false;
  }

  // The value of a row without a path.
  std::optional<std::string> option(std::string_view flag) const {
    for (const RegisterOption& row : options_)
      if (row.flags.front() == flag)
        if (auto values = given(row, flags_, world_.environment); !values.empty()) return values.back();
    return std::nullopt;
  }
  bool flag(std::string_view name, bool otherwise, bool& into) {
    const auto value = option(name);
    const auto read = value ? parse_go_bool(*value) : otherwise;
    if (!read)
      return fail(kWrongUsage, fmt::format("--{} is \"{}\": it must be true or false", name, *value));
    into = *read;
    return true;
  }
  std::string text(std::string_view key) const {
    const TomlEntry* entry = find_entry(runner_, key);
    return entry != nullptr && entry->value.is(Kind::text) ? entry->value.text : std::string();
  }

  bool gather();
  bool read_template(const std::string& file);
  // Fills `answer` from the user where it is empty.
  bool prompt(std::string& answer, std::string_view question, std::string_view flag,
              std::string_view fallback = {}, bool optional = false);
  bool ask();
  bool ask_executor();
  bool verify_token();
  bool server_side();
  bool check();
  bool announce();
  bool save();
  void undo();
  ServerAccess access(const SecretString& token) const {
    return {text("url"),          token,
            text("tls-ca-file"),  text("tls-cert-file"),
            text("tls-key-file"), path_.parent_path().string()};
  }
  RunnerKind kind() const {
    const std::string shell = text("shell");
    return {text("executor"), shell.empty() ? "bash" : shell};
  }

  const FlagValues& flags_;
  std::span<const RegisterOption> options_;
  CommandWorld& world_;
  std::filesystem::path path_;
  int code_ = kNotDone;
  bool interactive_ = true;
  bool made_on_server_ = false;  // the token is a runner's own
  bool token_by_flag_ = false;   // --token, not --registration-token
  std::string token_;            // what the user gave
  NewRunner new_runner_;
  Registered registered_;
  TomlTable runner_;
};

bool Registration::read_template(const std::string& file) {
  const auto text = read_config_text(file);
  if (!text) return fail(kNotDone, fmt::format("the template: {}", text.error().to_string()));
  const TomlParsed parsed = parse_toml(*text);
  if (!parsed.root)
    return fail(kInvalidFile, fmt::format("{}:{}:{}: {}", file, parsed.error.line, parsed.error.column,
                                          parsed.error.message));
  const TomlEntry* runners = find_entry(parsed.root->table, "runners");
  if (runners == nullptr || !runners->value.is(Kind::array) || runners->value.items.size() != 1 ||
      !runners->value.items.front().is(Kind::table))
    return fail(kInvalidFile, fmt::format("{}: a template must have exactly one [[runners]] entry", file));
  fill_from(runners->value.items.front().table, runner_);
  return true;
}

bool Registration::gather() {
  bool silent = false;
  if (!flag("non-interactive", false, silent)) return false;
  interactive_ = !silent;
  for (const std::string& name : unknown_variables(options_, world_.environment_names)) {
    std::vector<std::string_view> known;
    for (const RegisterOption& row : options_)
      for (const std::string& variable : row.environment) known.push_back(variable);
    world_.err << fmt::format("register: warning: no option reads the variable {}{}\n", name,
                              did_you_mean(name, known));
  }
  if (const auto filled = fill_runner(options_, flags_, world_.environment, runner_); !filled)
    return fail(kWrongUsage, filled.error().message);
  const auto file = option("template-config");
  return !file || read_template(*file);
}

bool Registration::prompt(std::string& answer, std::string_view question, std::string_view flag,
                          std::string_view fallback, bool optional) {
  if (!answer.empty()) return true;
  if (!interactive_) {
    answer = fallback;
    if (!answer.empty() || optional) return true;
    return fail(
        kWrongUsage,
        fmt::format("there is no {0}: give --{0}, its variable, or leave --non-interactive out", flag));
  }
  for (;;) {
    world_.out << question << (fallback.empty() ? "" : fmt::format(" [{}]", fallback)) << ":\n" << std::flush;
    std::string line;
    if (!std::getline(world_.in, line))
      return fail(kNotDone, fmt::format("the input ended before the {} was given", flag));
    const std::size_t begin = line.find_first_not_of(" \t\r");
    const std::size_t end = line.find_last_not_of(" \t\r");
    answer = begin == std::string::npos ? std::string(fallback) : line.substr(begin, end - begin + 1);
    if (!answer.empty() || optional) return true;
  }
}

// A token that the server gave out: the server must know it before more is asked.
bool Registration::verify_token() {
  for (const std::string_view name : kServerSide) {
    if (!option(name)) continue;
    if (token_by_flag_)
      return fail(kWrongUsage,
                  fmt::format("--{} (or its variable) cannot be given with a runner's authentication token: "
                              "locked, access-level, run-untagged, maximum-timeout, paused, tag-list and "
                              "maintenance-note are set on the server",
                              name));
    world_.err << fmt::format(
        "register: warning: {} is ignored: the token belongs to a runner made on the server\n", name);
  }
  const auto system_id = world_.system_id(path_);
  if (!system_id) return fail(kNotDone, system_id.error().to_string());
  const SecretString token(token_);
  const Verified answer = world_.api.verify_runner(access(token), *system_id, kind());
  if (answer.state == Verified::State::removed)
    return fail(kNotDone, fmt::format("{} does not know this token", text("url")));
  if (answer.state == Verified::State::undecided)
    return fail(kNotDone, fmt::format("{} did not verify the token: {}", text("url"), answer.message));
  if (answer.id == 0)
    return fail(kNotDone, fmt::format("{} did not say which runner the token belongs to", text("url")));
  registered_ = {answer.id, token, answer.token_expires_at};
  world_.out << "Verifying runner... is valid\n";
  return true;
}

bool Registration::server_side() {
  new_runner_.tag_list = option("tag-list").value_or("");
  new_runner_.maintenance_note = option("maintenance-note").value_or("");
  const bool no_tags_given = new_runner_.tag_list.empty();
  if (!prompt(new_runner_.tag_list, "Enter tags for the runner (comma-separated)", "tag-list", {}, true))
    return false;
  if (interactive_ && no_tags_given &&
      !prompt(new_runner_.maintenance_note, "Enter optional maintenance note for the runner",
              "maintenance-note", {}, true))
    return false;
  if (!flag("locked", true, new_runner_.locked) || !flag("paused", false, new_runner_.paused) ||
      !flag("run-untagged", new_runner_.tag_list.empty(), new_runner_.run_untagged))
    return false;
  // A runner that takes neither tagged nor untagged jobs cannot be meant.
  if (new_runner_.tag_list.empty()) new_runner_.run_untagged = true;
  new_runner_.access_level = option("access-level").value_or("");
  if (!new_runner_.access_level.empty() && new_runner_.access_level != "not_protected" &&
      new_runner_.access_level != "ref_protected")
    return fail(kWrongUsage,
                fmt::format("--access-level is \"{}\": it must be not_protected or ref_protected",
                            new_runner_.access_level));
  if (const auto seconds = option("maximum-timeout")) {
    const char* const end = seconds->data() + seconds->size();
    const auto [stop, failed] = std::from_chars(seconds->data(), end, new_runner_.maximum_timeout);
    if (failed != std::errc() || stop != end || new_runner_.maximum_timeout < 0)
      return fail(kWrongUsage,
                  fmt::format("--maximum-timeout is \"{}\": it must be a number of seconds", *seconds));
  }
  return true;
}

bool Registration::ask_executor() {
  std::string executor = text("executor");
  for (;;) {
    std::string all;
    for (const std::string_view name : known_executors())
      all += (all.empty() ? "" : ", ") + std::string(name);
    if (!prompt(executor, fmt::format("Enter an executor: {}", all), "executor")) return false;
    if (executor_known(executor)) break;
    const std::string wrong =
        fmt::format("there is no executor \"{}\"{}", executor, did_you_mean(executor, known_executors()));
    if (!interactive_) return fail(kWrongUsage, wrong);
    world_.err << wrong << '\n';
    executor.clear();
  }
  entry_of(runner_, "executor") = TomlValue::of(executor);
  if (executor != "docker" && executor != "docker+machine" && executor != "docker-autoscaler") return true;
  TomlTable& docker = entry_of(runner_, "docker").table;
  const TomlEntry* entry = find_entry(docker, "image");
  std::string image = entry != nullptr ? entry->value.text : "";
  if (!prompt(image, "Enter the default Docker image (for example, ruby:3.3)", "docker-image")) return false;
  entry_of(docker, "image") = TomlValue::of(image);
  return true;
}

bool Registration::ask() {
  std::string url = text("url");
  if (!prompt(url, "Enter the GitLab instance URL (for example, https://gitlab.com/)", "url")) return false;
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    return fail(kWrongUsage, fmt::format("the url \"{}\" must begin with https:// or http://", url));
  entry_of(runner_, "url") = TomlValue::of(url);

  const auto own = option("token");
  token_by_flag_ = own.has_value();
  token_ = own ? *own : option("registration-token").value_or("");
  if (!prompt(token_, "Enter the registration token", "token")) return false;
  made_on_server_ = token_by_flag_ || is_own_token(token_);
  if (made_on_server_ && !verify_token()) return false;

  std::string name = text("name");
  if (!prompt(name,
              made_on_server_
                  ? "Enter a name for the runner. This is stored only in the local config.toml file"
                  : "Enter a description for the runner",
              "name", world_.host_name))
    return false;
  entry_of(runner_, "name") = TomlValue::of(name);
  new_runner_.description = name;
  if (!made_on_server_ && !server_side()) return false;
  return ask_executor();
}

// What the file would hold is read back before the server hears of it.
bool Registration::check() {
  TomlValue root;
  TomlValue& list = entry_of(root.table, "runners");
  list.kind = Kind::array;
  list.items.emplace_back();
  list.items.front().table = runner_;
  entry_of(list.items.front().table, "token") = TomlValue::of("x");
  bool valid = true;
  for (const ConfigProblem& problem : load_config(root, world_.environment).problems) {
    const bool error = problem.severity == ConfigProblem::Severity::error;
    world_.err << fmt::format("register: {}: {}\n", error ? "error" : "warning", problem.message);
    valid = valid && !error;
  }
  code_ = kWrongUsage;
  return valid;
}

bool Registration::announce() {
  code_ = kNotDone;
  if (made_on_server_) return true;
  auto answer = world_.api.register_runner(access(SecretString(token_)), new_runner_, kind());
  if (!answer) {
    std::string hint;
    if (answer.error().code == ErrorCode::permission_denied) hint = "; check the registration token";
    if (answer.error().code == ErrorCode::unsupported)
      hint = "; create the runner on the server and give its authentication token (glrt-...) with --token";
    return fail(kNotDone, fmt::format("{} refused: {}{}", text("url"), answer.error().to_string(), hint));
  }
  registered_ = std::move(*answer);
  world_.out << "Registering runner... succeeded\n";
  return true;
}

void Registration::undo() {
  bool leave = false;
  if (!flag("leave-runner", false, leave) || leave) return;
  Result<void> undone;
  if (made_on_server_) {
    const auto system_id = world_.system_id(path_);
    if (system_id) undone = world_.api.unregister_manager(access(registered_.token), *system_id);
  } else {
    undone = world_.api.unregister_runner(access(registered_.token));
  }
  world_.err << (undone ? std::string("register: the runner was unregistered again\n")
                        : fmt::format("register: the runner stays on the server: {}\n",
                                      undone.error().to_string()));
}

bool Registration::save() {
  TomlTable entry;
  entry_of(entry, "name") = TomlValue::of(text("name"));
  entry_of(entry, "url") = TomlValue::of(text("url"));
  entry_of(entry, "id") = TomlValue::of(registered_.id);
  entry_of(entry, "token") = TomlValue::of(registered_.token.reveal());
  entry_of(entry, "token_obtained_at") = TomlValue::datetime(format_rfc3339(world_.now));
  entry_of(entry, "token_expires_at") =
      TomlValue::datetime(registered_.token_expires_at ? format_rfc3339(*registered_.token_expires_at)
                                                       : std::string(kNeverExpires));
  entry_of(entry, "executor") = TomlValue::of(text("executor"));
  for (const TomlEntry& more : runner_)
    if (find_entry(entry, more.key) == nullptr) entry.push_back(more);

  const auto saved = edit_config(path_, [&](const std::string& old) {
    return append_element(old.empty() ? new_config_text() : old, "runners", entry);
  });
  if (!saved) {
    fail(kNotDone, saved.error().to_string());
    undo();
    return false;
  }
  world_.out << "Runner registered successfully. Feel free to start it, but if it's running already the "
                "config should be "
                "automatically reloaded!\n"
             << fmt::format("Configuration (with the authentication token) was saved in \"{}\"\n",
                            path_.string());
  return true;
}

}  // namespace

int register_command(std::span<const std::string> words, CommandWorld& world) {
  int code = kDone;
  const std::vector<RegisterOption> options = register_options();
  const auto values =
      read_flags("register", "Registers a runner with a GitLab server and writes it to config.toml.",
                 flags_of(options), words, world, code);
  return values ? Registration(*values, options, world).run() : code;
}

}  // namespace fairlead::runner
