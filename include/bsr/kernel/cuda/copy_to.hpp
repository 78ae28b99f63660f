// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// copy_to<device>(x) and copy_to<host>(x): the only ways between the memories.
#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/space.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/device_buffer.hpp"
#include "bsr/kernel/cuda/runtime.hpp"
#include "bsr/storage/dense_matrix.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0 {

/// The smallest owning vector in device memory: per_row(b), y = a * x.
template <scalar T>
class device_vector {
 public:
  using value_type = T;
  BSR_INLINE device_vector() noexcept {}
  /// n zeros.
  BSR_INLINE explicit device_vector(std::int64_t n) : data_(n) {}
  BSR_INLINE device_vector(std::int64_t n, uninitialized_t) : data_(n, uninitialized) {}

  BSR_INLINE T* data() { return data_.data(); }
  BSR_INLINE const T* data() const { return data_.data(); }
  BSR_INLINE std::int64_t size() const { return data_.size(); }
  BSR_INLINE vector_view<T, device> view() { return {data(), size()}; }
  BSR_INLINE vector_view<const T, device> view() const { return {data(), size()}; }

  template <storage_detail::assigned E>
  BSR_INLINE device_vector& operator=(const E& e) {
    view() = e;
    return *this;
  }
  template <class Policy>
  BSR_INLINE auto on(Policy&& policy) {
    return view().on(std::forward<Policy>(policy));
  }

 private:
  buffer<T, device> data_;
};

template <class T>
struct foreign_view<device_vector<T>> {
  BSR_INLINE static vector_view<T, device> view(device_vector<T>& x) { return x.view(); }
  BSR_INLINE static vector_view<const T, device> view(const device_vector<T>& x) { return x.view(); }
};

}  // namespace bsr::inline v0

namespace bsr::inline v0::inline BSR_TARGET {
namespace gpu {

/// n elements from one memory to the other; done when it returns.
template <class To, class From, class T>
void transfer(T* to, const T* from, std::int64_t n) {
  if (n == 0) return;
  constexpr auto way =
      std::same_as<To, device> ? gpu_runtime::direction::to_device : gpu_runtime::direction::to_host;
  static_assert(!std::same_as<To, From>, "bsr: copy_to: the operand is in that memory already.");
  const std::int64_t bytes = n * static_cast<std::int64_t>(sizeof(T));
  check(gpu_runtime::copy(to, from, static_cast<std::size_t>(bytes), way, nullptr), "copy_to: ", bytes,
        " bytes");
}
template <class To, class From, class T>
buffer<T, To> transferred(std::span<const T> from) {
  buffer<T, To> result(static_cast<std::int64_t>(from.size()), uninitialized);
  transfer<To, From>(result.data(), from.data(), result.size());
  return result;
}

template <class To, class T, class Layout, class From>
auto copy_to(dense_view<const T, Layout, From> x) {
  // Strided elements become row after row.
  using layout = std::conditional_t<std::same_as<Layout, col_major>, col_major, row_major>;
  constexpr bool by_row = std::same_as<layout, row_major>;
  dense_matrix<T, layout, To> result(x.rows(), x.cols(), uninitialized);
  const std::int64_t lines = by_row ? x.rows() : x.cols();
  const std::int64_t length = by_row ? x.cols() : x.rows();
  const std::int64_t apart = by_row ? x.row_stride() : x.col_stride();
  if (lines == 0 || length == 0) return result;
  if ((by_row ? x.col_stride() : x.row_stride()) != 1 && length > 1)
    fail<shape_error>("bsr: copy_to: the elements of a row of a strided matrix (", x.shape(),
                      ") do not lie one after the other. Copy it into a dense_matrix first.");
  if (apart == length || lines == 1)
    transfer<To, From>(result.data(), x.data(), lines * length);
  else
    for (std::int64_t i = 0; i < lines; ++i)
      transfer<To, From>(result.data() + i * length, x.data() + i * apart, length);
  return result;
}
template <class T>
device_vector<T> copy_to_device(vector_view<const T> x) {
  device_vector<T> result(x.size(), uninitialized);
  if (x.stride() == 1 || x.size() < 2) {
    transfer<device, host>(result.data(), x.data(), x.size());
  } else {
    buffer<T> packed(x.size(), uninitialized);
    for (std::int64_t i = 0; i < x.size(); ++i) packed[i] = x[i];
    transfer<device, host>(result.data(), packed.data(), x.size());
  }
  return result;
}
template <class T>
buffer<T> copy_to_host(vector_view<const T, device> x) {
  buffer<T> result(x.size(), uninitialized);
  if (x.stride() == 1 || x.size() < 2)
    transfer<host, device>(result.data(), x.data(), x.size());
  else
    for (std::int64_t i = 0; i < x.size(); ++i) transfer<host, device>(result.data() + i, &x[i], 1);
  return result;
}
template <class To, class T, int R, int C, class Index, class From>
matrix<T, R, C, Index, To> copy_to(matrix_view<const T, R, C, Index, From> a) {
  using result_type = matrix<T, R, C, Index, To>;
  // The index pointer of a matrix without rows is in the host's memory whatever its space is.
  buffer<Index, To> indptr;
  if (a.block_rows() > 0) indptr = transferred<To, From>(a.indptr());
  return result_type(typename result_type::pattern_view_type::checked{}, a.shape(),
                     transferred<To, From>(a.data()), transferred<To, From>(a.indices()), std::move(indptr),
                     a.blocksize());
}

}  // namespace gpu

/// The same values in the other memory: copy_to<device>(a), copy_to<host>(y). A matrix becomes a matrix, a
/// dense matrix a dense_matrix of the same layout, packed, a vector a device_vector, and on the host a
/// buffer. Returns when the copy is done; everything given to the default stream before is done then, too.
/// Throws device_error when the device refuses.
template <class To, class X>
  requires(sparse_like<const X&> || dense_like<const X&> || vector_like<const X&>)
auto copy_to(const X& x) {
  static_assert(std::same_as<To, device> || std::same_as<To, host>,
                "bsr: copy_to<bsr::device>(x) or copy_to<bsr::host>(x).");
  if constexpr (!vector_like<const X&>)
    return gpu::copy_to<To>(input(x));
  else if constexpr (std::same_as<To, device>)
    return gpu::copy_to_device(input(x));
  else
    return gpu::copy_to_host(input(x));
}

}  // namespace bsr::inline v0::inline BSR_TARGET
