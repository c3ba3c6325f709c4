// SPDX-License-Identifier: Apache-2.0
#include "parser/include/include_source.hpp"

#include <fmt/format.h>

namespace fairlead::parser {

namespace {

Error cannot_read(std::string what) {
  return make_error(ErrorCode::unsupported,
                    std::move(what) + " cannot be read here: only `local` includes can");
}

}  // namespace

Result<std::string> IncludeSource::read_project(const std::string& project, const std::string& ref,
                                                const std::string& path, std::size_t) {
  return cannot_read(ref.empty() ? fmt::format("Project `{}` file `{}`", project, path)
                                 : fmt::format("Project `{}` file `{}` at `{}`", project, path, ref));
}

Result<std::string> IncludeSource::read_remote(const std::string& url, std::size_t) {
  return cannot_read(fmt::format("Remote file `{}`", url));
}

Result<std::string> IncludeSource::read_template(const std::string& name, std::size_t) {
  return cannot_read(fmt::format("Template file `{}`", name));
}

Result<std::string> IncludeSource::read_component(const std::string& address, std::size_t) {
  return cannot_read(fmt::format("Component '{}'", address));
}

}  // namespace fairlead::parser
