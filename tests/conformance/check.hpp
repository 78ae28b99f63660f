// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// All cases of one element type.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "conformance/operations.hpp"

namespace conformance {

/// The cases of the matrix type M: all of its element type, and when its block size is known, of that block
/// size.
template <class M>
void check_cases() {
  const std::string dtype = bsr_test::dtype_name<typename M::value_type>();
  const auto& file = bsr_test::conformance_cases();
  int cases = 0;
  for (std::size_t n = 0; n < file.size(); ++n) {
    const auto& c = file[n];
    if (c.text("dtype") != dtype) continue;
    const bsr::dims block = c.blocksize("a");
    if ((M::static_rows != bsr::dynamic && M::static_rows != block.rows) ||
        (M::static_cols != bsr::dynamic && M::static_cols != block.cols))
      continue;
    ++cases;
    INFO("case " << n << ": " << c.text("op") << " of " << dtype << ", " << c.text("state") << ", blocks of "
                 << block.rows << "x" << block.cols);
    CHECK(run<M>(c) == "");
  }
  // Every type has its share of the file.
  CHECK(cases >= (M::static_rows == bsr::dynamic ? 150 : 20));
}
template <class T, class Index>
void check_type() {
  check_cases<bsr::matrix<T, bsr::dynamic, bsr::dynamic, Index>>();
}

}  // namespace conformance
