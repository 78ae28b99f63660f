// SPDX-License-Identifier: BSD-3-Clause
#include "structure/operands.hpp"

#include <algorithm>
#include <complex>
#include <random>

namespace bench {
namespace {

using places = std::vector<std::vector<std::int32_t>>;  // the block columns of every block row

places random_places(int rows, int cols, std::uint32_t seed) {
  std::mt19937 random(seed);
  places all(static_cast<std::size_t>(rows));
  for (auto& row : all) {
    const auto count = std::min<std::size_t>(12 + random() % 9, static_cast<std::size_t>(cols));
    while (row.size() < count) {
      const auto j = static_cast<std::int32_t>(random() % static_cast<std::uint32_t>(cols));
      if (std::find(row.begin(), row.end(), j) == row.end()) row.push_back(j);
    }
    std::sort(row.begin(), row.end());
  }
  return all;
}

/// Every second column of `all`, and as many others.
places half_of(const places& all, int cols, std::uint32_t seed) {
  std::mt19937 random(seed);
  places mixed(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t n = i % 2; n < all[i].size(); n += 2) {
      mixed[i].push_back(all[i][n]);
      const auto j = static_cast<std::int32_t>(random() % static_cast<std::uint32_t>(cols));
      if (!std::binary_search(all[i].begin(), all[i].end(), j)) mixed[i].push_back(j);
    }
    std::sort(mixed[i].begin(), mixed[i].end());
    mixed[i].erase(std::unique(mixed[i].begin(), mixed[i].end()), mixed[i].end());
  }
  return mixed;
}

/// Nodes of a cubic grid, each joined to the 27 nodes of the cube around it.
places stencil_places(int side) {
  places all;
  const auto inside = [side](int at) { return at >= 0 && at < side; };
  for (int z = 0; z < side; ++z)
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x) {
        auto& row = all.emplace_back();
        for (int dz = -1; dz <= 1; ++dz)
          for (int dy = -1; dy <= 1; ++dy)
            for (int dx = -1; dx <= 1; ++dx)
              if (inside(x + dx) && inside(y + dy) && inside(z + dz))
                row.push_back(((z + dz) * side + y + dy) * side + x + dx);
      }
  return all;
}

/// The smallest grid with 2^20 scalars in its blocks of N x N: a stencil has (3 side - 2)^3 of them.
int stencil_side(int n) {
  int side = 2;
  while ((3 * side - 2) * (3 * side - 2) * (3 * side - 2) * n * n < 1 << 20) ++side;
  return side;
}

class numbers {
 public:
  explicit numbers(std::uint32_t seed) : state_(seed) {}
  /// A multiple of 2^-11 in (-1, 1), not 0.
  double next() {
    state_ = state_ * 1664525U + 1013904223U;
    const int k = static_cast<int>(state_ >> 20) - 2048;
    return (k == 0 || k == -2048 ? 1 : k) / 2048.0;
  }

 private:
  std::uint32_t state_;
};

template <class T>
T next_value(numbers& from) {
  if constexpr (bsr::is_complex<T>) {
    const double re = from.next();
    return T(re, from.next());
  } else {
    return static_cast<T>(from.next());
  }
}
template <class T>
T positive(const T& x) {
  if constexpr (bsr::is_complex<T>)
    return x;
  else
    return x < 0 ? -x : x;
}

template <class T, int N>
bsr::matrix<T, N, N> make(const places& where, int cols, std::uint32_t seed) {
  std::int64_t count = 0;
  for (const auto& row : where) count += static_cast<std::int64_t>(row.size());
  bsr::buffer<std::int32_t> indptr(static_cast<std::int64_t>(where.size()) + 1), indices(count);
  bsr::buffer<T> data(count * N * N);
  std::int64_t at = 0;
  for (std::size_t i = 0; i < where.size(); ++i) {
    for (const std::int32_t j : where[i]) indices[at++] = j;
    indptr[static_cast<std::int64_t>(i) + 1] = static_cast<std::int32_t>(at);
  }
  numbers from(seed);
  for (T& x : data) x = next_value<T>(from);
  return {bsr::dims(static_cast<std::int64_t>(where.size()) * N, std::int64_t{cols} * N), std::move(data),
          std::move(indices), std::move(indptr)};
}

