// SPDX-License-Identifier: Apache-2.0
#include "base/secret_string.hpp"

#include <cstring>

namespace fairlead {

SecretString& SecretString::operator=(const SecretString& other) {
  if (this != &other) {
    wipe();
    value_ = other.value_;
  }
  return *this;
}

// A moved-from std::string keeps its bytes when they lie in the object itself
// (short strings), so the source is wiped as well.
SecretString::SecretString(SecretString&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }

SecretString& SecretString::operator=(SecretString&& other) noexcept {
  if (this != &other) {
    wipe();
    value_ = std::move(other.value_);
    other.wipe();
  }
  return *this;
}

SecretString::~SecretString() { wipe(); }

bool SecretString::equals(std::string_view other) const {
  if (value_.size() != other.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < other.size(); ++i) {
    difference = static_cast<unsigned char>(difference | (value_[i] ^ other[i]));
  }
  return difference == 0;
}

void SecretString::wipe() {
  // The whole capacity: what a longer former value left behind goes too.
  value_.resize(value_.capacity());
  explicit_bzero(value_.data(), value_.size());
  value_.clear();
}

}  // namespace fairlead
