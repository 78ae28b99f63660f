// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/storage/matrix.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "bsr/storage.hpp"
#include "support/identical.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;

TEST_CASE("matrix: scipy's arrays, moved in or copied", "[storage]") {
  std::vector<double> data(30, 1.0);
  const bsr::matrix<double, 2, 3> a({6, 9}, data, {2, 0, 2, 1, 0}, {0, 3, 3, 5});
  CHECK(a.data().data() != data.data());
  CHECK(a.shape() == bsr::dims(6, 9));
  CHECK(a.blocksize() == bsr::dims(2, 3));
  CHECK(a.block_rows() == 3);
  CHECK(a.block_cols() == 3);
  CHECK(a.num_blocks() == 5);
  bsr::buffer<double> owned(30);
  const double* const memory = owned.data();
  const bsr::matrix<double, 2, 3> b({6, 9}, std::move(owned), {2, 0, 2, 1, 0}, {0, 3, 3, 5});
  CHECK(b.data().data() == memory);
}

TEST_CASE("matrix: nnz counts stored elements, zeros and duplicates included", "[storage]") {
  CHECK(sample::matrix<float>().nnz() == 30);
  CHECK(sample::matrix<float>().num_blocks() == 5);
}

TEST_CASE("matrix: the arrays beyond indptr[-1] are cut, as scipy does", "[storage]") {
  const bsr::matrix<int, 1, 2> a({2, 4}, {1, 2, 3, 4, 5, 6}, {0, 1, 1}, {0, 1, 2});
  CHECK(a.num_blocks() == 2);
  CHECK(a.data().size() == 4);
  CHECK(a.indices().size() == 2);
}

TEST_CASE("matrix: without blocks; the dynamic one has scipy's blocks of 1x1", "[storage]") {
  const bsr::matrix<double> a({3, 5});
  CHECK(a.blocksize() == bsr::dims(1, 1));
  CHECK(a.block_rows() == 3);
  CHECK(a.indptr().size() == 4);
  CHECK(a.nnz() == 0);
  const bsr::matrix<double> b({4, 6}, bsr::dims(2, 3));
  CHECK(b.blocksize() == bsr::dims(2, 3));
  CHECK(b.block_rows() == 2);
  const bsr::matrix<double, 2, bsr::dynamic> half({4, 6}, bsr::dims(2, 3));
  CHECK(half.blocksize() == bsr::dims(2, 3));
  for (const bsr::dims shape : {bsr::dims(0, 6), bsr::dims(4, 0), bsr::dims(0, 0)}) {
    const bsr::matrix<float, 2, 3> none(shape);
    CHECK(none.shape() == shape);
    CHECK(none.block_rows() == shape.rows / 2);
    CHECK(none.block_cols() == shape.cols / 3);
    CHECK(static_cast<std::int64_t>(none.indptr().size()) == none.block_rows() + 1);
  }
}

TEST_CASE("matrix: the default one is 0x0 and complete", "[storage]") {
  const bsr::matrix<double, 3> a;
  CHECK(a.shape() == bsr::dims(0, 0));
  CHECK(a.indptr().size() == 1);
  CHECK(a.indptr()[0] == 0);
  CHECK(a.view().num_blocks() == 0);
  CHECK(bsr::matrix<double>().blocksize() == bsr::dims(1, 1));
}

TEST_CASE("matrix: zero blocks at the places of a pattern", "[storage]") {
  const bsr::pattern<2, 3> p({6, 9}, {2, 0, 1}, {0, 2, 2, 3});
  const bsr::matrix<double, 2, 3> a(p.view());
  CHECK(a.num_blocks() == 3);
  CHECK(a.indices()[0] == 2);
  CHECK(array_difference("data", a.data(), std::vector<double>(18)) == "");
  const bsr::matrix<float> b(bsr::pattern_view<>(p.view()));
  CHECK(b.blocksize() == bsr::dims(2, 3));
}

