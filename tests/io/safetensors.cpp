// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/io/safetensors.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <string>
#include <vector>

#include "support.hpp"

namespace io = bsr::io;
using bsr_test::bytes_of;
using bsr_test::check_refusal;
using bsr_test::little;

namespace {

std::string file_of(const std::string& header, const std::string& data) {
  return little<std::uint64_t>(header.size()) + header + data;
}

/// By hand, in another order than that of the bytes; padded with spaces as the reference implementation does.
const std::string good_header = R"({"__metadata__":{"format":"pt","note":"\u00e9 {[\"}"},)"
                                R"("weight":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]},)"
                                R"("bias":{"data_offsets":[0,8],"shape":[4],"dtype":"BF16"},)"
                                R"("half":{"dtype":"F16","shape":[1,2],"data_offsets":[32,36]},)"
                                R"("scalar":{"dtype":"F64","shape":[],"data_offsets":[36,44]},)"
                                R"("none":{"dtype":"I64","shape":[0,7],"data_offsets":[44,44]},)"
                                R"("flag":{"dtype":"BOOL","shape":[2],"data_offsets":[44,46]},)"
                                R"("eight":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[46,48]}}   )";

const std::string good_data =
    bytes_of<std::uint16_t>({0x3f80, 0xbf80, 0x4049, 0x7f80}) + bytes_of<float>({1, 2, 3, 4, 5, 6.5f}) +
    bytes_of<std::uint16_t>({0x3c00, 0xc580}) + bytes_of<double>({0.1}) + std::string("\0\1", 2) + "xy";

}  // namespace

TEST_CASE("safetensors: tensors are listed and read") {
  const bsr_test::scratch folder;
  const std::string name = folder / "a.safetensors";
  bsr_test::write_bytes(name, file_of(good_header, good_data));
  const io::safetensors_reader file(name);
  std::string names;
  for (const io::tensor_info& tensor : file.tensors())
    names += std::string(tensor.name) + ":" + tensor.type_name + " ";
  CHECK(names == "bias:BF16 weight:F32 half:F16 scalar:F64 none:I64 flag:BOOL eight:F8_E4M3 ");
  CHECK(file.find("weight")->shape.rank == 2);
  CHECK(file.find("weight")->elements == 6);
  CHECK(file.find("scalar")->shape.rank == 0);
  CHECK(file.find("other") == nullptr);

  const bsr::dense_matrix<float> w = file.load<float>("weight");
  const bsr::dense_matrix<double, bsr::col_major> c = file.load<double, bsr::col_major>("weight");
  REQUIRE(w.shape() == bsr::dims(2, 3));
  const float expected[] = {1, 2, 3, 4, 5, 6.5f};
  for (std::int64_t i = 0; i < 2; ++i)
    for (std::int64_t j = 0; j < 3; ++j) {
      CHECK(w(i, j) == expected[3 * i + j]);
      CHECK(c(i, j) == expected[3 * i + j]);
    }
  const bsr::buffer<float> bias = file.load_vector<float>("bias");
  REQUIRE(bias.size() == 4);
  CHECK((bias[0] == 1 && bias[1] == -1 && bias[2] == 3.140625f && bias[3] == INFINITY));
  const bsr::dense_matrix<float> half = file.load<float>("half");
  CHECK((half(0, 0) == 1 && half(0, 1) == -5.5f));
  CHECK(file.load<std::int64_t>("none").shape() == bsr::dims(0, 7));
  const bsr::buffer<bool> flag = file.load_vector<bool>("flag");
  CHECK((!flag[0] && flag[1]));

  const bsr::buffer<bsr::float8_e4m3> eight = file.load_vector<bsr::float8_e4m3>("eight");
  CHECK((eight[0].bits() == 'x' && eight[1].bits() == 'y'));
  const bsr::buffer<double> wide = file.load_vector<double>("eight");
  CHECK((wide[0] == 256 && wide[1] == 288));
  CHECK(float(file.load_vector<bsr::float16>("eight")[1]) == 288);

  check_refusal(name, {"no tensor 'other'"}, [&] { file.load<float>("other"); });
  check_refusal(name, {"'bias'", "(4,)", "no matrix"}, [&] { file.load<float>("bias"); });
  check_refusal(name, {"'weight'", "(2, 3)", "no vector"}, [&] { file.load_vector<float>("weight"); });
  check_refusal(name, {"'scalar'", "F64", "f4"}, [&] { file.load_vector<float>("scalar"); });
  check_refusal(name, {"'eight'", "F8_E4M3", "e5m2"}, [&] { file.load_vector<bsr::float8_e5m2>("eight"); });
  check_refusal(name, {"'weight'", "F32", "i8"}, [&] { file.load<std::int64_t>("weight"); });
}

