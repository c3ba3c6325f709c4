// SPDX-License-Identifier: Apache-2.0
#include "runner/config/config_file.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include <fmt/format.h>

#include "base/files.hpp"
#include "runner/config/load_config.hpp"
#include "runner/config/toml_tree.hpp"

namespace fairlead::runner {
namespace fs = std::filesystem;

Result<ConfigLock> ConfigLock::take(const fs::path& config) {
  fs::path folder = config.parent_path();
  if (folder.empty()) folder = ".";
  FAIRLEAD_TRY(make_directories(folder, 0700));
  UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return system_error("cannot open " + folder.string(), errno);
  while (::flock(fd.get(), LOCK_EX) != 0)
    if (errno != EINTR) return system_error("cannot lock " + folder.string(), errno);
  return ConfigLock(std::move(fd));
}

Result<void> edit_config(const fs::path& path, const ConfigEdit& edit) {
  std::error_code failed;
  fs::path target = path;
  // A dangling link stays a path of its own and is replaced.
  if (const fs::path real = fs::canonical(path, failed); !failed) target = real;
  auto lock = ConfigLock::take(target);
  if (!lock) return std::move(lock.error());

  std::string text;
  auto read = read_config_text(target);
  if (read)
    text = std::move(*read);
  else if (read.error().code != ErrorCode::not_found)
    return std::move(read.error());

  auto edited = edit(text);
  if (!edited) {
    edited.error().context.push_back("while changing " + path.string());
    return std::move(edited.error());
  }
  if (read && *edited == text) return {};
  if (edited->size() > kMaxConfigBytes)
    return make_error(ErrorCode::limit_exceeded,
                      fmt::format("{} would grow above {} bytes", path.string(), kMaxConfigBytes));
  const TomlParsed check = parse_toml(*edited);
  if (!check.root)
    return make_error(ErrorCode::internal, fmt::format("the new {} would not be TOML (line {}): {}",
                                                       path.string(), check.error.line, check.error.message));
  auto written = write_file_atomic(target, *edited, 0600);
  if (!written && written.error().message.find("busy") != std::string::npos)
    written.error().message += "; where only this file is mounted, mount its folder instead";
  return written;
}

std::string new_config_text() {
  return "concurrent = 1\ncheck_interval = 0\nshutdown_timeout = 0\n\n[session_server]\n  session_timeout = "
         "1800\n";
}

}  // namespace fairlead::runner
