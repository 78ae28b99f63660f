// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/guide/files.md.
#include <bsr/bsr.hpp>
#include <bsr/io.hpp>
#include <bsr/safetensors.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

/// Works in a folder of its own.
struct folder {
  std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::path here = std::filesystem::temp_directory_path() / "bsr_docs_files";
  folder() {
    std::filesystem::create_directories(here);
    std::filesystem::current_path(here);
  }
  ~folder() {
    std::filesystem::current_path(before);
    std::filesystem::remove_all(here);
  }
};

const bsr::matrix<double, 3> stiffness({6, 6}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 0, 0, 0, 1, 0, 0, 0, 1}, {1, 0},
                                       {0, 1, 2});

}  // namespace

TEST_CASE("files: npz") {
  folder f;
  bsr::io::save_npz("stiffness.npz", stiffness);
  // [npz]
  auto a = bsr::io::load_npz<double, 3>("stiffness.npz");  // the file must hold 3 x 3 blocks
  auto b = bsr::io::load_npz<double>("stiffness.npz");     // any block size, known at run time

  bsr::io::save_npz("copy.npz", a);  // scipy.sparse.load_npz reads it
  bsr::io::save_npz("fast.npz", a, {.compressed = false});
  // [npz]
  CHECK(a.shape() == bsr::dims(6, 6));
  CHECK(b.blocksize() == bsr::dims(3, 3));
  CHECK(bsr::io::load_npz<double>("copy.npz").block(0)(2, 2) == 9);
  // [inspect]
  bsr::io::npz_info info = bsr::io::inspect_npz("stiffness.npz");  // reads headers only
  if (info.blocksize == bsr::dims(3, 3) && info.num_blocks < 1'000'000)
    a = bsr::io::load_npz<double, 3>("stiffness.npz");
  // [inspect]
  CHECK(info.num_blocks == 2);
  try {
    bsr::io::load_npz<float>("stiffness.npz");
    CHECK(false);
  } catch (const bsr::format_error& e) {
    CHECK(std::string(e.what()) ==
          "bsr: load_npz: 'stiffness.npz', member 'data.npy': the dtype is f8, and its values cannot be read "
          "as f4 "
          "without loss.");
  }
}

TEST_CASE("files: arrays") {
  folder f;
  bsr::dense_matrix<double> x(6, 2);
  x(0, 1) = 3;
  // [arrays]
  bsr::io::save_npy("x.npy", x);  // numpy.load reads it
  auto y =
      bsr::io::load_npy<double, bsr::col_major>("x.npy");  // either order in the file, either layout here

  bsr::io::npz_writer results("results.npz");  // several arrays by name, as numpy.savez writes them
  results.add("x", x);
  results.add("iterations", std::int64_t{12});
  results.close();  // now the file appears under its name

  auto again = bsr::io::npz_reader("results.npz").load<double>("x");
  // [arrays]
  CHECK((y(0, 1) == 3 && again(0, 1) == 3));
}

TEST_CASE("files: Matrix Market") {
  folder f;
  // [mtx]
  bsr::io::save_mtx("k.mtx", stiffness);
  bsr::coo<double> k = bsr::io::load_mtx<double>("k.mtx");  // both halves of a symmetric file
  auto a = bsr::to_bsr<3>(k);
  // [mtx]
  CHECK(a.num_blocks() == 2);
}

TEST_CASE("files: safetensors") {
  folder f;
  {
    const std::string header = R"({"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}})";
    std::ofstream out("model.safetensors", std::ios::binary);
    const std::uint64_t size = header.size();
    const float values[] = {1, 2};
    out.write(reinterpret_cast<const char*>(&size), 8);
    out << header;
    out.write(reinterpret_cast<const char*>(values), 8);
  }
  // [safetensors]
  bsr::io::safetensors_reader model("model.safetensors");
  auto w = model.load<float>("w");  // dense_matrix<float>; bf16 and f16 become float exactly
  // [safetensors]
  CHECK((w.shape() == bsr::dims(1, 2) && w(0, 1) == 2));
}
