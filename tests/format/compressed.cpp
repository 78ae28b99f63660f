// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/format/compressed.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>

#include "support/sample.hpp"

namespace {

using namespace bsr_test;

TEST_CASE("compressed: the index arrays of BSR and CSR, counted in their own rows", "[format]") {
  const auto a = sample::matrix<float, bsr::dynamic, bsr::dynamic, std::int64_t>();
  const auto of_blocks = bsr::detail::index_arrays(a.view());
  CHECK(of_blocks.rows == 3);
  CHECK(of_blocks.cols == 3);
  CHECK(of_blocks.stored == 5);
  CHECK(of_blocks.indices == a.indices().data());
  CHECK(of_blocks.indptr == a.indptr().data());
  CHECK(std::string(of_blocks.row_name) == "block row");
  const auto rows = sample::csr<float>();
  const auto of_rows = bsr::detail::index_arrays(rows.view());
  CHECK(of_rows.rows == 6);
  CHECK(of_rows.cols == 9);
  CHECK(of_rows.stored == 30);
  CHECK(of_rows.indices == rows.indices().data());
  CHECK(std::string(of_rows.row_name) == "row");
}

}  // namespace
