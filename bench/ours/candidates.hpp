// SPDX-License-Identifier: BSD-3-Clause

#pragma once

#include <bsr/bsr.hpp>

#include <memory>
#include <string>
#include <utility>

#include "ours/ours.hpp"

namespace {

using bench::operation;

/// The product through a matrix view of any kind.
template <class View, class T>
bench::candidate product(const View& a, const bench::problem<T>& p, const char* variant) {
  const bsr::cpu policy{.threads = p.threads};
  bench::candidate one{"bsr", variant, false, {}};
  switch (p.what) {
    case operation::spmm:
      one.run = [=] {
        const bsr::dense_view<const T> b(p.b, p.k, p.n);
        const bsr::dense_view<T> c(p.out, p.m, p.n);
        c.on(policy) = a * b;
      };
      break;
    case operation::linear:
      one.run = [=] {
        const bsr::dense_view<const T> x(p.b, p.n, p.k);
        const bsr::dense_view<T> y(p.out, p.n, p.m);
        y.on(policy) = x * transpose(a);
      };
      break;
    case operation::spmv:
      one.run = [=] {
        const bsr::vector_view<const T> x(p.b, p.k);
        const bsr::vector_view<T> y(p.out, p.m);
        y.on(policy) = a * x;
      };
      break;
    case operation::sddmm:
      one.run = [=] {
        const bsr::dense_view<const T> x(p.x, p.m, p.n), y(p.b, p.k, p.n);
        const bsr::matrix_view<T, View::static_rows, View::static_cols> s(
            a.shape(), p.out, p.indices, p.indptr, p.num_blocks, a.blocksize());
        s.on(policy) = sddmm(s, x, transpose(y));
      };
      break;
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
  switch (p.what) {
    case operation::spmm:
      with(bsr::dense_view<T>(p.out, p.m, p.n),
           [b = bsr::dense_view<const T>(p.b, p.k, p.n)](const auto& w) { return w * b; });
      break;
    case operation::linear:
      with(bsr::dense_view<T>(p.out, p.n, p.m),
           [x = bsr::dense_view<const T>(p.b, p.n, p.k)](const auto& w) { return x * transpose(w); });
      break;
    case operation::spmv:
      with(bsr::vector_view<T>(p.out, p.m),
           [x = bsr::vector_view<const T>(p.b, p.k)](const auto& w) { return w * x; });
      break;
  }
}

template <int R, int C, class T>
bool add_static(std::vector<bench::candidate>& all, const bench::problem<T>& p) {
  if (p.r != R || p.c != C) return false;
  const bsr::matrix_view<const T, R, C> a({p.m, p.k}, p.data, p.indices, p.indptr, p.num_blocks);
  all.push_back(product(a, p, "static block size"));
  add_planned(all, a, p, "static block size");
  return true;
}

template <class T>
std::vector<bench::candidate> candidates(const bench::problem<T>& p) {
  std::vector<bench::candidate> all;
  // Sizes that somebody is expected to know when compiling; others are served below.
  if (!p.dynamic)
    (void)(add_static<2, 2>(all, p) || add_static<3, 3>(all, p) || add_static<4, 4>(all, p) ||
           add_static<6, 6>(all, p) || add_static<8, 8>(all, p) || add_static<16, 16>(all, p) ||
           add_static<32, 32>(all, p) || add_static<64, 64>(all, p) || add_static<16, 1>(all, p));
  if (all.empty()) {
    const bsr::matrix_view<const T> a({p.m, p.k}, p.data, p.indices, p.indptr, p.num_blocks, {p.r, p.c});
    all.push_back(product(a, p, "dynamic block size"));
    add_planned(all, a, p, "dynamic block size");
  }
  return all;
}

}  // namespace
