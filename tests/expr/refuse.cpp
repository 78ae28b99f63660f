// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/expr/refuse.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <concepts>
#include <span>
#include <utility>
#include <vector>

#include "bsr/expr/assign.hpp"
#include "bsr/storage.hpp"

// The sentences are in tests/compile_fail; here it is asked, without compiling them, who refuses and who does
// not.

namespace refused_expressions {

using bsr::refused;

struct lazy {};  // another library's expression

template <class E>
constexpr bool is_refused = std::same_as<E, refused>;
template <class E>
constexpr bool is_value = bsr::value<E>;

// Declared only: never called.
bsr::matrix<float, 2>& a();
const bsr::matrix<float, 2>& c();
bsr::matrix_view<float, 2> av();
bsr::matrix<float, 2> at();
bsr::csr<float>& s();
bsr::dense_matrix<float>& x();
bsr::dense_view<float> xv();
bsr::dense_matrix<float> xt();
bsr::vector_view<float> r();
std::vector<float>& u();
std::vector<float> ut();

#define REFUSED(...) STATIC_REQUIRE(is_refused<decltype(__VA_ARGS__)>)
#define VALUE(...) STATIC_REQUIRE(is_value<decltype(__VA_ARGS__)>)

template <class X, class Y>
concept can_add = requires(X x_, Y y_) { x_ + y_; };
template <class X, class Y>
concept can_multiply = requires(X x_, Y y_) { x_* y_; };

}  // namespace refused_expressions

using namespace refused_expressions;

TEST_CASE("more than one product is refused", "[refuse]") {
  REFUSED((a() * x()) * xv());
  REFUSED(a() * (c() * x()));
  REFUSED(a() * x() * u());
  REFUSED((x() * a()) * c());
  REFUSED(x() * (a() * x()));
  REFUSED((a() * x()) * (a() * x()));
  REFUSED((a() * x()) * (2 * x()));
  REFUSED((2 * a()) * (a() * x()));
  REFUSED(relu(a() * x()) * x());
  REFUSED(av() * at());
  REFUSED(a() * c() * x());
  REFUSED(x() * a() * c());
  REFUSED(x() * xv());
  REFUSED(x() * u());
  REFUSED(u() * (2 * r()));
  REFUSED((2 * x()) * (2 * x()));
  REFUSED(s() * x());
  REFUSED(x() * s().view());
  REFUSED(a() * s());
  REFUSED(s() * s());
  REFUSED(a() * lazy{});
  REFUSED(lazy{} * transpose(a()));
}

TEST_CASE("what would outlive its memory is refused", "[refuse]") {
  REFUSED(at() * x());
  REFUSED(x() * at());
  REFUSED(std::move(a()) * x());
  REFUSED(std::move(std::as_const(c())) * x());
  REFUSED(a() * xt());
  REFUSED(a() * ut());
  REFUSED(ut() * a());
  REFUSED(a() * std::array<float, 4>{});
  REFUSED(at() * xt());
  REFUSED(2 * at());
  REFUSED(at() * 2.0f);
  REFUSED(-at());
  REFUSED(transpose(at()));
  REFUSED(2 * xt());
  REFUSED(xt() * 2);
  REFUSED(-xt());
  REFUSED(transpose(xt()));
  REFUSED(a() * x() + xt());
  REFUSED(xt() + a() * x());
  REFUSED(a() * u() - ut());
  REFUSED(ut() - a() * u());
  REFUSED(bsr::per_row(ut()));
  REFUSED(bsr::per_col(std::array<float, 3>{}));
  // Views and spans may be temporaries.
  VALUE(av() * xv());
  VALUE(a() * std::span<float>(u()));
  VALUE(a() * x() - xv());
  VALUE(a() * x() + bsr::per_row(r()));
}

