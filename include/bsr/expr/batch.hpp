// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Several products in one call, each with a pattern of its own, of any sizes:
//
//   batch(cpu{.threads = 8}, w.size(), [&](std::size_t h) { return into(y[h], w[h] * x[h]); });
//
// The threads share the work of all products together, not of one after the other.
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/expr/assign.hpp"
#include "bsr/expr/evaluation.hpp"
#include "bsr/expr/sample.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/symmetric_view.hpp"
#include "bsr/storage/alias.hpp"
#include "bsr/storage/destination.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// dst = e, not computed yet: a product of a batch. Holds views, which must not outlive the operands.
/// Plan: void, or the type of the plan that the product runs under.
template <class View, class Plan, class E>
struct assignment {
  View to;
  Plan* plan;
  E value;
};

namespace detail {

template <class X>
inline constexpr bool is_assignment = false;
template <class View, class Plan, class E>
inline constexpr bool is_assignment<assignment<View, Plan, E>> = true;

/// What a product takes on one thread, in units of which a nanosecond has about 128, one more or less for
/// each multiplication: a block is loaded in the time of 32 columns. Never 0.
template <class F, class B, side Side, class E>
double work_of(const product<F, B, Side, E>& e) {
  const auto& a = e.factor.a;
  std::int64_t columns = 1;
  if constexpr (!storage_detail::is_vector_view<B>) columns = Side == side::left ? e.b.cols() : e.b.rows();
  return static_cast<double>(a.nnz()) * static_cast<double>(columns + 32) +
         static_cast<double>(a.rows() + a.cols()) * static_cast<double>(columns) + 4096;
}
template <class P, class X, class Y, class S, class D, class B>
double work_of(const sampled_product<P, X, Y, S, D, B>& e) {
  const dims block = e.p.blocksize();
  return static_cast<double>(e.p.num_blocks()) * static_cast<double>(block.rows * block.cols) *
             static_cast<double>(e.x.cols() + 32) +
         4096;
}
constexpr double work_in_a_nanosecond = 128;

/// Products whose pieces wait for each other: one thread computes them.
template <class E>
inline constexpr bool stays_whole = false;
template <class A, op Op, class S, class B, side Side, class E>
inline constexpr bool stays_whole<product<factor<symmetric_view<A>, Op, S>, B, Side, E>> = true;

/// The memory that is written.
template <class View>
footprint written_by(const View& to) {
  if constexpr (storage_detail::is_matrix_view<View>)
    return footprint_of(to.data());
  else
    return footprint_of(to);
}
/// Calls g(footprint) for the dense operands that are read.
template <class F, class B, side Side, class E, class G>
void for_each_read(const product<F, B, Side, E>& e, const G& g) {
  g(footprint_of(e.b));
  for_each_part(e.epilogue, [&]<class Part>(const Part& part) {
    if constexpr (requires { footprint_of(part.d); }) g(footprint_of(part.d));
    if constexpr (requires { footprint_of(part.z); }) g(footprint_of(part.z));
    if constexpr (line_epilogue<Part>) g(footprint_of(part.values));
  });
}
template <class P, class X, class Y, class S, class D, class B, class G>
void for_each_read(const sampled_product<P, X, Y, S, D, B>& e, const G& g) {
  g(footprint_of(e.x));
  g(footprint_of(e.y));
}

template <class View, class Plan, class E>
void run_assignment(const cpu& policy, const assignment<View, Plan, E>& a) {
  constexpr std::integral_constant<update, update::set> how{};
  if constexpr (std::is_void_v<Plan>) {
    assign(policy, a.to, a.value, how);
  } else {
    auto planned = a.plan->under(policy);
    assign(planned, a.to, a.value, how);
  }
}

/// The executor of one thread for one product: of the product's pieces those whose middles lie in the
/// thread's part of all work. Another thread computes the others, and so knows where they begin.
struct batch_part {
  double first, last;  ///< the thread's part
  double begin, work;  ///< the product's

