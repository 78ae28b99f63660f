// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/guide/sparse-algebra.md.
#include <bsr/bsr.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

TEST_CASE("sparse algebra: products and sums") {
  const auto r = bsr::random<double, 1, 3>({4, 12}, 0.5, 1);
  const auto p = bsr::random<double, 3, 1>({12, 4}, 0.5, 2);
  // [results]
  const auto a = bsr::random<double, 3>({12, 12}, 0.3, 7);  // 3 x 3 blocks at random places, seed 7
  const auto b = bsr::eye<double, 3>(12);

  bsr::matrix c = a * b;                 // matrix<double, 3, 3>, rows sorted
  bsr::matrix d = 2 * a - transpose(b);  // the union of both structures
  bsr::matrix coarse = r * a;            // blocks of r's rows times a's columns: 1 x 3
  bsr::matrix small = coarse * p;        // products of three are made in two steps
  c += 3 * a;                            // in place where both have the same blocks
  c = c * c;                             // c may take part
  d.on(bsr::cpu{.threads = 2}) = a * b;  // threads: the same bits
  bsr::matrix fourth = matrix_power(a, 4);
  // [results]
  CHECK(coarse.blocksize() == bsr::dims(1, 3));
  CHECK(small.blocksize() == bsr::dims(1, 1));
  CHECK(d.num_blocks() == a.num_blocks());
  CHECK(fourth.rows() == 12);
  CHECK(std::fabs(sum(c) - 16 * sum(bsr::matrix(a * a))) < 1e-9);
}

TEST_CASE("sparse algebra: plans") {
  auto jacobian = bsr::random<double, 2, 3>({40, 30}, 0.2, 1);
  const auto update = [](auto& j) {
    for (double& x : j.data()) x *= 2;
  };
  double first = 0, last = 0;
  // [plan]
  auto p = plan(bsr::cpu{}, transpose(jacobian) * jacobian);  // finds the structure
  auto hessian = p.result();                                  // has it, and zeros
  for (int step = 0; step < 3; ++step) {
    update(jacobian);                                // other values, the same blocks
    hessian.on(p) = transpose(jacobian) * jacobian;  // values only; allocates nothing
    (step == 0 ? first : last) = trace(hessian);
  }
  const std::string what = p.explain();  // sizes, floating-point operations, threads
  // [plan]
  CHECK(last > 15.9 * first);
  CHECK(what.find("30x30") != std::string::npos);
}

TEST_CASE("sparse algebra: element by element") {
  const bsr::matrix<double, 2> a({4, 4}, {1, -2, 3, -4, 5, 0, 0, 6}, {0, 1}, {0, 1, 2});
  const bsr::matrix<double, 2> b({4, 4}, {2, 2, 2, 2}, {0}, {0, 1, 1});
  // [elements]
  auto c = add(a, b);         // also subtract, multiply, maximum, minimum
  auto d = multiply(a, 0.5);  // by a number; divide
  auto e = bsr::abs(a);       // scipy's functions by name: sign, sqrt, expm1, round, ...
  auto f = map(a, [](double x) { return x * x; });  // any function with f(0) = 0
  auto g = bsr::astype<float>(a);
  auto h = less(a, b);  // h.stored: bool blocks; h.elsewhere: the answer where nothing is stored
  auto s = a;
  scale_rows(s, std::vector<double>{1, 2, 3, 4});  // in place
  // [elements]
  CHECK(element(c, 0, 1) == 0);
  CHECK(element(d, 1, 0) == 1.5);
  CHECK(element(e, 0, 1) == 2);
  CHECK(element(f, 1, 1) == 16);
  CHECK(element(g, 3, 3) == 6.0f);
  CHECK(!h.elsewhere);
  CHECK(element(s, 1, 0) == 6);
}

TEST_CASE("sparse algebra: numbers from a matrix") {
  const bsr::matrix<double, 2> a({4, 4}, {1, -2, 3, -4, 5, 0, 0, 6}, {0, 1}, {0, 1, 2});
  // [reductions]
  double all = sum(a);                                // mean, too
  bsr::buffer<double> columns = sum(a, 0);            // along axis 0, as in NumPy
  double most = (bsr::max)(a);                        // zeros that are not stored take part
  double stored = (bsr::max)(a, bsr::explicit_only);  // here not
  auto place = argmax(a);                             // row * columns + column
  double size = norm(a);                              // Frobenius; norm(a, bsr::norms::one), inf, ...
  auto count = count_nonzero(a);
  double middle = trace(a);
  // [reductions]
  CHECK(all == 9);
  CHECK(columns[0] == 4);
  CHECK(most == 6);
  CHECK(stored == 6);
  CHECK(place == 15);
  CHECK(std::fabs(size * size - 91) < 1e-12);
  CHECK(count == 6);
  CHECK(middle == 8);
}

TEST_CASE("sparse algebra: making and selecting") {
  // [making]
  auto one = bsr::eye<double, 2>(4);
  auto band = bsr::diags<double, 2>({{1, 2, 3}, {5, 6, 7, 8}}, {-1, 0}, {4, 4});
  auto some = bsr::random<double, 2, 2>({4, 4}, 0.5, 42);  // the same on every machine
  auto wide = hstack(one, band);
  auto all = block_array(bsr::cells(one, bsr::empty_cell), bsr::cells(some, band));
  auto grown = kron(one, band);
  auto lower = tril(all);  // by elements; block_tril by blocks
  // [making]
  CHECK(wide.shape() == bsr::dims(4, 8));
  CHECK(grown.shape() == bsr::dims(16, 16));
  CHECK(lower.shape() == bsr::dims(8, 8));
  // [selecting]
  double x = element(band, 1, 0);                  // one element, wherever it is stored
  auto rows = block_row_slice(band, 0, 1);         // a view of the first block row
  auto part = slice(all, 0, 4, 4, 8);              // a copy, along block boundaries
  auto mixed = select_block_rows(all, {3, 0, 0});  // block rows in any order
  setdiag(band, std::vector<double>{1, 1, 1, 1});  // inserts what is missing
  resize(band, {6, 6});
  // [selecting]
  CHECK(x == 1);
  CHECK(rows.view().rows() == 2);
  CHECK(part.num_blocks() == 0);
  CHECK(mixed.rows() == 6);
  CHECK(element(band, 3, 3) == 1);
}