template <class T, int N>
bsr::matrix<T, N, N> unsorted(const bsr::matrix<T, N, N>& a) {
  bsr::matrix<T, N, N> u = a;
  std::mt19937 random(7);
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    const auto begin = a.indptr()[static_cast<std::size_t>(i)],
               end = a.indptr()[static_cast<std::size_t>(i) + 1];
    for (auto n = end - 1; n > begin; --n) {
      const auto other =
          begin + static_cast<std::int32_t>(random() % static_cast<std::uint32_t>(n - begin + 1));
      const auto un = static_cast<std::size_t>(n), uo = static_cast<std::size_t>(other);
      std::swap(u.indices()[un], u.indices()[uo]);
      for (std::size_t x = 0; x < std::size_t{N} * N; ++x)
        std::swap(u.data()[un * N * N + x], u.data()[uo * N * N + x]);
    }
  }
  return u;
}

}  // namespace

template <class T, int N>
operands<T, N>::operands()
    : a(*this, "a", [] { return make<T, N>(random_places(block_rows, block_rows, 1), block_rows, 1); }),
      b(*this, "b", [] { return make<T, N>(random_places(block_rows, block_rows, 1), block_rows, 2); }),
      o(*this, "o",
        [] {
          return make<T, N>(half_of(random_places(block_rows, block_rows, 1), block_rows, 5), block_rows, 3);
        }),
      p(*this, "p",
        [this] {
          matrix x = a.get();
          for (T& v : x.data()) v = positive(v);
          return x;
        }),
      s(*this, "s",
        [] {
          const auto where = stencil_places(stencil_side(N));
          return make<T, N>(where, static_cast<int>(where.size()), 1);
        }),
      t(*this, "t",
        [] {
          const auto where = stencil_places(stencil_side(N));
          return make<T, N>(where, static_cast<int>(where.size()), 2);
        }),
      u(*this, "u", [this] { return unsorted(a.get()); }),
      twice(*this, "twice",
            [] {
              places where = random_places(block_rows, block_rows, 1);
              for (auto& row : where)
                for (std::size_t n = row.size(); n > 1; n -= 2)
                  row.insert(row.begin() + static_cast<std::ptrdiff_t>(n - 1), row[n - 1]);
              return make<T, N>(where, block_rows, 4);
            }),
      z(*this, "z",
        [this] {
          matrix x = a.get();
          for (std::size_t n = 0; n < x.data().size(); ++n)
            if (n / (std::size_t{N} * N) % 2 == 1) x.data()[n] = T(0);
          return x;
        }),
      q(*this, "q", [] { return make<T, N>(places{{0}}, 1, 6); }),
      e(*this, "e", [] { return make<T, 1>(random_places(block_rows, block_rows, 1), block_rows, 8); }),
      c(*this, "c", [this] { return bsr::to_csr(a.get()); }),
      cc(*this, "cc", [this] { return bsr::to_csc(a.get()); }),
      k(*this, "k", [this] { return bsr::to_coo(a.get()); }),
      dense(*this, "dense",
            [] {
              const int size = 4096 / N;
              bsr::dense_matrix<T> x(size * N, size * N);
              std::mt19937 random(1);
              numbers from(9);
              for (int i = 0; i < size; ++i)
                for (int j = 0; j < size; ++j)
                  if (random() % 10 == 0)
                    for (int r = 0; r < N; ++r)
                      for (int v = 0; v < N; ++v) x(i * N + r, j * N + v) = next_value<T>(from);
              return x;
            }),
      d(*this, "d", [this] { return bsr::to_bsr<N>(dense.get()); }),
      rows(*this, "rows",
           [] {
             bsr::buffer<T> x(std::int64_t{block_rows} * N);
             numbers from(10);
             for (T& v : x) v = next_value<T>(from);
             return x;
           }),
      diagonal(*this, "diagonal",
               [] {
                 bsr::buffer<T> x(((1 << 20) / (3 * N) + N) / N * N);
                 numbers from(11);
                 for (T& v : x) v = next_value<T>(from);
                 return x;
               }),
      picked(*this, "picked", [] {
        bsr::buffer<std::int32_t> x(block_rows / 2);
        std::mt19937 random(12);
        for (std::int32_t& i : x) i = static_cast<std::int32_t>(random() % static_cast<unsigned>(block_rows));
        return x;
      }) {}

#define BENCH_OPERANDS(T)          \
  template struct operands<T, 1>;  \
  template struct operands<T, 2>;  \
  template struct operands<T, 3>;  \
  template struct operands<T, 4>;  \
  template struct operands<T, 8>;  \
  template struct operands<T, 16>; \
  template struct operands<T, 32>;
BENCH_OPERANDS(float)
BENCH_OPERANDS(double)
template struct operands<std::complex<double>, 4>;

}  // namespace bench
