// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/base/target.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <typeinfo>

namespace bsr::inline v0::inline BSR_TARGET {
/// As every function that computes: its full name holds the target.
struct marked {};
}  // namespace bsr::inline v0::inline BSR_TARGET

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("target: the name says the instruction set, the threads and the rest", "[base]") {
  const std::string name = bsr::target_name;
  INFO(name);
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
  CHECK(name.starts_with("avx512_"));
#elif defined(__AVX2__) && defined(__FMA__)
  CHECK(name.starts_with("avx2_"));
#elif defined(__x86_64__)
  CHECK(name.starts_with("baseline_"));
#endif
#if defined(_OPENMP)
  CHECK(contains(name, "_omp_"));
#else
  CHECK(contains(name, "_serial_"));
#endif
  CHECK(name.ends_with("_nogpu"));
  CHECK(contains(name, "_x" + std::to_string(BSR_XSIMD_VERSION) + "_"));
  // assertions, exceptions, fast math
  const std::string digits{static_cast<char>('0' + BSR_HAS_ASSERT), '1', static_cast<char>('0' + BSR_D_FAST)};
  CHECK(contains(name, "_" + digits + "_"));
}

TEST_CASE("target: it is part of the name of what computes, and users need not write it", "[base]") {
  CHECK(contains(typeid(bsr::marked).name(), bsr::target_name));
}

}  // namespace