  static void run(void* context, int tasks, void (*task)(void* argument, int i), void* argument) {
    const batch_part& part = *static_cast<const batch_part*>(context);
    for (int i = 0; i < tasks; ++i) {
      const double middle = part.begin + part.work * (i + 0.5) / tasks;
      if (part.first <= middle && middle < part.last) task(argument, i);
    }
  }
  cpu policy(int pieces) {
    return {.threads = pieces, .executor = {.context = this, .run = &batch_part::run, .single_pieces = true}};
  }
};

/// Products(i, f) calls f(assignment i).
template <class Products>
class batch_run {
 public:
  batch_run(std::int64_t count, const Products& products) : count_(count), products_(products) {
    stride_ = (count + marks - 1) / marks;
  }

  void run(const cpu& policy) {
    prepare();
    const int pieces = thread_count(
        policy, static_cast<std::int64_t>(total_ / work_in_a_nanosecond < 1e15 ? total_ / work_in_a_nanosecond
                                                                               : 1e15));
    for_each_piece(policy, pieces, [&](int piece) { part(piece, pieces); });
  }

 private:
  static constexpr std::int64_t marks = 64;
  static constexpr int cuts = 16;

  /// Checks every product without computing it, and adds up the work.
  void prepare() {
    for (std::int64_t i = 0; i < count_; ++i) {
      if (i % stride_ == 0) before_[i / stride_] = total_;
      named(i, [&] {
        products_(i, [&](const auto& a) {
          check_apart(a, i);
          batch_part nothing{0, 0, 1, 1};
          run_assignment(nothing.policy(1), a);
          total_ += work_of(a.value);
        });
      });
    }
  }

  /// What thread `piece` computes.
  void part(int piece, int pieces) const {
    const double first = piece == 0 ? 0 : total_ * piece / pieces;
    const double last =
        piece + 1 == pieces ? std::numeric_limits<double>::infinity() : total_ * (piece + 1) / pieces;
    std::int64_t mark = (count_ - 1) / stride_;
    while (mark > 0 && before_[mark] > first) --mark;
    double begin = before_[mark];
    for (std::int64_t i = mark * stride_; i < count_ && begin < last; ++i)
      products_(i, [&](const auto& a) {
        const double work = work_of(a.value), end = begin + work;
        const double middle = begin + work / 2;
        if (stays_whole<std::remove_cvref_t<decltype(a.value)>>) {
          if (first <= middle && middle < last) run_assignment(cpu{.threads = 1}, a);
        } else if (begin >= first && end <= last) {
          run_assignment(cpu{.threads = 1}, a);
        } else if (end > first) {
          batch_part mine{first, last, begin, work};
          run_assignment(mine.policy(static_cast<int>(work / total_ * cuts * pieces) + 2), a);
        }
        begin = end;
      });
  }

  /// Products run at once: neighbours must not share what they write. The whole batch is looked through with
  /// BSR_ENABLE_ASSERT.
  template <class Assignment>
  void check_apart(const Assignment& a, std::int64_t i) const {
    const footprint to = written_by(a.to);
    for (std::int64_t j = BSR_HAS_ASSERT ? 0 : i - 1; j < i; ++j)
      if (j >= 0)
        products_(j, [&](const auto& other) {
          const footprint earlier = written_by(other.to);
          bool meet = overlap(to, earlier);
          for_each_read(a.value, [&](const footprint& read) { meet = meet || overlap(read, earlier); });
          for_each_read(other.value, [&](const footprint& read) { meet = meet || overlap(read, to); });
          if (meet)
            fail<alias_error>("bsr: what product ", j,
                              " writes or reads shares memory with it, and the products of a batch run at "
                              "once. Compute into other memory, or in two batches.");
        });
    if constexpr (requires { a.plan->mark(); }) {
      // Valid only if it names an earlier product of this batch with the same plan.
      const std::int64_t j = a.plan->mark();
      if (j >= 0 && j < i)
        products_(j, [&](const auto& other) {
          if (static_cast<const void*>(other.plan) == static_cast<const void*>(a.plan))
            fail<error>("bsr: product ", j,
                        " has the same plan, which serves one product at a time. Make a plan for each, or "
                        "stack the dense operands to one.");
        });
      a.plan->mark() = i;
    }
  }

