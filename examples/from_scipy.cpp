// SPDX-License-Identifier: BSD-3-Clause
// from_scipy FILE: uses a matrix that scipy.sparse.save_npz wrote, and writes files that scipy and NumPy
// load.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <vector>

#include "bsr/bsr.hpp"
#include "bsr/io.hpp"

int main(int argc, char** argv) try {
  if (argc != 2) return 2;
  const auto info = bsr::io::inspect_npz(argv[1]);  // reads no values
  std::printf("%s, %lld x %lld, blocks of %d x %d\n", info.format, static_cast<long long>(info.shape.rows),
              static_cast<long long>(info.shape.cols), int(info.blocksize.rows), int(info.blocksize.cols));

  // Blocks known at compile time are fastest; matrix<double> takes those of any size.
  const auto a = bsr::io::load_npz<double, 2>(argv[1]);
  const std::vector<double> ones(static_cast<std::size_t>(a.cols()), 1.0);
  std::vector<double> y(static_cast<std::size_t>(a.rows()));
  bsr::view(y) = a * ones;
  std::printf("first row sum: %.4g\n", y[0]);

  // Arrays of scipy, NumPy or a C library are used where they lie.
  const bsr::matrix_view<const double, 2> same(a.shape(), a.data().data(), a.indices().data(),
                                               a.indptr().data(), a.num_blocks());
  bsr::view(y) = 2 * transpose(same) * ones;
  std::printf("first column sum, twice: %.4g\n", y[0]);

  // scipy.sparse.load_npz reads the first file, numpy.load the second.
  const auto folder = std::filesystem::temp_directory_path();
  const auto matrix_file = folder / "bsr_example_matrix.npz",
             results_file = folder / "bsr_example_results.npz";
  bsr::io::save_npz(matrix_file, bsr::to_bsr<4>(a));  // in blocks of 4 x 4
  bsr::io::npz_writer results(results_file);
  results.add("y", y);
  results.close();
  const auto b = bsr::io::load_npz<double>(matrix_file);
  std::printf("written and read again: blocks of %d x %d\n", int(b.blocksize().rows),
              int(b.blocksize().cols));
  std::filesystem::remove(matrix_file);
  std::filesystem::remove(results_file);
} catch (
    const std::exception& problem) {  // a file is never trusted: what is wrong with it is said in a sentence
  std::puts(problem.what());
  return 1;
}
// Prints:
//   bsr, 28800 x 28800, blocks of 2 x 2
//   first row sum: ...
//   first column sum, twice: ...
//   written and read again: blocks of 4 x 4
