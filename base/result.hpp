// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace fairlead {

// What kind of thing went wrong, coarse enough to choose a reaction by.
enum class ErrorCode {
  invalid_argument,  // the caller's or the user's input is wrong
  not_found,
  already_exists,
  permission_denied,
  limit_exceeded,  // a bound on size, depth, count was reached
  unavailable,     // the other side cannot be reached now; trying again may help
  timed_out,
  cancelled,
  data_loss,  // bytes are missing or damaged
  unsupported,
  system,    // the operating system refused; the message names the call and errno
  internal,  // we are wrong
};

// The enumerator's own spelling, for logs.
const char* to_string(ErrorCode code);

// A failure of the world around us: never a failed user script, which is a
// normal outcome with its own types.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  // Frames added on the way up, innermost first ("while reading x").
  std::vector<std::string> context;

  // `message`, then each frame: "cannot open f: No such file (while reading cache, ...)".
  std::string to_string() const;
};

Error make_error(ErrorCode code, std::string message);
// "what: strerror(errno)" with the code that fits errno.
Error system_error(std::string what, int errno_value);

// A value or an Error. `Result<void>` carries only success or an Error.
// [[nodiscard]]: an ignored failure is a compile-time warning.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    assert(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  Error& error() {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }
  const Error& error() const {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }

  // Adds a frame to the error, if there is one.
  Result&& context(std::string frame) && {
    if (!ok()) error().context.push_back(std::move(frame));
    return std::move(*this);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error)
      : error_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return error_.index() == 0; }
  explicit operator bool() const { return ok(); }
  Error& error() {
    assert(!ok());
    return *std::get_if<1>(&error_);
  }
  const Error& error() const {
    assert(!ok());
    return *std::get_if<1>(&error_);
  }
  Result&& context(std::string frame) && {
    if (!ok()) error().context.push_back(std::move(frame));
    return std::move(*this);
  }

 private:
  std::variant<std::monostate, Error> error_;
};

}  // namespace fairlead

// Returns the error of `expr` (a Result<void> or Result<T>) from this function.
#define FAIRLEAD_TRY(expr)                                            \
  do {                                                                \
    if (auto fairlead_try_result = (expr); !fairlead_try_result.ok()) \
      return std::move(fairlead_try_result.error());                  \
  } while (false)
// The same within a coroutine.
#define FAIRLEAD_CO_TRY(expr)                                         \
  do {                                                                \
    if (auto fairlead_try_result = (expr); !fairlead_try_result.ok()) \
      co_return std::move(fairlead_try_result.error());               \
  } while (false)
