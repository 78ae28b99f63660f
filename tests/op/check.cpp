// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/op/check.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "bsr/expr/assign.hpp"
#include "bsr/storage.hpp"
#include "support/definition.hpp"
#include "support/throws.hpp"

using bsr_test::by_definition;
using bsr_test::text_of;

namespace {

using bsr::alias_error;
using bsr::per_col;
using bsr::per_row;
using bsr::shape_error;
using dense = bsr::dense_matrix<float>;
using view = bsr::dense_view<float>;
using vector = bsr::vector_view<float>;

/// 4 x 6 with blocks of 2 x 3.
struct operands {
  bsr::matrix<float, 2, 3> a{{4, 6}, {1, 2, 3, 4, 5, 6}, {1}, {0, 1, 1}};
  dense b{6, 5}, c{4, 5}, d{4, 4}, bt{5, 6}, ct{5, 4};
  std::vector<float> x = std::vector<float>(6), y = std::vector<float>(4), z = std::vector<float>(5);
  vector to{y.data(), y.size()};
};

}  // namespace

TEST_CASE_METHOD(operands, "a product that does not fit names the operation and all shapes", "[check]") {
  const auto shape = [](auto f) { return text_of<shape_error>(f); };
  CHECK(shape([&] { d.on(by_definition) = a * b; }) == "bsr: c = a * b: a is 4x6, b is 6x5, c is 4x4.");
  CHECK(shape([&] { c.on(by_definition) = a * c; }) == "bsr: c = a * b: a is 4x6, b is 4x5, c is 4x5.");
  CHECK(shape([&] { b.on(by_definition) = a * b; }) == "bsr: c = a * b: a is 4x6, b is 6x5, c is 6x5.");
  CHECK(shape([&] { d.on(by_definition) = -2 * transpose(a) * c; }) ==
        "bsr: c = transpose(a) * b: a is 4x6, b is 4x5, c is 4x4.");
  CHECK(shape([&] { d.on(by_definition) = bt * transpose(a); }) ==
        "bsr: c = b * transpose(a): a is 4x6, b is 5x6, c is 4x4.");
  CHECK(shape([&] { ct.on(by_definition) = ct * transpose(a); }) ==
        "bsr: c = b * transpose(a): a is 4x6, b is 5x4, c is 5x4.");
  CHECK(shape([&] { d.on(by_definition) = ct * a; }) == "bsr: c = b * a: a is 4x6, b is 5x4, c is 4x4.");
  CHECK(shape([&] { transpose(d).on(by_definition) = a * transpose(bt); }) ==
        "bsr: c = a * b: a is 4x6, b is 6x5, c is 4x4.");
  CHECK(shape([&] { to.on(by_definition) = a * z; }) ==
        "bsr: y = a * x: a is 4x6, x has 5 elements, y has 4 elements.");
  CHECK(shape([&] { bsr::view(z).on(by_definition) = a * x; }) ==
        "bsr: y = a * x: a is 4x6, x has 6 elements, y has 5 elements.");
  CHECK(shape([&] { to.on(by_definition) = transpose(a) * y; }) ==
        "bsr: y = transpose(a) * x: a is 4x6, x has 4 elements, y has 4 elements.");
  CHECK(shape([&] { to.on(by_definition) = y * a; }) ==
        "bsr: y = x * a: a is 4x6, x has 4 elements, y has 4 elements.");
  CHECK(shape([&] { to.on(by_definition) = z * transpose(a); }) ==
        "bsr: y = x * transpose(a): a is 4x6, x has 5 elements, y has 4 elements.");
  CHECK(shape([&] { spmm(by_definition, 1, a, b, 0, d); }) ==
        "bsr: c = a * b: a is 4x6, b is 6x5, c is 4x4.");
  CHECK(shape([&] { bsr::spmm<bsr::op::transpose>(by_definition, 1, a, c, 0, d); }) ==
        "bsr: c = transpose(a) * b: a is 4x6, b is 4x5, c is 4x4.");
  CHECK(shape([&] { bsr::spmv<bsr::op::transpose>(by_definition, 1, a, y, 0, z); }) ==
        "bsr: y = transpose(a) * x: a is 4x6, x has 4 elements, y has 5 elements.");
}

