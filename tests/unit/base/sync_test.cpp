// SPDX-License-Identifier: Apache-2.0
#include "base/sync.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace fairlead {
namespace {

TEST(Sync, ManyThreadsSeeOneConsistentValue) {
  Sync<std::vector<int>> values;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) {
        if (k % 2 == 0) {
          values.lock()->push_back(k);
        } else {
          values.with([k](auto& list) { list.push_back(k); });
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(values.lock()->size(), 4000U);
}

}  // namespace
}  // namespace fairlead
