// SPDX-License-Identifier: Apache-2.0
#include "parser/entry/keywords.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "parser/entry/job_keywords.hpp"

namespace fairlead::tests {
namespace {

using namespace parser::entry;

TEST(Keywords, documentation_is_what_the_table_says) {
  const std::string path = FAIRLEAD_KEYWORD_DOCS;
  const std::string wanted = render_keyword_docs();
  if (const char* record = std::getenv("FAIRLEAD_RECORD"); record != nullptr && *record == '1') {
    std::ofstream(path) << wanted;
    return;
  }
  std::ifstream file(path);
  std::ostringstream written;
  written << file.rdbuf();
  EXPECT_EQ(written.str(), wanted) << "run this test with FAIRLEAD_RECORD=1";
}

TEST(Keywords, no_keyword_stands_twice_in_one_place) {
  std::set<std::pair<unsigned, std::string_view>> seen;
  for (const Keyword& keyword : keyword_table()) {
    for (unsigned i = 0; i < static_cast<unsigned>(Scope::count_); ++i) {
      if ((keyword.where >> i & 1U) == 0) continue;
      EXPECT_TRUE(seen.emplace(i, keyword.name).second)
          << scope_title(static_cast<Scope>(i)) << ":" << keyword.name;
    }
  }
}

TEST(Keywords, every_row_is_complete) {
  for (const Keyword& keyword : keyword_table()) {
    EXPECT_NE(keyword.where, 0U) << keyword.name;
    for (std::string_view text :
         {keyword.name, keyword.forms, keyword.since, keyword.meaning, keyword.fairlead}) {
      EXPECT_FALSE(text.empty()) << keyword.name;
    }
  }
  for (unsigned i = 0; i < static_cast<unsigned>(Scope::count_); ++i) {
    EXPECT_FALSE(scope_title(static_cast<Scope>(i)).empty()) << i;
    EXPECT_FALSE(keyword_names(static_cast<Scope>(i)).empty()) << scope_title(static_cast<Scope>(i));
  }
}

TEST(Keywords, every_keyword_of_a_job_has_a_reader) {
  for (const Scope scope : {Scope::job, Scope::bridge, Scope::defaults}) {
    for (const std::string& name : keyword_names(scope)) {
      ASSERT_NE(job_keyword(name), nullptr) << name;
      EXPECT_EQ(scope == Scope::defaults && job_keyword(name)->take_over == nullptr, false) << name;
    }
  }
}

}  // namespace
}  // namespace fairlead::tests
