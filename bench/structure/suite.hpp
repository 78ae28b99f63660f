// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "harness/clock.hpp"
#include "structure/mkl_side.hpp"
#include "structure/operands.hpp"
#include "structure/task.hpp"

namespace bench {

/// One operation on operands of one type and block size, ready to run.
struct structure_point {
  task what;
  std::string type;  // "f64 4x4"
  std::shared_ptr<operand_set> set;
  std::vector<operand_base*> needs;
  bool in_place = false;  // bsr and scipy change a fresh copy of the first operand, which is `x` in Python
  int block = 0;
  std::function<double()> ours;          // the seconds of one call
  std::function<message()> result;       // of the last call
  std::function<std::int64_t()> stored;  // scalars in the first operand that is a matrix, or in the result
  std::function<std::size_t()> bytes;    // of the larger of the first operand and the result
  std::function<std::vector<mkl_operand>()> mkl_operands;

  std::string name() const { return what.name + " " + type; }
};

template <class V>
std::int64_t stored_scalars(const V& x) {
  if constexpr (requires { x.nnz(); })
    return x.nnz();
  else if constexpr (requires { x.stored; })
    return x.stored.nnz();
  else if constexpr (requires { x.view().nnz(); })
    return x.view().nnz();
  else
    return 0;
}

/// What a room's file adds its points to.
template <class T, int N>
class point_list {
 public:
  point_list(std::vector<structure_point>& all, std::shared_ptr<operands<T, N>> x)
      : all_(all), set_(std::move(x)) {}

  /// f(operands...) beside scipy's expressions in their names.
  template <class F, class... V>
  void operator()(task what, const F& f, operand<V>&... x) {
    using result_type = decltype(f(x.get()...));
    auto result = std::make_shared<std::optional<result_type>>();
    auto all = std::tuple<operand<V>&...>(x...);
    add(std::move(what), false, all, result, [=] {
      return std::apply(
          [&](auto&... each) {
            result->reset();
            (each.get(), ...);
            const double start = now();
            result->emplace(f(each.get()...));
            return now() - start;
          },
          all);
    });
  }

  /// f(known, operands...), which changes what prepare(operands...) returned once, untimed.
  template <class Prepare, class F, class... V>
  void again(task what, const Prepare& prepare, const F& f, operand<V>&... x) {
    using known_type = decltype(prepare(x.get()...));
    auto known = std::make_shared<std::optional<known_type>>();
    auto all = std::tuple<operand<V>&...>(x...);
    add(std::move(what), false, all, known, [=] {
      return std::apply(
          [&](auto&... each) {
            if (!known->has_value()) known->emplace(prepare(each.get()...));
            const double start = now();
            f(**known, each.get()...);
            return now() - start;
          },
          all);
    });
  }

  /// f(copy of the first operand, other operands...) beside scipy's expressions in `x` and the others' names.
  template <class F, class First, class... V>
  void in_place(task what, const F& f, operand<First>& first, operand<V>&... x) {
    auto result = std::make_shared<std::optional<First>>();
    auto all = std::tuple<operand<First>&, operand<V>&...>(first, x...);
    what.each = "x = fresh(" + first.name() + ")" + (what.each.empty() ? "" : "; " + what.each);
    if (what.result == "r") what.result = "x";
    add(std::move(what), true, all, result, [=] {
      return std::apply(
          [&](auto& one, auto&... each) {
            result->emplace(one.get());
            (each.get(), ...);
            const double start = now();
            f(**result, each.get()...);
            return now() - start;
          },
          all);
    });
  }

 private:
  template <class All, class Result, class Call>
  void add(task what, bool in_place, const All& all, const std::shared_ptr<Result>& result,
           const Call& call) {
    structure_point p;
    p.what = std::move(what);
    p.type = (sizeof(T) == 4       ? "f32 "
              : bsr::is_complex<T> ? "c128 "
                                   : "f64 ") +
             std::to_string(N) + "x" + std::to_string(N);
    p.set = set_;
    p.in_place = in_place;
    p.block = N;
    p.ours = call;
    p.result = [result] { return describe(**result); };
    p.stored = [all, result] {
      const std::int64_t count = std::apply(
          [](auto&... x) {
            std::int64_t found = 0;
            ((found = found != 0 ? found : stored_scalars(x.get())), ...);
            return found;
          },
          all);
      return count != 0 ? count : stored_scalars(**result);
    };
    p.bytes = [all, result] {
      std::size_t bytes = bytes_of(describe(**result));
      std::apply(
          [&](auto&... x) {
            if constexpr (sizeof...(x) > 0)
              bytes = std::max(bytes, bytes_of(describe(std::get<0>(std::tie(x...)).get())));
          },
          all);
      return bytes;
    };
    std::apply([&](auto&... x) { (p.needs.push_back(&x), ...); }, all);
    p.mkl_operands = [all] {
      std::vector<mkl_operand> found;
      std::apply([&](auto&... x) { ((add_mkl_operand(found, x.get())), ...); }, all);
      return found;
    };
    all_.push_back(std::move(p));
  }

  template <class E, int R, int C>
  static void add_mkl_operand(std::vector<mkl_operand>& found, const bsr::matrix<E, R, C>& a) {
    if constexpr (R == C && std::is_floating_point_v<E>)
      found.push_back(of_arrays<E>(a.block_rows(), a.block_cols(), R, a));
  }
  template <class E>
  static void add_mkl_operand(std::vector<mkl_operand>& found, const bsr::csr<E>& a) {
    if constexpr (std::is_floating_point_v<E>) found.push_back(of_arrays<E>(a.rows(), a.cols(), 1, a));
  }
  template <class V>
  static void add_mkl_operand(std::vector<mkl_operand>&, const V&) {}
  template <class E, class A>
  static mkl_operand of_arrays(std::int64_t rows, std::int64_t cols, int block, const A& a) {
    return {sizeof(E) == 4,    static_cast<int>(rows), static_cast<int>(cols), block,
            a.indptr().data(), a.indices().data(),     a.data().data()};
  }

  std::vector<structure_point>& all_;
  std::shared_ptr<operand_set> set_;
};

/// Makes the operands of every type and block size and the points of every room.
class structure_suite {
 public:
  structure_suite();
  std::vector<structure_point> points;

  /// Calls room(list, operands) for both types and these block sizes.
  template <int... N, class Room>
  void for_blocks(const Room& room) {
    (for_one<float, N>(room), ...);
    (for_one<double, N>(room), ...);
  }
  template <class T, int N, class Room>
  void for_one(const Room& room) {
    static const auto x = std::make_shared<operands<T, N>>();
    point_list<T, N> list(points, x);
    room(list, *x);
  }
};

// The rooms, a file each.
void add_conversions(structure_suite& suite);
void add_format(structure_suite& suite);
void add_products(structure_suite& suite);
void add_elementwise(structure_suite& suite);
void add_functions(structure_suite& suite);
void add_reductions(structure_suite& suite);
void add_construction(structure_suite& suite);
void add_selection(structure_suite& suite);

}  // namespace bench
