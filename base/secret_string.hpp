// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace fairlead {

// A token or password. It has no conversion to a printable form: logging it
// does not compile, and to_string-like helpers give "[secret]". Memory is
// overwritten when it is destroyed. `reveal` is the one way out and easy to
// search for.
class SecretString {
 public:
  SecretString() = default;
  explicit SecretString(std::string value) : value_(std::move(value)) {}
  SecretString(const SecretString&) = default;
  SecretString& operator=(const SecretString&);
  SecretString(SecretString&&) noexcept;
  SecretString& operator=(SecretString&&) noexcept;
  ~SecretString();

  bool empty() const { return value_.empty(); }
  const std::string& reveal() const { return value_; }

  // Time depends only on the lengths, not on the content.
  bool equals(std::string_view other) const;

 private:
  void wipe();
  std::string value_;
};

}  // namespace fairlead