TEST_CASE("matrix: copies are deep, a moved-from matrix is 0x0", "[storage]") {
  auto a = sample::matrix<double>();
  auto b = a;
  b.data()[0] = 50;
  CHECK(a.data()[0] == 1);
  const double* const memory = a.data().data();
  auto c = std::move(a);
  CHECK(c.data().data() == memory);
  CHECK(a.shape() == bsr::dims(0, 0));
  CHECK(a.num_blocks() == 0);
  CHECK(a.view().block_rows() == 0);
  a = c;
  CHECK(stored_difference(a, sample::matrix<double>()) == "");
  a = std::move(b);
  CHECK(a.data()[0] == 50);
  CHECK(b.block_rows() == 0);
  a.swap(c);
  CHECK(c.data()[0] == 50);
  const bsr::matrix<double, 2, 3> d(std::as_const(c).view());
  CHECK(stored_difference(d, c) == "");
  STATIC_CHECK(std::is_nothrow_move_constructible_v<bsr::matrix<float>>);
}

TEST_CASE("matrix: release gives the arrays away", "[storage]") {
  auto a = sample::matrix<double>();
  const double* const memory = a.data().data();
  auto [data, indices, indptr] = a.release();
  CHECK(data.data() == memory);
  CHECK((a.shape() == bsr::dims(0, 0) && a.num_blocks() == 0 && a.nnz() == 0));
  const auto whole = sample::matrix<double>();
  const bsr::matrix<double, 2, 3> again(whole.shape(), std::move(data), std::move(indices),
                                        std::move(indptr));
  CHECK(stored_difference(again, whole) == "");
}

TEST_CASE("matrix: blocks by number and by row", "[storage]") {
  auto a = sample::matrix<float>();
  CHECK(a.block(1)(0, 2) == 8.0f);
  a.block(1)(0, 2) = 80;
  CHECK(a.data()[8] == 80.0f);
  std::vector<std::int64_t> seen;
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    CHECK(a.row(i).size() ==
          a.indptr()[static_cast<std::size_t>(i) + 1] - a.indptr()[static_cast<std::size_t>(i)]);
    for (auto block : std::as_const(a).row(i)) {
      CHECK(block.row() == i);
      CHECK(block.values().data() == a.data().data() + 6 * block.index());
      seen.push_back(block.col());
    }
  }
  CHECK(seen == std::vector<std::int64_t>{2, 0, 2, 1, 0});
  for (auto block : a.row(2)) block(0, 0) = 1;
  CHECK(a.data()[18] == 1.0f);
  CHECK(a.data()[24] == 1.0f);
  CHECK(text_of<bsr::shape_error>([&] { a.row(3); }) == "bsr: row(3): the matrix has 3 block rows.");
  CHECK(text_of<bsr::shape_error>([&] { a.row(-1); }) == "bsr: row(-1): the matrix has 3 block rows.");
}

