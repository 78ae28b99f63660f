// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/io/dtype.hpp"

#include <bit>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "bsr/base/half.hpp"
#include "support.hpp"

namespace io = bsr::io;

TEST_CASE("dtype: every half becomes the float it is") {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const int sign = bits >> 15 != 0 ? -1 : 1;
    const int exponent = static_cast<int>(bits >> 10 & 31), fraction = static_cast<int>(bits & 1023);
    const float x = io::to_float(io::half{static_cast<std::uint16_t>(bits)});
    if (exponent == 31 && fraction != 0) {
      REQUIRE(std::isnan(x));
      continue;
    }
    // The definition in IEEE 754, 3.4.
    double expected = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    if (exponent == 31) expected = INFINITY;
    REQUIRE(static_cast<double>(x) == sign * expected);
    REQUIRE(std::signbit(x) == (sign < 0));
  }
}

TEST_CASE("dtype: every bfloat16 is the upper half of its float") {
  for (std::uint32_t bits = 0; bits < 65536; ++bits)
    REQUIRE(std::bit_cast<std::uint32_t>(io::to_float(io::bfloat16{static_cast<std::uint16_t>(bits)})) ==
            bits << 16);
}

TEST_CASE("dtype: names are NumPy's") {
  const auto name = [](io::dtype type) {
    bsr::message out;
    out << type;
    return std::string(out.c_str());
  };
  CHECK(name(io::dtype_of<float>) == "f4");
  CHECK(name(io::dtype_of<const bool>) == "b1");
  CHECK(name(io::dtype_of<std::complex<double>>) == "c16");
  CHECK(name(io::dtype_of<std::int64_t>) == "i8");
  CHECK(name({'U', 12}) == "U3");
  CHECK(name({'B', 2}) == "bf16");
}

TEST_CASE("dtype: a type is read when all its values are kept") {
  // NumPy's can_cast(from, to, "safe"), but no whole number into a floating point number that lacks digits
  // for it.
  const std::vector<std::string> types = {"b1", "i1", "u1", "i2", "u2", "i4", "u4",
                                          "i8", "u8", "f4", "f8", "c8", "c16"};
  const std::vector<std::string> allowed = {"b1 b1 i1 u1 i2 u2 i4 u4 i8 u8 f4 f8 c8 c16",
                                            "i1 i1 i2 i4 i8 f4 f8 c8 c16",
                                            "u1 u1 i2 u2 i4 u4 i8 u8 f4 f8 c8 c16",
                                            "i2 i2 i4 i8 f4 f8 c8 c16",
                                            "u2 u2 i4 u4 i8 u8 f4 f8 c8 c16",
                                            "i4 i4 i8 f8 c16",
                                            "u4 u4 i8 u8 f8 c16",
                                            "i8 i8",
                                            "u8 u8",
                                            "f4 f4 f8 c8 c16",
                                            "f8 f8 c16",
                                            "c8 c8 c16",
                                            "c16 c16"};
  std::size_t checked = 0;
  for (const std::string& line : allowed) {
    const std::string from = line.substr(0, line.find(' '));
    const io::dtype source{from[0], std::stoi(from.substr(1))};
    for (const std::string& to : types)
      bsr_test::with_type(to, [&](auto zero) {
        INFO(from << " as " << to);
        CHECK(io::reads_exactly<decltype(zero)>(source) ==
              ((line + " ").find(" " + to + " ") != std::string::npos));
        ++checked;
      });
  }
  CHECK(checked == types.size() * allowed.size());
  CHECK(io::reads_exactly<float>({'f', 2}));
  CHECK(io::reads_exactly<float>({'B', 2}));
  CHECK(io::reads_exactly<std::complex<float>>({'f', 2}));
  CHECK_FALSE(io::reads_exactly<std::int64_t>({'f', 2}));
  CHECK(io::reads_exactly<bsr::float16>({'f', 2}));
  CHECK(io::reads_exactly<bsr::float16>({'i', 1}));
  CHECK_FALSE(io::reads_exactly<bsr::float16>({'B', 2}));  // its range is larger
  CHECK_FALSE(io::reads_exactly<bsr::float16>({'f', 4}));
  CHECK(io::reads_exactly<bsr::bfloat16>({'B', 2}));
  CHECK_FALSE(io::reads_exactly<bsr::bfloat16>({'f', 2}));
  CHECK_FALSE(io::reads_exactly<double>({'f', 3}));
  CHECK_FALSE(io::reads_exactly<double>({'S', 8}));
  CHECK_FALSE(io::reads_exactly<double>({}));
}

#include "bsr/base/half.hpp"

namespace {

struct memory_source {
  std::string bytes;
  std::size_t at = 0;
  void read(void* to, std::size_t count) {
    if (count > bytes.size() - at) throw std::out_of_range("source");
    if (count > 0) std::memcpy(to, bytes.data() + at, count);
    at += count;
  }
};

template <class From, class To>
void check_conversion(const std::vector<From>& values) {
  memory_source source;
  source.bytes.resize(values.size() * sizeof(From));
  if (!values.empty()) std::memcpy(source.bytes.data(), values.data(), source.bytes.size());
  std::vector<To> out(values.size());
  io::read_elements({"read", "memory"}, io::dtype_of<From>, source, out.data(),
                    static_cast<std::int64_t>(out.size()));
  CHECK(source.at == source.bytes.size());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < values.size(); ++i) wrong += out[i] == To(values[i]) ? 0 : 1;
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("dtype: arrays of every length are converted value by value") {
  for (const std::size_t n : {0u, 1u, 2u, 1023u, 1024u, 1025u, 2048u, 5000u}) {
    std::vector<float> floats(n);
    std::vector<std::int16_t> shorts(n);
    std::vector<std::int32_t> ints(n);
    for (std::size_t i = 0; i < n; ++i) {
      shorts[i] = static_cast<std::int16_t>(i * 7919);
      ints[i] = static_cast<std::int32_t>(i * 2654435761u);
      floats[i] = 0.1f * static_cast<float>(ints[i]);
    }
    check_conversion<float, float>(floats);
    check_conversion<float, double>(floats);
    check_conversion<float, std::complex<double>>(floats);
    check_conversion<std::int16_t, float>(shorts);
    check_conversion<std::int32_t, double>(ints);
    check_conversion<std::int32_t, std::int64_t>(ints);
  }
}

TEST_CASE("dtype: a bool is 0 or 1") {
  bool out[3] = {};
  memory_source good{std::string("\0\1\1", 3)}, bad{std::string("\0\1\2", 3)};
  io::read_elements({"read", "memory"}, {'b', 1}, good, out, 3);
  CHECK((!out[0] && out[1] && out[2]));
  bsr_test::check_refusal("memory", {"stored as 2"},
                          [&] { io::read_elements({"read", "memory"}, {'b', 1}, bad, out, 3); });
}
