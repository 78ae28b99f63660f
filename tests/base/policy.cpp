// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/base/policy.hpp"

#include <catch2/catch_test_macros.hpp>
#include <type_traits>

namespace {

TEST_CASE("cpu: plain data that names its members", "[base]") {
  constexpr bsr::cpu four{.threads = 4};
  STATIC_CHECK(four.threads == 4);
  STATIC_CHECK(four.executor.run == nullptr);
  STATIC_CHECK(bsr::cpu{}.threads == 0);
  STATIC_CHECK(std::is_trivially_copyable_v<bsr::cpu>);
  STATIC_CHECK(std::is_aggregate_v<bsr::cpu>);
}

TEST_CASE("executor: receives the tasks as they are given", "[base]") {
  int sum = 0;
  const bsr::executor serial{.context = &sum,
                             .run = [](void* context, int tasks, void (*task)(void*, int), void* argument) {
                               for (int i = 0; i < tasks; ++i) task(argument, i);
                               *static_cast<int*>(context) += tasks;
                             }};
  int seen = 0;
  serial.run(serial.context, 5, [](void* argument, int i) { *static_cast<int*>(argument) += 1 << i; }, &seen);
  CHECK(seen == 31);
  CHECK(sum == 5);
}

}  // namespace
