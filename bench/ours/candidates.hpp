// SPDX-License-Identifier: BSD-3-Clause

#pragma once

#include <bsr/bsr.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "ours/ours.hpp"

namespace {

using bench::operation;

// A module that is a build of bsr for comparison has products with columns only, and few block sizes.
#if defined(BSR_BENCH_MODULE)
constexpr bool is_module = true;
#else
constexpr bool is_module = false;
#endif

/// The block sizes that are compile-time numbers for an operation; others, and those that are not asked for
/// as such, go through the view whose block size is known at run time (-1).
constexpr bool knows(operation what, std::int64_t r, std::int64_t c) {
  if (is_module && what != operation::spmm) return false;
  if (r < 0 || what == operation::spmm) return r < 0 || r == 4 || r >= 8;
  return r == c && (what == operation::spmv ? r <= 6 : r == 8 || r == 4 || r >= 16);
}
/// An operation on matrices of type T whose blocks are seen as View says.
template <class T, class View>
constexpr bool has_form(operation what) {
  return (std::is_floating_point_v<T> || what == operation::spmm) &&
         knows(what, View::static_rows, View::static_cols);
}

// bsr's names for the types.
inline const bsr::bfloat16* values(const bench::bf16* x) { return reinterpret_cast<const bsr::bfloat16*>(x); }
template <class T>
T* values(T* x) {
  return x;
}

/// The operation through a matrix view of any kind.
template <class View, class T>
bench::candidate product(const View& a, const bench::problem<T>& p, const char* variant) {
  const bsr::cpu policy{.threads = p.threads};
  bench::candidate one{"bsr", variant, false, {}};
  if constexpr (has_form<T, View>(operation::spmm)) {
    if (p.what == operation::spmm)
      one.run = [=] {
        const bsr::dense_view b(values(p.b), p.k, p.n);
        const bsr::dense_view c(values(p.out), p.m, p.n);
        c.on(policy) = a * b;
      };
  }
  if constexpr (has_form<T, View>(operation::linear)) {
    if (p.what == operation::linear)
      one.run = [=] {
        const bsr::dense_view<const T> x(p.b, p.n, p.k);
        const bsr::dense_view<T> y(p.out, p.n, p.m);
        y.on(policy) = x * transpose(a);
      };
  }
  if constexpr (has_form<T, View>(operation::spmv)) {
    if (p.what == operation::spmv)
      one.run = [=] {
        const bsr::vector_view<const T> x(p.b, p.k);
        const bsr::vector_view<T> y(p.out, p.m);
        y.on(policy) = a * x;
      };
  }
  if constexpr (has_form<T, View>(operation::sddmm)) {
    if (p.what == operation::sddmm)
      one.run = [=] {
        const bsr::dense_view<const T> x(p.x, p.m, p.n), y(p.b, p.k, p.n);
        const bsr::matrix_view<T, View::static_rows, View::static_cols> s(
            a.shape(), p.out, p.indices, p.indptr, p.num_blocks, a.blocksize());
        s.on(policy) = sddmm(s, x, transpose(y));
      };
  }
  return one;
}

/// The same with a plan, which is made once, and with a matrix packed for it.
template <class View, class T>
void add_planned(std::vector<bench::candidate>& all, const View& a, const bench::problem<T>& p,
                 const std::string& variant) {
  const bsr::cpu policy{.threads = p.threads};
  const auto with = [&]<class Y, class E>(const Y& y, const E& expression) {
    struct prepared {
      decltype(bsr::plan(policy, expression(a))) plan;
      decltype(bsr::pack(plan, a)) packed;
    };
    auto plan = bsr::plan(policy, expression(a));
    auto packed = bsr::pack(plan, a);
    const auto kept = std::make_shared<prepared>(prepared{std::move(plan), std::move(packed)});
    all.push_back({"bsr", variant + ", plan", false, [=] { y.on(kept->plan) = expression(a); }});
    all.push_back({"bsr", variant + ", packed", false, [=] { y.on(kept->plan) = expression(kept->packed); }});
  };
  if constexpr (has_form<T, View>(operation::spmm)) {
    if (p.what == operation::spmm)
      with(bsr::dense_view(values(p.out), p.m, p.n),
           [b = bsr::dense_view(values(p.b), p.k, p.n)](const auto& w) { return w * b; });
  }
  if constexpr (has_form<T, View>(operation::linear)) {
    if (p.what == operation::linear)
      with(bsr::dense_view<T>(p.out, p.n, p.m),
           [x = bsr::dense_view<const T>(p.b, p.n, p.k)](const auto& w) { return x * transpose(w); });
  }
  if constexpr (has_form<T, View>(operation::spmv)) {
    if (p.what == operation::spmv)
      with(bsr::vector_view<T>(p.out, p.m),
           [x = bsr::vector_view<const T>(p.b, p.k)](const auto& w) { return w * x; });
  }
}

template <int R, int C, class T>
auto static_view(const bench::problem<T>& p) {
  const auto* const data = values(p.data);
  return bsr::matrix_view<std::remove_reference_t<decltype(*data)>, R, C>({p.m, p.k}, data, p.indices,
                                                                          p.indptr, p.num_blocks);
}

template <int R, int C, class T>
bool add_static(std::vector<bench::candidate>& all, const bench::problem<T>& p) {
  if (p.r != R || p.c != C || !knows(p.what, R, C)) return false;
  const auto a = static_view<R, C>(p);
  all.push_back(product(a, p, "static block size"));
  add_planned(all, a, p, "static block size");
  return true;
}

template <class T>
std::vector<bench::candidate> candidates(const bench::problem<T>& p) {
  std::vector<bench::candidate> all;
  if constexpr (!std::is_floating_point_v<T>) {
    (void)(add_static<16, 16>(all, p) || add_static<32, 32>(all, p));
    return all;
  } else {
    if (!p.dynamic)
      (void)(add_static<4, 4>(all, p) || add_static<8, 8>(all, p) || add_static<16, 16>(all, p) ||
             add_static<32, 32>(all, p) || add_static<64, 64>(all, p) || add_static<16, 1>(all, p));
    if constexpr (!is_module) {
      if (all.empty() && !p.dynamic)
        (void)(add_static<2, 2>(all, p) || add_static<3, 3>(all, p) || add_static<5, 5>(all, p) ||
               add_static<6, 6>(all, p));
      if (all.empty()) {
        const bsr::matrix_view<const T> a({p.m, p.k}, p.data, p.indices, p.indptr, p.num_blocks, {p.r, p.c});
        all.push_back(product(a, p, "dynamic block size"));
        add_planned(all, a, p, "dynamic block size");
      }
    }
    return all;
  }
}

/// relu(A * B + bias) with a bias for every row, and the same with a plan and packed.
template <int R, int C, class T>
void add_epilogue(std::vector<bench::candidate>& all, const bench::problem<T>& p) {
  if (p.what != operation::spmm || p.r != R || p.c != C) return;
  const auto out = std::make_shared<bench::array<T>>(p.out_size());
  const auto bias = std::make_shared<bench::array<T>>(static_cast<std::size_t>(p.m));
  const auto a = static_view<R, C>(p);
  const bsr::cpu policy{.threads = p.threads};
  const auto expression = [b = bsr::dense_view(p.b, p.k, p.n), bias, m = p.m](const auto& w) {
    return relu(w * b + bsr::per_row(bsr::vector_view<const T>(bias->data(), m)));
  };
  auto plan = std::make_shared<decltype(bsr::plan(policy, expression(a)))>(bsr::plan(policy, expression(a)));
  auto packed = std::make_shared<decltype(bsr::pack(*plan, a))>(bsr::pack(*plan, a));
  const auto add = [&](const char* variant, const auto& run) {
    bench::candidate one{"bsr, epilogue", variant, false, run};
    one.own = one.other_result = true;
    all.push_back(std::move(one));
  };
  const auto to = [out, m = p.m, n = p.n] { return bsr::dense_view<T>(out->data(), m, n); };
  add("", [=] { to().on(policy) = expression(a); });
  add("plan", [=] { to().on(*plan) = expression(a); });
  add("packed", [=] { to().on(*plan) = expression(*packed); });
}

template <class T>
std::vector<bench::candidate> forms(const bench::problem<T>& p) {
  std::vector<bench::candidate> all;
  if (p.threads > 1) {
    bench::problem<T> alone = p;
    alone.threads = 1;
    all = candidates(alone);
    for (bench::candidate& one : all) {
      one.name = "bsr, 1 thread";
      one.own = true;
      one.apart = true;
    }
  }
  if constexpr (std::is_same_v<T, float>) {
    if (p.epilogue) {
      add_epilogue<16, 16>(all, p);
      add_epilogue<32, 32>(all, p);
    }
  }
  return all;
}

}  // namespace