TEST_CASE_METHOD(operands, "an addend that does not fit names the operation and all shapes", "[check]") {
  const auto shape = [](auto f) { return text_of<shape_error>(f); };
  CHECK(shape([&] { c.on(by_definition) = a * b + d; }) ==
        "bsr: c = a * b + d: a is 4x6, b is 6x5, c is 4x5, d is 4x4.");
  CHECK(shape([&] { c.on(by_definition) = 3 * ct - a * b; }) ==
        "bsr: c = a * b + d: a is 4x6, b is 6x5, c is 4x5, d is 5x4.");
  CHECK(shape([&] { ct.on(by_definition) = relu(bt * transpose(a)) + c; }) ==
        "bsr: c = b * transpose(a) + d: a is 4x6, b is 5x6, c is 5x4, d is 4x5.");
  CHECK(shape([&] { to.on(by_definition) = a * x + z; }) ==
        "bsr: y = a * x + z: a is 4x6, x has 6 elements, y has 4 elements, z has 5 elements.");
  CHECK(shape([&] { to.on(by_definition) = z - x * transpose(a); }) ==
        "bsr: y = x * transpose(a) + z: a is 4x6, x has 6 elements, y has 4 elements, z has 5 elements.");
  CHECK(shape([&] { c.on(by_definition) = a * b + per_row(z); }) ==
        "bsr: c = a * b + per_row(v): a is 4x6, b is 6x5, c is 4x5, v has 5 elements.");
  CHECK(shape([&] { c.on(by_definition) = a * b + per_col(y); }) ==
        "bsr: c = a * b + per_col(v): a is 4x6, b is 6x5, c is 4x5, v has 4 elements.");
  CHECK(shape([&] { ct.on(by_definition) = bt * transpose(a) + per_col(z); }) ==
        "bsr: c = b * transpose(a) + per_col(v): a is 4x6, b is 5x6, c is 5x4, v has 5 elements.");
  CHECK(shape([&] { ct.on(by_definition) = bt * transpose(a) + per_row(y); }) ==
        "bsr: c = b * transpose(a) + per_row(v): a is 4x6, b is 5x6, c is 5x4, v has 4 elements.");
  // Whichever part of a long epilogue is wrong.
  CHECK(shape([&] { c.on(by_definition) = gelu(2 * relu(a * b + per_row(y)) + c) + per_col(x); }) ==
        "bsr: c = a * b + per_col(v): a is 4x6, b is 6x5, c is 4x5, v has 6 elements.");
  CHECK(shape([&] { c.on(by_definition) = gelu(2 * relu(a * b + per_row(x)) + c) + per_col(z); }) ==
        "bsr: c = a * b + per_row(v): a is 4x6, b is 6x5, c is 4x5, v has 6 elements.");
}

TEST_CASE_METHOD(operands, "a destination inside a factor names who shares memory with whom", "[check]") {
  const auto alias = [](auto f) { return text_of<alias_error>(f); };
  const view inside(b.data() + 3, 4, 5);
  CHECK(alias([&] { inside.on(by_definition) = a * b; }) ==
        "bsr: c = a * b: c shares memory with b, which is read while c is written: "
        "a is 4x6, b is 6x5, c is 4x5. Compute into other memory.");
  CHECK(alias([&] { view(bt.data(), 5, 4, 6).on(by_definition) = bt * transpose(a); }) ==
        "bsr: c = b * transpose(a): c shares memory with b, which is read while c is written: "
        "a is 4x6, b is 5x6, c is 5x4. Compute into other memory.");
  CHECK(alias([&] { vector(x.data() + 2, 4).on(by_definition) = a * x; }) ==
        "bsr: y = a * x: y shares memory with x, which is read while y is written: "
        "a is 4x6, x has 6 elements, y has 4 elements. Compute into other memory.");
  CHECK(alias([&] { vector(a.data().data(), 4).on(by_definition) = a * x; }) ==
        "bsr: y = a * x: y shares memory with a, which is read while y is written: "
        "a is 4x6, x has 6 elements, y has 4 elements. Compute into other memory.");
  // The index arrays are operands as well.
  bsr::matrix<std::int32_t, 2, 3> counts({4, 6}, {1, 2, 3, 4, 5, 6}, {1}, {0, 1, 1});
  const std::vector<std::int32_t> ones(6, 1);
  const auto in = [&](std::int32_t* p) {
    return alias([&] { bsr::vector_view<std::int32_t>(p - 3, 4).on(by_definition) = counts * ones; })
        .substr(0, 46);
  };
  CHECK(in(counts.indices().data()) == "bsr: y = a * x: y shares memory with a, which ");
  CHECK(in(counts.indptr().data() + 2) == "bsr: y = a * x: y shares memory with a, which ");
}