TEST_CASE("safetensors: the smallest files") {
  const bsr_test::scratch folder;
  const std::string name = folder / "a.safetensors";
  for (const char* header : {"{}", "{ }  ", R"({"__metadata__":{}})"}) {
    bsr_test::write_bytes(name, file_of(header, ""));
    CHECK(io::safetensors_reader(name).tensors().empty());
  }
  bsr_test::write_bytes(name, file_of(R"({"":{"dtype":"U8","shape":[],"data_offsets":[0,1]}})", "x"));
  CHECK(io::safetensors_reader(name).tensors().size() == 1);
  // As many tensors as a header of that length can describe.
  std::string many = "{";
  for (int i = 0; i < 300; ++i)
    many += (i > 0 ? "," : "") + std::string("\"") + static_cast<char>('0' + i % 10) +
            static_cast<char>('a' + i / 10) + R"(":{"dtype":"U8","shape":[],"data_offsets":[)" +
            std::to_string(i) + "," + std::to_string(i + 1) + "]}";
  bsr_test::write_bytes(name, file_of(many + "}", std::string(300, 'x')));
  CHECK(io::safetensors_reader(name).tensors().size() == 300);
}

namespace {

struct damage {
  std::string (*bytes)();
  bsr_test::sentence words;
};
std::string header(const std::string& text) { return file_of(text, "12345678"); }
std::string tensor(const std::string& members) { return header("{\"a\":{" + members + "}}"); }
const std::string type = R"("dtype":"F32",)", shape = R"("shape":[2],)", offsets = R"("data_offsets":[0,8])";
std::string two(const std::string& first, const std::string& second) {
  return header(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + first +
                R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + second + "}}");
}

}  // namespace

TEST_CASE("safetensors: everything else is refused") {
  static const damage damages[] = {
      // Lengths first.
      {[] { return std::string(); }, {"has 0 bytes, too few"}},
      {[] { return std::string("1234567"); }, {"has 7 bytes, too few"}},
      {[] { return little<std::uint64_t>(0); }, {"does not start with '{'"}},
      {[] { return little<std::uint64_t>(3) + "{}"; }, {"said to have 3 bytes", "10 in all"}},
      {[] { return little<std::uint64_t>(~std::uint64_t{0}) + "{}"; },
       {"said to have 18446744073709551615 bytes"}},
      {[] { return little<std::uint64_t>(std::uint64_t{1} << 63) + "{}"; },
       {"said to have 9223372036854775808 bytes"}},
      {[] { return little<std::uint64_t>(100'000'001) + "{}"; }, {"said to have 100000001 bytes"}},
      // JSON.
      {[] { return header(" {}"); }, {"does not start with '{'"}},
      {[] { return header("[]"); }, {"does not start with '{'"}},
      {[] { return header("\xef\xbb\xbf{}"); }, {"does not start with '{'"}},
      {[] { return header("{"); }, {"no JSON", "byte 2"}},
      {[] { return header("{}}"); }, {"no JSON"}},
      {[] { return header("{} x"); }, {"no JSON"}},
      {[] { return header("{\"a\"}"); }, {"no JSON"}},
      {[] { return header("{\"a\":{}, }"); }, {"'a'", "no dtype"}},
      {[] { return header("{'a':{}}"); }, {"no JSON"}},
      {[] { return header("{/* comment */}"); }, {"no JSON"}},
      {[] { return header("{\"a\xff\":{}}"); }, {"no JSON"}},
      {[] { return header(std::string("{}\0", 3)); }, {"zero byte"}},
      {[] { return header(std::string("{\"a\0\":{}}", 10)); }, {"zero byte"}},
      {[] { return header(R"({"a\u0000b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})"); },
       {"'a\\x00b'", "zero byte"}},
      {[] { return header(R"({"\ud800":{}})"); }, {"no JSON"}},
      {[] { return header(std::string(60000, '{')); }, {"no JSON"}},
      {[] { return header("{\"a\":" + std::string(60000, '[')); }, {"'an array' where it cannot be"}},
      // Grammar.
      {[] { return header("{\"a\":1}"); }, {"number 1 where it cannot be"}},
      {[] { return header("{\"a\":-1}"); }, {"number -1 where it cannot be"}},
      {[] { return header("{\"a\":null}"); }, {"'null' where it cannot be"}},
      {[] { return header("{\"a\":\"F32\"}"); }, {"'F32' where it cannot be"}},
      {[] { return header("{\"a\":[]}"); }, {"'an array' where it cannot be"}},
      {[] { return header("{\"a\":true}"); }, {"'true' where it cannot be"}},
      {[] { return header("{\"a\":{}}"); }, {"'a'", "no dtype"}},
      {[] { return tensor(shape + offsets); }, {"'a'", "no dtype"}},
      {[] { return tensor(type + offsets); }, {"'a'", "no shape"}},
      {[] { return tensor(type + R"("shape":[2])"); }, {"'a'", "no data_offsets"}},
      {[] { return tensor(type + type + shape + offsets); }, {"'dtype'", "repeated"}},
      {[] { return tensor(type + shape + shape + offsets); }, {"'shape'", "repeated"}},
      {[] { return tensor(type + shape + offsets + "," + offsets); }, {"'data_offsets'", "repeated"}},
      {[] { return tensor(type + shape + offsets + R"(,"stride":[1])"); }, {"'stride'", "unknown"}},
      {[] { return tensor(type + shape + offsets + R"(,"more":{})"); }, {"'more'", "unknown"}},
      {[] { return tensor(R"("dtype":"F33",)" + shape + offsets); }, {"'a'", "'F33' is unknown"}},
      {[] { return tensor(R"("dtype":"f32",)" + shape + offsets); }, {"'f32' is unknown"}},
      {[] { return tensor(R"("dtype":"F4",)" + shape + offsets); }, {"'F4' is unknown"}},
      {[] { return tensor(R"("dtype":"",)" + shape + offsets); }, {"'' is unknown"}},
      {[] { return tensor(R"("dtype":32,)" + shape + offsets); }, {"number 32 where it cannot be"}},
      {[] { return tensor(R"("dtype":["F32"],)" + shape + offsets); }, {"'an array' where"}},
      {[] { return tensor(type + R"("shape":2,)" + offsets); }, {"number 2 where it cannot be"}},
      {[] { return tensor(type + R"("shape":"2",)" + offsets); }, {"'2' where it cannot be"}},
      {[] { return tensor(type + R"("shape":[[2]],)" + offsets); }, {"'an array' where"}},
      {[] { return tensor(type + R"("shape":[-2],)" + offsets); }, {"number -2 where"}},
      {[] { return tensor(type + R"("shape":[2.0],)" + offsets); }, {"'2.0' where"}},
      {[] { return tensor(type + R"("shape":[2e0],)" + offsets); }, {"'2e0' where"}},
      {[] { return tensor(type + R"("shape":["2"],)" + offsets); }, {"'2' where"}},
      {[] { return tensor(type + R"("shape":[null],)" + offsets); }, {"'null' where"}},
      {[] { return tensor(type + R"("shape":{},)" + offsets); }, {"'an object' where"}},
      {[] { return tensor(type + R"("shape":[1,1,1,1,1,1,1,1,2],)" + offsets); }, {"more than 8 dimensions"}},
      {[] { return tensor(type + R"("shape":[9223372036854775808],)" + offsets); },
       {"9223372036854775808 where"}},
      {[] { return tensor(type + R"("shape":[18446744073709551616],)" + offsets); },
       {"'18446744073709551616' where"}},
      {[] { return tensor(type + shape + R"("data_offsets":[0])"); }, {"holds 1 numbers"}},
      {[] { return tensor(type + shape + R"("data_offsets":[])"); }, {"holds 0 numbers"}},
      {[] { return tensor(type + shape + R"("data_offsets":[0,8,8])"); }, {"number 8 where"}},
      {[] { return tensor(type + shape + R"("data_offsets":8)"); }, {"number 8 where"}},
      {[] { return tensor(type + shape + R"("data_offsets":[-0,8])"); }, {"number 0 where"}},
      {[] { return header(R"({"__metadata__":{"a":1}})"); }, {"'__metadata__'", "number"}},
      {[] { return header(R"({"__metadata__":{"a":null}})"); }, {"'__metadata__' holds 'null'"}},
      {[] { return header(R"({"__metadata__":{"a":{}}})"); }, {"'__metadata__' holds 'an object'"}},
      {[] { return header(R"({"__metadata__":[]})"); }, {"'an array' where"}},
      {[] { return header(R"({"__metadata__":{},"__metadata__":{}})"); }, {"two members '__metadata__'"}},
      // Sizes.
      {[] { return tensor(type + R"("shape":[3],)" + offsets); },
       {"'a'", "(3,)", "has 12 bytes, not those from byte 0 to byte 8"}},
      {[] { return tensor(R"("dtype":"F16",)" + shape + offsets); }, {"has 4 bytes"}},
      {[] { return tensor(type + R"("shape":[4611686018427387904,4],)" + offsets); }, {"too large to exist"}},
      {[] { return tensor(type + R"("shape":[4611686018427387904],)" + offsets); }, {"too large to exist"}},
      {[] { return tensor(type + R"("shape":[9223372036854775807,9223372036854775807,0],)" + offsets); },
       {"too large to exist"}},
      {[] { return tensor(type + shape + R"("data_offsets":[8,0])"); }, {"from byte 8 to byte 0"}},
      {[] { return tensor(type + shape + R"("data_offsets":[8,16])"); },
       {"'a'", "starts at byte 8", "ends at byte 0"}},
      {[] { return tensor(type + R"("shape":[3],"data_offsets":[0,12])"); },
       {"'a'", "ends at byte 12", "8 bytes of tensors"}},
      {[] { return tensor(type + R"("shape":[1099511627776],"data_offsets":[0,4398046511104])"); },
       {"ends at byte 4398046511104"}},
      {[] { return tensor(type + shape + R"("data_offsets":[18446744073709551608,18446744073709551615])"); },
       {"has 8 bytes"}},
      {[] { return tensor(type + R"("shape":[1],"data_offsets":[0,4])"); }, {"end at byte 4 of 8"}},
      {[] { return header("{}"); }, {"end at byte 0 of 8"}},
      {[] { return two("[0,4]", "[2,6]"); }, {"'b'", "starts at byte 2", "ends at byte 4"}},
      {[] { return two("[0,4]", "[0,4]"); }, {"starts at byte 0", "ends at byte 4"}},
      {[] { return two("[4,8]", "[1,5]"); }, {"'b'", "starts at byte 1"}},
      {[] {
         return header(
             R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})");
       },
       {"'a'", "two tensors"}},
  };
  const bsr_test::scratch folder;
  const std::string name = folder / "bad.safetensors";
  for (const damage& d : damages) {
    INFO(d.bytes().substr(0, 200));
    bsr_test::write_bytes(name, d.bytes());
    check_refusal(name, d.words, [&] { io::safetensors_reader file(name); });
  }
  CHECK(std::size(damages) == 83);
}

TEST_CASE("safetensors: a bool that is none") {
  const bsr_test::scratch folder;
  const std::string name = folder / "bad.safetensors";
  bsr_test::write_bytes(name, file_of(R"({"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})", "\1\2"));
  const io::safetensors_reader file(name);
  check_refusal(name, {"'a'", "stored as 2"}, [&] { file.load_vector<bool>("a"); });
}

TEST_CASE("safetensors: a file cut anywhere is refused, a changed byte never breaks anything") {
  const bsr_test::scratch folder;
  const std::string name = folder / "bad.safetensors";
  const std::string good = file_of(good_header, good_data);
  const auto load = [&] {
    const io::safetensors_reader file(name);
    for (const io::tensor_info& tensor : file.tensors())
      if (tensor.shape.rank == 2 && io::reads_exactly<std::complex<double>>(tensor.type))
        file.load<std::complex<double>>(tensor.name);
  };
  for (std::size_t size = 0; size < good.size(); ++size) {
    bsr_test::write_bytes(name, good.substr(0, size));
    CHECK_FALSE(bsr_test::accepted(load));
  }
  for (std::size_t i = 0; i < good.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = good;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      bsr_test::write_bytes(name, changed);
      bsr_test::accepted(load);
    }
}
