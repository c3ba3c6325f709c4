// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"

#include <cerrno>
#include <system_error>

namespace fairlead {

const char* to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::already_exists:
      return "already_exists";
    case ErrorCode::permission_denied:
      return "permission_denied";
    case ErrorCode::limit_exceeded:
      return "limit_exceeded";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::timed_out:
      return "timed_out";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::data_loss:
      return "data_loss";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::system:
      return "system";
    case ErrorCode::internal:
      return "internal";
  }
  return "unknown";
}

std::string Error::to_string() const {
  std::string text = message;
  if (context.empty()) return text;
  text += " (";
  for (std::size_t i = 0; i < context.size(); ++i) {
    if (i > 0) text += ", ";
    text += context[i];
  }
  text += ")";
  return text;
}

Error make_error(ErrorCode code, std::string message) { return Error{code, std::move(message), {}}; }

Error system_error(std::string what, int errno_value) {
  ErrorCode code = ErrorCode::system;
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR:
      code = ErrorCode::not_found;
      break;
    case EEXIST:
      code = ErrorCode::already_exists;
      break;
    case EACCES:
    case EPERM:
      code = ErrorCode::permission_denied;
      break;
    case ETIMEDOUT:
      code = ErrorCode::timed_out;
      break;
    default:
      break;
  }
  return Error{code, std::move(what) + ": " + std::generic_category().message(errno_value), {}};
}

}  // namespace fairlead