TEST_CASE_METHOD(
    operands,
    "an addend or a bias that lies across the destination is refused, exactly the destination is not",
    "[check]") {
  const auto alias = [](auto f) { return text_of<alias_error>(f); };
  std::vector<float> memory(40);
  const view shifted(memory.data() + 1, 4, 5);
  const view at(memory.data(), 4, 5);
  CHECK(alias([&] { at.on(by_definition) = a * b + shifted; }) ==
        "bsr: c = a * b + d: c shares memory with d without being the same elements: "
        "a is 4x6, b is 6x5, c is 4x5, d is 4x5. The addend may be exactly c, or apart from it.");
  CHECK(alias([&] {
          at.on(by_definition) = a * b + bsr::dense_view<float, bsr::col_major>(memory.data(), 4, 5);
        }).substr(0, 50) == "bsr: c = a * b + d: c shares memory with d without");
  CHECK(alias([&] { vector(memory.data(), 4).on(by_definition) = a * x - vector(memory.data() + 3, 4); }) ==
        "bsr: y = a * x + z: y shares memory with z without being the same elements: "
        "a is 4x6, x has 6 elements, y has 4 elements, z has 4 elements. "
        "The addend may be exactly y, or apart from it.");
  CHECK(alias([&] { at.on(by_definition) = a * b + per_row(vector(memory.data() + 19, 4)); }) ==
        "bsr: c = a * b + per_row(v): c shares memory with v, which is read while c is written: "
        "a is 4x6, b is 6x5, c is 4x5, v has 4 elements. Compute into other memory.");
  CHECK(alias([&] {
          transpose(at).on(by_definition) = bt * transpose(a) + per_col(vector(memory.data(), 4));
        }) ==
        "bsr: c = b * transpose(a) + per_col(v): c shares memory with v, which is read while c is written: "
        "a is 4x6, b is 5x6, c is 5x4, v has 4 elements. Compute into other memory.");
  CHECK_NOTHROW(at.on(by_definition) = a * b + at);
  CHECK_NOTHROW(at.on(by_definition) = at - a * b);
  CHECK_NOTHROW(at.on(by_definition) = 2 * relu(a * b) + bsr::dense_view<const float>(at));
  CHECK_NOTHROW(at.on(by_definition) += a * b);
  CHECK_NOTHROW(transpose(at).on(by_definition) -= bt * transpose(a));
  CHECK_NOTHROW(to.on(by_definition) = to - a * x);
  CHECK_NOTHROW(at.on(by_definition) = a * b + view(memory.data() + 20, 4, 5));
  CHECK_NOTHROW(at.on(by_definition) = a * b + per_row(vector(memory.data() + 20, 4)));
}

TEST_CASE("columns of one buffer are operands and destinations at once", "[check]") {
  // x and y interleaved in rows of 12: y = x * transpose(a), as in q, k, v of one buffer.
  operands o;
  std::vector<float> memory(5 * 12);
  const view all(memory.data(), 5, 12);
  const view x = all.block(0, 0, 5, 6);
  CHECK_NOTHROW(all.block(0, 6, 5, 4).on(by_definition) = x * transpose(o.a));
  CHECK_NOTHROW(all.block(0, 8, 5, 4).on(by_definition) = x * transpose(o.a) + all.block(0, 8, 5, 4));
  CHECK_THROWS_AS((all.block(0, 5, 5, 4).on(by_definition) = x * transpose(o.a)), alias_error);
  CHECK_THROWS_AS((all.block(0, 8, 5, 4).on(by_definition) = x * transpose(o.a) + all.block(0, 7, 5, 4)),
                  alias_error);
}