TEST_CASE("matrix: constructors refuse what scipy refuses, with numbers", "[storage]") {
  using m = bsr::matrix<double, 2>;
  const std::vector<double> data(8);
  CHECK(text_of<bsr::shape_error>([] { m({4, 5}); }) ==
        "bsr: matrix: shape must be multiple of blocksize: shape is 4x5, blocksize is 2x2; pass bsr::padded "
        "if the last "
        "blocks shall reach beyond the edge.");
  CHECK(text_of<bsr::shape_error>([] { bsr::matrix<double>({4, 4}, bsr::dims(0, 2)); }) ==
        "bsr: matrix: invalid blocksize 0x2.");
  CHECK(text_of<bsr::shape_error>([] { bsr::matrix<double>({4, 4}, bsr::dims(2, -2)); }) ==
        "bsr: matrix: invalid blocksize 2x-2.");
  CHECK(text_of<bsr::shape_error>([] { m({-2, 4}); }) == "bsr: matrix: invalid shape -2x4.");
  CHECK(text_of<bsr::shape_error>([&] { m({4, 4}, data, {0, 1}, {0, 2}); }) ==
        "bsr: matrix: index pointer size (2) should be (3): shape is 4x4, blocksize is 2x2.");
  CHECK(text_of<bsr::format_error>([&] { m({4, 4}, data, {0, 1}, {1, 2, 2}); }) ==
        "bsr: matrix: index pointer should start with 0, not 1.");
  CHECK(text_of<bsr::format_error>([&] { m({4, 4}, data, {0, 1}, {0, 1, 3}); }) ==
        "bsr: matrix: Last value of index pointer should be less than the size of index and data arrays: it "
        "is 3, and "
        "there are 2 indices.");
  CHECK(text_of<bsr::format_error>([&] {
          m({4, 4}, data, {0, 1}, {0, 1, -1});
        }).starts_with("bsr: matrix: Last value"));
  CHECK(text_of<bsr::shape_error>([&] { m({4, 4}, data, {0, 1, 1}, {0, 1, 3}); }) ==
        "bsr: matrix: indices and data should have the same size: 3 indices need 3 blocks of 2x2 elements, "
        "and data has 8 "
        "elements.");
  CHECK(text_of<bsr::shape_error>([&] { m({4, 4}, data, {0, 1}, {0, 1, 2}, bsr::dims(2, 1)); }) ==
        "bsr: matrix: mismatching blocksize=2x1 vs 2x2 of the type.");
  // scipy accepts a shape that is no multiple here; then its products are wrong.
  CHECK(text_of<bsr::shape_error>([] {
          bsr::matrix<double, 2, 3>({5, 10}, std::vector<double>(6), {0}, {0, 1, 1});
        }).starts_with("bsr: matrix: shape must be multiple of blocksize: shape is 5x10, blocksize is 2x3"));
}

TEST_CASE("matrix: padded shapes are asked for by name", "[storage]") {
  const bsr::matrix<double, 2> a({3, 5}, std::vector<double>(8), {2, 0}, {0, 1, 2}, bsr::padded);
  CHECK(a.block_rows() == 2);
  CHECK(a.block_cols() == 3);
  CHECK(a.shape() == bsr::dims(3, 5));
  const bsr::matrix<double> b({3, 5}, std::vector<double>(8), {2, 0}, {0, 1, 2}, bsr::dims(2, 2),
                              bsr::padded);
  CHECK(b.is_padded());
  CHECK(bsr::matrix<double>({3, 5}, bsr::dims(2, 2), bsr::padded).block_rows() == 2);
}

TEST_CASE("matrix: 64-bit indices and truncate_blocks", "[storage]") {
  bsr::matrix<float, 1, 1, std::int64_t> a({1, std::int64_t{1} << 40}, {1, 2},
                                           {0, (std::int64_t{1} << 40) - 1}, {0, 2});
  STATIC_CHECK(std::is_same_v<decltype(a)::index_type, std::int64_t>);
  CHECK(a.block_cols() == std::int64_t{1} << 40);
  a.indptr()[1] = 1;
  a.truncate_blocks(1);
  CHECK(a.num_blocks() == 1);
  CHECK(a.data().size() == 1);
}

TEST_CASE("matrix: restructure keeps the blocks and checks first", "[storage]") {
  bsr::matrix<float, 2> a({4, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, {1, 0}, {0, 1, 2});
  const float* const data = a.data().data();
  a.restructure({5, 9}, {0, 1, 1, 2});
  CHECK(a.shape() == bsr::dims(5, 9));
  CHECK(a.block_rows() == 3);
  CHECK(a.data().data() == data);
  CHECK(a.row(1).size() == 0);
  CHECK(a.block(1)(1, 1) == 8.0f);
  CHECK(text_of<bsr::shape_error>([&] { a.restructure({2, 2}, {0, 1, 2}); }) ==
        "bsr: matrix: restructure: index pointer size (3) should be (2): shape is 2x2, blocksize is 2x2.");
  CHECK(
      text_of<bsr::format_error>([&] { a.restructure({2, 2}, {0, 3}); }) ==
      "bsr: matrix: restructure: Last value of index pointer should be less than the size of index and data "
      "arrays: it is 3, and there are 2 indices.");
  CHECK(a.shape() == bsr::dims(5, 9));
  a.restructure({2, 4}, {0, 1});
  CHECK(a.num_blocks() == 1);
  CHECK(a.data().size() == 4);
}

}  // namespace