  /// Says which product an error is about.
  template <class F>
  void named(std::int64_t i, const F& f) const {
#if BSR_HAS_EXCEPTIONS
    try {
      f();
    } catch (const shape_error& e) {
      again<shape_error>(i, e);
    } catch (const alias_error& e) {
      again<alias_error>(i, e);
    } catch (const format_error& e) {
      again<format_error>(i, e);
    } catch (const error& e) {
      again<error>(i, e);
    }
#else
    static_cast<void>(i);
    f();
#endif
  }
  template <class Error>
  [[noreturn]] void again(std::int64_t i, const error& e) const {
    const char* const text = e.what();
    fail<Error>("bsr: product ", i, " of a batch of ", count_, ": ",
                std::strncmp(text, "bsr: ", 5) == 0 ? text + 5 : text);
  }

  std::int64_t count_, stride_ = 0;
  const Products& products_;
  double total_ = 0;
  double before_[marks] = {};  ///< the work before every stride_-th product
};

template <class View, class E>
constexpr bool goes_into() {
  constexpr bool sampled = sampled_expression<E> && storage_detail::is_matrix_view<View>;
  constexpr bool dense = value<E> && !storage_detail::is_matrix_view<View>;
  static_assert(
      sampled || dense,
      "bsr: into(y, e) takes a dense destination and a product, or a sparse one and sddmm(p, x, y).");
  return sampled || dense;
}

}  // namespace detail

/// y = e as a product of a batch. y: a dense matrix or a vector and e a product, or a block-sparse matrix and
/// e an sddmm at its blocks. into(y.on(p), e) runs under a plan p.
template <class Y, expression E>
  requires dense_like<Y> || vector_like<Y> || sparse_like<Y>
auto into(Y&& y, const E& e) {
  detail::goes_into<view_t<Y>, E>();
  return assignment<view_t<Y>, void, E>{view(std::forward<Y>(y)), nullptr, e};
}
template <class View, class Policy, expression E>
auto into(const destination<View, Policy>& y, const E& e) {
  using plan_type = std::remove_reference_t<Policy>;
  constexpr bool planned =
      std::is_lvalue_reference_v<Policy> && requires(plan_type& p) { p.under(p.policy()); };
  static_assert(planned,
                "bsr: batch(policy, ...): the policy is that of the batch; into(y.on(p), e) is for plans.");
  if constexpr (planned) {
    detail::goes_into<View, E>();
    return assignment<View, plan_type, E>{y.view, &y.policy, e};
  }
}

/// Computes `count` products, each(0), each(1), ..., which are into(y, e). Indices have the type of `count`.
///
///   batch(cpu{.threads = 8}, w.size(), [&](std::size_t h) { return into(y[h], relu(w[h] * x[h])); });
///
/// The matrices may have any patterns, shapes and numbers of blocks. Threads share the work of all products:
/// each gets products one after the other, and of one where its share ends a part. All checks are made before
/// anything is written; then every product has the bits that it has alone. Allocates nothing. `each` is
/// called several times for each index, from all threads, and must return the same each time.
///
/// Products run in no order: none may read what another writes, nor write the same memory (alias_error, of
/// neighbours always, of all with BSR_ENABLE_ASSERT). Each plan is there once. Errors name the product.
template <std::integral Integer, class F>
  requires detail::is_assignment<std::invoke_result_t<const F&, Integer>>
void batch(const cpu& policy, Integer count, const F& each) {
  if (count < Integer(0)) fail<shape_error>("bsr: batch: ", count, " products cannot be.");
  if (count == 0) return;
  const auto products = [&](std::int64_t i, const auto& f) { f(each(static_cast<Integer>(i))); };
  detail::batch_run<decltype(products)>(static_cast<std::int64_t>(count), products).run(policy);
}
/// The same for products that are named one by one, of different types or block sizes perhaps:
///   batch(cpu{.threads = 8}, into(q, x * transpose(wq)), into(k, x * transpose(wk)));
template <class First, class... Others>
  requires detail::is_assignment<First> && (detail::is_assignment<Others> && ...)
void batch(const cpu& policy, const First& first, const Others&... others) {
  const auto products = [&](std::int64_t i, const auto& f) {
    std::int64_t at = 0;
    const auto one = [&](const auto& a) {
      if (at++ == i) f(a);
    };
    one(first);
    (one(others), ...);
  };
  detail::batch_run<decltype(products)>(1 + static_cast<std::int64_t>(sizeof...(others)), products)
      .run(policy);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