TEST_CASE("sums that are more than one kernel are refused", "[refuse]") {
  REFUSED(a() * x() + c() * x());
  REFUSED(a() * x() - x() * c());
  REFUSED(a() * x() + a());
  REFUSED(2 * a() - a() * x());
  REFUSED(a() + x());
  REFUSED(u() - a());
  REFUSED(a() + at());
  REFUSED(x() + xv());
  REFUSED(2 * x() - 3 * x());
  REFUSED(x() - 3 * x() + a() * x());
  REFUSED(a() * x() + u());
  REFUSED(2 * r() - a() * x());
  REFUSED(a() * u() + x());
  REFUSED(2 * x() - a() * u());
  REFUSED(a() * u() + bsr::per_row(u()));
  REFUSED(bsr::per_col(u()) - a() * u());
  REFUSED(bsr::per_col(u()) + u() * a());
  REFUSED(u() * a() - bsr::per_col(u()));
  REFUSED(a() * x() + 1);
  REFUSED(1.0 - a() * x());
  REFUSED(a() * x() - lazy{});
  REFUSED(lazy{} + a() * x());
}

TEST_CASE("functions of what is no product are refused", "[refuse]") {
  REFUSED(relu(a()));
  REFUSED(gelu(x()));
  REFUSED(silu(2 * xv()));
  REFUSED(map(2 * a(), [](float v) { return v; }));
  REFUSED(transpose(a() * x()));
  REFUSED(transpose(relu(x() * a())));
}

TEST_CASE("sparse values have no memory yet: what would need it is refused", "[refuse]") {
  STATIC_REQUIRE(bsr::sparse_expression<decltype(a() * c())>);
  STATIC_REQUIRE(bsr::sparse_expression<decltype(-(2 * a() * transpose(c())))>);
  STATIC_REQUIRE(bsr::sparse_expression<decltype((a() - 2 * c()) * 2)>);
  REFUSED(x() * (a() * c()));
  REFUSED(a() * c() + x());
  REFUSED(x() - a() * c());
  REFUSED(a() * c() + a() * c());
  REFUSED(a() * c() - a() * c());
  REFUSED((a() * c()) * (a() * c()));
  REFUSED(relu(a() * c()));
  REFUSED(gelu(a() + c()));
  REFUSED(silu(a() - c()));
  REFUSED(map(a() * c(), [](float v) { return v; }));
  REFUSED(transpose(a() * c()));
  REFUSED(transpose(a() + c()));
}

TEST_CASE("whatever follows a refusal is refused", "[refuse]") {
  REFUSED(2 * (x() * xv()));
  REFUSED((x() * xv()) * 2);
  REFUSED(x() * (x() * xv()));
  REFUSED(-(x() * xv()));
  REFUSED((x() * xv()) + x());
  REFUSED(x() - (x() * xv()));
  REFUSED((x() * xv()) + (x() * xv()));
  REFUSED((x() * xv()) - (x() * xv()));
  REFUSED((x() * xv()) * (x() * xv()));
  REFUSED(relu(x() * xv()));
  REFUSED(gelu(x() * xv()));
  REFUSED(silu(x() * xv()));
  REFUSED(map(x() * xv(), [](float v) { return v; }));
  REFUSED(transpose(x() * xv()));
  REFUSED(assume_disjoint(x() * xv()));
  REFUSED(a() * x() + bsr::per_row(ut()));
  STATIC_REQUIRE(bsr::expression<refused>);
  // Assigning one is silent: it has been explained.
  bsr::dense_matrix<float> y;
  y = refused{};
  y.on(bsr::cpu{}) += refused{};
  CHECK(y.rows() == 0);
}

TEST_CASE("strangers are left alone", "[refuse]") {
  STATIC_REQUIRE_FALSE(can_multiply<lazy, float>);
  STATIC_REQUIRE_FALSE(can_multiply<lazy, std::vector<float>&>);
  STATIC_REQUIRE_FALSE(can_multiply<double, std::vector<float>&>);
  STATIC_REQUIRE_FALSE(can_multiply<std::vector<float>&, std::vector<float>&>);
  STATIC_REQUIRE_FALSE(can_add<lazy, lazy>);
  STATIC_REQUIRE_FALSE(can_add<std::vector<float>&, std::vector<float>&>);
  STATIC_REQUIRE_FALSE(can_add<bsr::dense_matrix<float>&, lazy>);
  STATIC_REQUIRE_FALSE(can_add<bsr::dense_matrix<float>&, float>);
  STATIC_REQUIRE_FALSE(can_multiply<bsr::csr<float>&, float>);
}
