// SPDX-License-Identifier: Apache-2.0
#include "runner/config/config_keys.hpp"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>

#include "base/files.hpp"

namespace fairlead::runner {
namespace {

// FAIRLEAD_RECORD=1 writes the tables into the page anew.
TEST(ConfigKeys, TheDocumentedTablesAreThoseOfTheProgram) {
  const std::string begin = "<!-- keys: made from runner/config/config_keys.cpp -->\n\n";
  const std::string end = "<!-- end of keys -->\n";
  std::string page = read_file(FAIRLEAD_CONFIG_DOCS, 1 << 20).value();
  const std::size_t from = page.find(begin);
  const std::size_t to = page.find(end);
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  const std::string tables = render_key_tables() + '\n';
  if (std::getenv("FAIRLEAD_RECORD") != nullptr) {
    page.replace(from + begin.size(), to - from - begin.size(), tables);
    std::ofstream(FAIRLEAD_CONFIG_DOCS) << page;
    return;
  }
  EXPECT_EQ(page.substr(from + begin.size(), to - from - begin.size()), tables)
      << "run this test with FAIRLEAD_RECORD=1 and commit docs/runner-config.md";
}

}  // namespace
}  // namespace fairlead::runner
