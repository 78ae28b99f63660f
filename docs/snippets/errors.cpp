// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/guide/errors.md.
#include <bsr/bsr.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

namespace {

template <class Error, class F>
std::string sentence(F&& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("errors: one base") {
  const bsr::matrix<float, 2> a({4, 4});
  bsr::dense_matrix<float> x(3, 5), y(4, 5);
  std::ostream null(nullptr);
  auto& log = null;
  // [catch]
  try {
    y = a * x;
  } catch (const bsr::error& e) {  // a std::runtime_error
    log << e.what() << '\n';
  }
  // [catch]
}

TEST_CASE("errors: the sentences of the page") {
  const bsr::matrix<float, 2> a({4, 4});
  const std::vector<float> data(8), bias(3);
  bsr::dense_matrix<float> x(3, 5), y(4, 5), square(4, 4);

  CHECK(sentence<bsr::shape_error>([&] { y = a * x; }) == "bsr: c = a * b: a is 4x4, b is 3x5, c is 4x5.");
  CHECK(sentence<bsr::shape_error>([&] { x = y * transpose(a); }) ==
        "bsr: c = b * transpose(a): a is 4x4, b is 4x5, c is 3x5.");
  CHECK(sentence<bsr::shape_error>([&] { bsr::matrix<float, 3> b({4, 4}); }) ==
        "bsr: matrix: shape must be multiple of blocksize: shape is 4x4, blocksize is 3x3; pass bsr::padded "
        "if the last "
        "blocks shall reach beyond the edge.");
  CHECK(sentence<bsr::alias_error>([&] { square = a * square; }) ==
        "bsr: c = a * b: c shares memory with b, which is read while c is written: a is 4x4, b is 4x4, c is "
        "4x4. "
        "Compute into other memory.");
  CHECK(sentence<bsr::format_error>([&] {
          const std::vector<int> indices = {0, 7}, indptr = {0, 1, 2};
          check_format(bsr::matrix_view<const float, 2>({4, 4}, data, indices, indptr));
        }) == "bsr: check_format: column index values must be < 2 (now max 7): block row 1 holds 7.");
}

TEST_CASE("errors: check what you do not trust") {
  const std::vector<float> data(8);
  const std::vector<int> indices = {0, 1}, indptr = {0, 1, 2};
  // [trust]
  bsr::matrix_view<const float, 2> a({4, 4}, data, indices, indptr);  // checks lengths and ends, O(1)
  check_format(a);                                                    // checks every index, O(blocks)
  // [trust]
  CHECK(a.num_blocks() == 2);
}
