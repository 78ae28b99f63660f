// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/guide/container.md.
#include <bsr/bsr.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

TEST_CASE("container: views over the arrays of others") {
  // [arrays]
  //     1  2  .  .  5  6
  //     3  4  .  .  7  8
  //     .  .  9 10  .  .
  //     .  . 11 12  .  .
  std::vector<double> data = {1, 2, 3, 4, /**/ 5, 6, 7, 8, /**/ 9, 10, 11, 12};  // three blocks, row by row
  std::vector<std::int32_t> indices = {0, 2, 1};                                 // their block columns
  std::vector<std::int32_t> indptr = {0, 2, 3};  // block row i holds blocks indptr[i] to indptr[i + 1] - 1
  // [arrays]
  // [views]
  // Blocks of 2 x 2, known to the compiler:
  bsr::matrix_view<double, 2> a({4, 6}, data, indices, indptr);
  // The block size is known at run time only, and the elements are not to be changed:
  bsr::matrix_view<const double> b({4, 6}, data, indices, indptr, {2, 2});
  // Three blocks at pointers:
  bsr::matrix_view<const double, 2> c({4, 6}, data.data(), indices.data(), indptr.data(), 3);

  a.block(2)(0, 1) = -10;  // block 2, its element (0, 1): writes into data
  // [views]
  CHECK(data[9] == -10);
  CHECK(b.block(2)(0, 1) == -10);
  CHECK(c.data().data() == data.data());
  // [readers]
  a.shape();       // 4 x 6
  a.rows();        // 4
  a.blocksize();   // 2 x 2; a constant expression, as both are known
  a.block_rows();  // 2
  a.num_blocks();  // 3; scipy: len(indices)
  a.nnz();         // 12: stored elements, zeros included, as in scipy
  // [readers]
  CHECK((a.shape() == bsr::dims(4, 6) && a.rows() == 4 && a.blocksize() == bsr::dims(2, 2) &&
         a.block_rows() == 2));
  CHECK((a.num_blocks() == 3 && a.nnz() == 12));
  double trace = 0;
  // [row]
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (auto block : a.row(i))  // block.row(), block.col(): where it is
      if (block.col() == i) trace += block(0, 0) + block(1, 1);
  // [row]
  CHECK(trace == 1 + 4 + -10 * 0 + 9 + 12);
  // [kinds]
  bsr::matrix_view<const double, 2> constant = a;  // elements become read-only
  bsr::matrix_view<const double> any_size = a;     // the block size is a run-time number
  // [kinds]
  CHECK(constant.block(0)(1, 1) == 4);
  CHECK(any_size.blocksize() == bsr::dims(2, 2));
}

TEST_CASE("container: owners") {
  // [owners]
  bsr::matrix<float, 2> a({4, 6}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, {0, 2, 1}, {0, 2, 3});
  bsr::matrix<float> b({4, 6}, {2, 2});                 // no blocks yet, 2 x 2 at run time
  bsr::matrix<float, 2> zeros(a.pattern());             // zero blocks where a has blocks
  bsr::matrix<float, 2, 2, std::int64_t> wide({4, 6});  // 64-bit indices
  bsr::matrix<float, 2> copy = a;                       // deep
  bsr::matrix<float, 2> moved = std::move(copy);        // copy is 0 x 0 now
  // [owners]
  CHECK(moved.nnz() == 12);
  CHECK(copy.shape() == bsr::dims(0, 0));
  CHECK(zeros.num_blocks() == 3);
  CHECK((zeros.data()[5] == 0 && b.num_blocks() == 0 && wide.num_blocks() == 0));
}

TEST_CASE("container: adopting memory") {
  // [adopt]
  auto* memory = static_cast<double*>(std::calloc(4, sizeof(double)));
  bsr::buffer<double> data(memory, 4, [](double* p, void*) noexcept { std::free(p); });
  bsr::matrix<double, 2> a({2, 2}, std::move(data), {0}, {0, 1});  // frees the memory in the end
  // [adopt]
  CHECK(a.data().data() == memory);
}

TEST_CASE("container: padding") {
  // [padded]
  bsr::dense_matrix<float> d(5, 7);
  d(4, 6) = 1;
  auto a = bsr::to_bsr<4>(d, bsr::padded);  // without the tag: shape_error
  a.shape();                                // 5 x 7: the true shape
  a.block_rows();                           // 2: the last blocks reach beyond the edge
  // [padded]
  CHECK((a.shape() == bsr::dims(5, 7) && a.block_rows() == 2 && a.block_cols() == 2 && a.num_blocks() == 1));
  CHECK_THROWS_AS(bsr::to_bsr<4>(d), bsr::shape_error);
}

TEST_CASE("container: conversions") {
  // [convert]
  std::vector<double> data = {4, -1, -1, 4};
  std::vector<int> indices = {0, 1, 0, 1}, indptr = {0, 2, 4};
  bsr::csr_view<const double> k({2, 2}, data, indices, indptr);  // scipy's CSR, where it lies

  auto a = bsr::to_bsr<2>(k);         // matrix<double, 2>: the block size known to the compiler
  auto b = bsr::to_bsr(k, {1, 2});    // matrix<double>: known at run time
  auto back = bsr::to_csr(a);         // csr<double>
  auto full = bsr::to_dense(a);       // dense_matrix<double>, row-major
  bsr::to_dense(b, transpose(full));  // into a matrix that is there, here a transposed view
  // [convert]
  CHECK((a.num_blocks() == 1 && b.num_blocks() == 2 && back.nnz() == 4 && full(0, 1) == -1));
}

TEST_CASE("container: assembly") {
  const std::vector<int> nodes = {0, 2};
  bsr::dense_matrix<double> element(4, 4);
  element(0, 3) = 5;
  // [builder]
  bsr::builder<double, 2> b({6, 6});
  b.add_block(0, 1, {1, 2, 3, 4});  // block row 0, block column 1, row by row
  b.add(0, 2, 10);                  // element (0, 2), which lies in the same block
  b.add_element(nodes, element);    // block (p, q) of element goes to (nodes[p], nodes[q])
  bsr::matrix<double, 2> a = b.build();
  // [builder]
  CHECK((a.num_blocks() == 5 && to_dense(a)(0, 2) == 11 && to_dense(a)(0, 5) == 5));
}