TEST_CASE_METHOD(operands,
                 "who promises that operands are disjoint is believed, about memory and not about shapes",
                 "[check]") {
  const view inside(b.data() + 3, 4, 5);
  CHECK_NOTHROW(inside.on(by_definition) = assume_disjoint(a * b));
  CHECK_NOTHROW(inside.on(by_definition) = relu(assume_disjoint(2 * a * b) + view(b.data(), 4, 5)));
  CHECK_NOTHROW(inside.on(by_definition) = assume_disjoint(a * b + per_row(vector(b.data(), 4))));
  CHECK_NOTHROW(inside.on(by_definition) = -1 * assume_disjoint(a * b));
  CHECK_NOTHROW(vector(x.data(), 4).on(by_definition) = assume_disjoint(a * x) - vector(x.data() + 1, 4));
  CHECK_THROWS_AS((d.on(by_definition) = assume_disjoint(a * b)), shape_error);
}

TEST_CASE("a number that is no value of integer sums is refused", "[check]") {
  const bsr::matrix<std::int32_t, 2> a({2, 2}, {1, 2, 3, 4}, {0}, {0, 1});
  bsr::dense_matrix<std::int32_t> x(2, 2), y(2, 2);
  const auto error = [](auto f) { return text_of<bsr::error>(f); };
  CHECK(error([&] { y.on(by_definition) = 0.5 * a * x; }) ==
        "bsr: c = a * b: alpha is 0.5, but sums of these operands are integers.");
  CHECK(error([&] { y.on(by_definition) = x * transpose(a) * 0.25f; }) ==
        "bsr: c = b * transpose(a): alpha is 0.25, but sums of these operands are integers.");
  CHECK(error([&] { y.on(by_definition) = 1e300 * a * x; }) ==
        "bsr: c = a * b: alpha is 1e+300, but sums of these operands are integers.");
  CHECK(error([&] { y.on(by_definition) = std::numeric_limits<double>::quiet_NaN() * a * x; }) ==
        "bsr: c = a * b: alpha is nan, but sums of these operands are integers.");
  CHECK(error([&] { y.on(by_definition) = a * x + 1.5 * y; }) ==
        "bsr: c = a * b: beta is 1.5, but sums of these operands are integers.");
  CHECK(error([&] { y.on(by_definition) = 1.5 * relu(a * x); }) ==
        "bsr: c = a * b: alpha is 1.5, but sums of these operands are integers.");
  CHECK(error([&] { spmm(by_definition, 0.5, a, x, 0, y); }) ==
        "bsr: c = a * b: alpha is 0.5, but sums of these operands are integers.");
  CHECK(error([&] { spmm(by_definition, 1, a, x, 0.5f, y); }) ==
        "bsr: c = a * b: beta is 0.5, but sums of these operands are integers.");
  std::vector<std::int32_t> u(2), v(2);
  CHECK(error([&] { bsr::view(v).on(by_definition) = a * u - 0.5 * bsr::view(v); }) ==
        "bsr: y = a * x: beta is -0.5, but sums of these operands are integers.");
  CHECK(error([&] { spmv(by_definition, 2.5, a, u, 0, v); }) ==
        "bsr: y = a * x: alpha is 2.5, but sums of these operands are integers.");
  CHECK_NOTHROW(y.on(by_definition) = 2.0 * a * x - 3.0f * y);
  bsr::dense_matrix<double> real(2, 2);
  CHECK_NOTHROW(real.on(by_definition) = 0.5 * a * x);  // sums in double

  const bsr::matrix<bool, 2> truth({2, 2}, {true, true, true, true}, {0}, {0, 1});
  bsr::dense_matrix<bool> p(2, 2), q(2, 2);
  CHECK(error([&] { q.on(by_definition) = 2 * truth * p; }) ==
        "bsr: c = a * b: alpha is 2, but sums of these operands are true or false.");
  CHECK(error([&] { q.on(by_definition) -= truth * p; }) ==
        "bsr: c = a * b: alpha is -1, but sums of these operands are true or false.");
  CHECK_NOTHROW(q.on(by_definition) = 0 * truth * p + 1 * q);
}
