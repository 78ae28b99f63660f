// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// All cases of one element type.
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <string>

#include "conformance/operations.hpp"

namespace conformance {

template <class T>
void check_type() {
  const std::string dtype = bsr::scalar_traits<T>::npy_kind + std::to_string(sizeof(T));
  // scripts/test all makes a larger file, with another seed.
  const char* const other = std::getenv("BSR_CONFORMANCE");
  const bsr_test::conformance_file file(other != nullptr ? other : BSR_TESTS_DIR "/data/conformance.bin");
  int cases = 0;
  for (std::size_t n = 0; n < file.size(); ++n) {
    const auto& c = file[n];
    if (c.text("dtype") != dtype) continue;
    ++cases;
    INFO("case " << n << ": " << c.text("op") << " of " << dtype << ", " << c.text("state"));
    CHECK(run<T>(c) == "");
  }
  // Every type has its share of the file.
  CHECK(cases >= 90);
}

}  // namespace conformance
