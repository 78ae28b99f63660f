// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/io/file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <string>

#include "support.hpp"

namespace io = bsr::io;
using bsr_test::check_refusal;

TEST_CASE("file: names come as C strings, std::string and std::filesystem::path") {
  const std::string text = "a/b";
  const std::filesystem::path path = text;
  CHECK(std::string(io::file_path("a/b").c_str()) == text);
  CHECK(std::string(io::file_path(text).c_str()) == text);
  CHECK(std::string(io::file_path(path).c_str()) == text);
}

TEST_CASE("file: text out of a file is escaped and cut") {
  bsr::message out;
  out << io::quoted{"a'b\n\x01\x7f\xc3"} << io::quoted{std::string(100, 'x')};
  CHECK(std::string(out.c_str()) == "'a'b\\x0a\\x01\\x7f\\xc3''" + std::string(60, 'x') + "...'");
}

TEST_CASE("file: what cannot be opened is refused with the reason") {
  const bsr_test::scratch folder;
  const std::string missing = folder / "missing", pipe = folder / "pipe";
  check_refusal<bsr::error>(missing, {"load", "cannot open the file", "No such file"},
                            [&] { io::input_file file({"load", missing.c_str()}); });
  const std::string name = folder.path().string();
  check_refusal<bsr::error>(name, {"not a regular file"},
                            [&] { io::input_file file({"load", name.c_str()}); });
  // Opening a pipe that nobody writes into must not wait.
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  check_refusal<bsr::error>(pipe, {"not a regular file"},
                            [&] { io::input_file file({"load", pipe.c_str()}); });
}

TEST_CASE("file: reading beyond the end is refused") {
  const bsr_test::scratch folder;
  const std::string name = folder / "five";
  bsr_test::write_bytes(name, "12345");
  const io::input_file file({"load", name.c_str()});
  CHECK(file.size() == 5);
  char bytes[8] = {};
  file.read(1, bytes, 4);
  CHECK(std::string(bytes) == "2345");
  check_refusal(name, {"the file ends at byte 5"}, [&] { file.read(1, bytes, 5); });
}

TEST_CASE("file: a file appears whole or not at all") {
  const bsr_test::scratch folder;
  const std::string name = folder / "out";
  bsr_test::write_bytes(name, "before");
  {
    io::output_file file({"save", name.c_str()});
    file.write("new");
    CHECK(folder.files() == 2);
    CHECK(bsr_test::read_bytes(name) == "before");
  }  // no commit()
  CHECK(folder.files() == 1);
  CHECK(bsr_test::read_bytes(name) == "before");
  {
    io::output_file file({"save", name.c_str()});
    std::string expected;
    for (int i = 0; i < 3; ++i) {
      const std::string piece(70'000 + static_cast<std::size_t>(i) * 7, static_cast<char>('a' + i));
      file.write(piece);
      file.write("-");
      expected += piece + "-";
    }
    CHECK(file.position() == expected.size());
    file.overwrite(2, "XYZ", 3);
    expected.replace(2, 3, "XYZ");
    file.write("end");
    file.commit();
    CHECK(bsr_test::read_bytes(name) == expected + "end");
  }
  CHECK(folder.files() == 1);
}

TEST_CASE("file: what cannot be written is refused and leaves nothing") {
  const bsr_test::scratch folder;
  const std::string nowhere = folder / "no/such/folder";
  check_refusal<bsr::error>(nowhere, {"cannot create", "No such file"},
                            [&] { io::output_file file({"save", nowhere.c_str()}); });
  const std::string name = folder.path().string();
  check_refusal<bsr::error>(name, {"exists and is not a regular file"},
                            [&] { io::output_file file({"save", name.c_str()}); });
  // The name turns into a folder before the file is finished.
  const std::string late = folder / "late";
  check_refusal<bsr::error>(late, {"cannot finish the file"}, [&] {
    io::output_file file({"save", late.c_str()});
    file.write("text");
    std::filesystem::create_directories(late + "/full");
    file.commit();
  });
  CHECK(folder.files() == 1);
  // Every write to this device fails: no space is left.
  check_refusal<bsr::error>("/dev/full", {"exists and is not a regular file"},
                            [&] { io::output_file file({"save", "/dev/full"}); });
}
