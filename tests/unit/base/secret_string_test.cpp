// SPDX-License-Identifier: Apache-2.0
#include "base/secret_string.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ostream>
#include <type_traits>

#include "base/log.hpp"

namespace fairlead {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!Streamable<SecretString>, "a secret must not be printable");
static_assert(!fmt::is_formattable<SecretString>::value, "a secret must not be formattable");
static_assert(!std::is_convertible_v<SecretString, std::string_view>);
static_assert(!std::is_constructible_v<LogField, std::string_view, const SecretString&>,
              "a secret must not become a log field");

TEST(SecretString, RevealGivesTheValue) { EXPECT_EQ(SecretString("glrt-1").reveal(), "glrt-1"); }

TEST(SecretString, AMovedFromSecretIsEmptyInMemoryToo) {
  SecretString from("short");  // lies within the object
  const char* bytes = from.reveal().data();
  const SecretString to(std::move(from));
  EXPECT_EQ(to.reveal(), "short");
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(std::string(bytes, 5), std::string(5, '\0'));
}

TEST(SecretString, AssignmentReplacesTheValue) {
  SecretString secret("one");
  const SecretString other("two");
  secret = other;
  EXPECT_EQ(secret.reveal(), "two");
  secret = SecretString("three");
  EXPECT_EQ(secret.reveal(), "three");
}

TEST(SecretString, EqualsComparesTheWholeValue) {
  const SecretString secret("token");
  EXPECT_TRUE(secret.equals("token"));
  EXPECT_FALSE(secret.equals("toke"));
  EXPECT_FALSE(secret.equals("tokeN"));
  EXPECT_FALSE(secret.equals(""));
}

}  // namespace
}  // namespace fairlead
