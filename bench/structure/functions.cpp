// SPDX-License-Identifier: BSD-3-Clause
#include "structure/suite.hpp"

namespace bench {

// What happens to each element alone does not depend on the block size.
void add_functions(structure_suite& suite) {
  suite.for_blocks<4>([]<class T, int N>(point_list<T, N>& add, operands<T, N>& x) {
    add(
        {.name = "multiply by a number", .scipy = {"a * 2.5"}, .copies = true},
        [](const auto& a) { return bsr::multiply(a, T(2.5)); }, x.a);
    add.in_place(
        {.name = "multiply in place", .scipy = {"x.__imul__(2.5)"}, .copies = true},
        [](auto& a) { a *= T(2.5); }, x.a);
    add(
        {.name = "divide by a number", .scipy = {"a / 2.5"}, .bound = "2 * eps * abs(theirs)"},
        [](const auto& a) { return bsr::divide(a, T(2.5)); }, x.a);
    add(
        {.name = "power", .scipy = {"a.power(2)"}, .copies = true},
        [](const auto& a) { return bsr::power(a, 2); }, x.a);
    add(
        {.name = "astype, the other real type",
         .scipy = {sizeof(T) == 4 ? "a.astype('f8')" : "a.astype('f4')"},
         .copies = true},
        [](const auto& a) { return bsr::astype<std::conditional_t<sizeof(T) == 4, double, float>>(a); }, x.a);
    add(
        {.name = "astype, integers", .scipy = {"a.astype('i4')"}, .copies = true},
        [](const auto& a) { return bsr::astype<std::int32_t>(a); }, x.a);
    add(
        {.name = "negate, map", .scipy = {"-a"}, .copies = true},
        [](const auto& a) { return bsr::map(a, [](T v) { return -v; }); }, x.a);
    const auto function = [&](const char* name, const auto& f, operand<bsr::matrix<T, N, N>>& of,
                              const char* bound = "8 * eps * abs(theirs)") {
      const std::string call = of.name() + "." + name + "()";
      add({.name = name, .scipy = {std::string(name) == "abs" ? "abs(a)" : call}, .bound = bound}, f, of);
    };
    function("abs", [](const auto& a) { return bsr::abs(a); }, x.a, "0");
    function("sign", [](const auto& a) { return bsr::sign(a); }, x.a, "0");
    function("floor", [](const auto& a) { return bsr::floor(a); }, x.a, "0");
    function("ceil", [](const auto& a) { return bsr::ceil(a); }, x.a, "0");
    function("trunc", [](const auto& a) { return bsr::trunc(a); }, x.a, "0");
    function("rint", [](const auto& a) { return bsr::rint(a); }, x.a, "0");
    function("sqrt", [](const auto& p) { return bsr::sqrt(p); }, x.p, "0");
    function("expm1", [](const auto& a) { return bsr::expm1(a); }, x.a);
    function("log1p", [](const auto& a) { return bsr::log1p(a); }, x.a);
    function("sin", [](const auto& a) { return bsr::sin(a); }, x.a);
    function("tan", [](const auto& a) { return bsr::tan(a); }, x.a);
    function("arcsin", [](const auto& a) { return bsr::arcsin(a); }, x.a);
    function("arctan", [](const auto& a) { return bsr::arctan(a); }, x.a);
    function("sinh", [](const auto& a) { return bsr::sinh(a); }, x.a);
    function("tanh", [](const auto& a) { return bsr::tanh(a); }, x.a);
    function("arcsinh", [](const auto& a) { return bsr::arcsinh(a); }, x.a);
    function("arctanh", [](const auto& a) { return bsr::arctanh(a); }, x.a);
    function("deg2rad", [](const auto& a) { return bsr::deg2rad(a); }, x.a);
    function("rad2deg", [](const auto& a) { return bsr::rad2deg(a); }, x.a);
  });

  const auto complex = []<class T, int N>(point_list<T, N>& add, operands<T, N>& x) {
    add(
        {.name = "conj", .scipy = {"a.conj()"}, .copies = true}, [](const auto& a) { return bsr::conj(a); },
        x.a);
    // scipy's parts show the same memory as the whole.
    add(
        {.name = "real", .scipy = {"a.real.copy()"}, .copies = true},
        [](const auto& a) { return bsr::real(a); }, x.a);
    add(
        {.name = "imag", .scipy = {"a.imag.copy()"}, .copies = true},
        [](const auto& a) { return bsr::imag(a); }, x.a);
    add(
        {.name = "abs", .scipy = {"abs(a)"}, .bound = "4 * eps * abs(theirs)"},
        [](const auto& a) { return bsr::abs(a); }, x.a);
    add(
        {.name = "add, other places", .scipy = {"a + o"}, .goal = 3, .copies = true},
        [](const auto& a, const auto& o) { return bsr::add(a, o); }, x.a, x.o);
  };
  suite.for_one<std::complex<double>, 4>(complex);
}

}  // namespace bench
