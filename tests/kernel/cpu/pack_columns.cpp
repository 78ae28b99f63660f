// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/pack_columns.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "support/guarded.hpp"

TEMPLATE_TEST_CASE("pack_columns: elements of a row side by side, zeros beyond the last column", "[pack]",
                   float, double) {
  constexpr std::int64_t size = bsr::simd::pack<TestType>::size;
  bsr_test::random rng(1);
  for (const std::int64_t rows : {std::int64_t{0}, std::int64_t{1}, size - 1, size, 2 * size + 3})
    for (const std::int64_t width : {size, 3 * size})
      for (const std::int64_t columns : {std::int64_t{1}, size - 1, size, width - 1, width}) {
        if (columns > width) continue;
        const bsr_test::guarded<TestType, bsr::col_major> from(
            bsr_test::random_dense<TestType>(rng, rows, columns));
        bsr_test::guarded<TestType> to(rows, width, 0);
        bsr::detail::pack_columns(from.view().data(), from.view().ld(), rows, columns, width,
                                  to.view().data());
        INFO(rows << " rows, " << columns << " columns of " << width);
        REQUIRE(to.intact());
        for (std::int64_t k = 0; k < rows; ++k)
          for (std::int64_t j = 0; j < width; ++j)
            REQUIRE(to.view()(k, j) == (j < columns ? from.view()(k, j) : TestType(0)));
      }
}
