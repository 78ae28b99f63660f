// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/guide/getting-started.md.
#include <array>
#include <bsr/bsr.hpp>
#include <bsr/io.hpp>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <vector>

TEST_CASE("getting started: the first program") {
  // [arrays]
  const std::vector<float> data = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const std::vector<int> indices = {0, 2, 1}, indptr = {0, 2, 3};
  const bsr::matrix_view<const float, 2> w({4, 6}, data, indices, indptr);
  // [arrays]
  const std::vector<float> bias = {-20, 0, 0, 100};
  bsr::dense_matrix<float> x(3, 6), y(3, 4);
  x(0, 0) = 30;
  // [layer]
  y = relu(x * transpose(w) + bsr::per_col(bias));
  // [layer]
  CHECK((y(0, 0) == 10 && y(0, 1) == 90 && y(0, 3) == 100 && y(1, 0) == 0));
  // [policy]
  y.on(bsr::cpu{.threads = 2}) += 0.5 * x * transpose(w);
  // [policy]
  CHECK((y(0, 0) == 25 && y(0, 1) == 135));
}

TEST_CASE("getting started: a matrix from scipy") {
  const auto before = std::filesystem::current_path();
  const auto here = std::filesystem::temp_directory_path() / "bsr_docs_getting_started";
  std::filesystem::create_directories(here);
  std::filesystem::current_path(here);
  {
    bsr::builder<double, 3> b({300, 300});
    for (int i = 0; i < 100; ++i)
      for (int j = i - 1; j <= i + 1; ++j)
        if (j >= 0 && j < 100) b.add_block(i, j, std::vector<double>(9, i == j ? 2 : -1));
    bsr::io::save_npz("k.npz", b.build());
  }
  // [scipy]
  auto k = bsr::io::load_npz<double, 3>("k.npz");
  std::vector<double> u(300, 1.0), f(300);
  bsr::view(f) = k * u;
  // [scipy]
  CHECK((f[0] == 3 && f[3] == 0 && f[299] == 3));
  std::filesystem::current_path(before);
  std::filesystem::remove_all(here);
}

TEST_CASE("getting started: a matrix from element matrices") {
  struct bar {
    std::array<int, 2> nodes;
    bsr::dense_matrix<double> stiffness{4, 4};
  };
  const int nodes = 3;
  std::vector<bar> bars(2);
  for (int i = 0; i < 2; ++i) {
    auto& e = bars[static_cast<std::size_t>(i)];
    e.nodes = {i, i + 1};
    e.stiffness(0, 0) = e.stiffness(2, 2) = 1;
    e.stiffness(0, 2) = e.stiffness(2, 0) = -1;
  }
  // [assembly]
  bsr::builder<double, 2> assembly({2 * nodes, 2 * nodes});
  for (const bar& e : bars) assembly.add_element(e.nodes, e.stiffness);  // two nodes, a 4 x 4 matrix
  bsr::matrix<double, 2> k = assembly.build();
  // [assembly]
  CHECK((k.num_blocks() == 7 && to_dense(k)(2, 2) == 2 && to_dense(k)(2, 4) == -1));
}
